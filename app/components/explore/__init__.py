"""The Explore page by its parts: what is chosen, how it is drawn, why it changed, its rows."""
