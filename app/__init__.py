"""The explorer: Streamlit pages over the metrics layer. No SQL and no arithmetic in here."""
