"""The one button that writes a file."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from metrics import Stamp
from metrics.export import CSV_MIME, stamp_columns, to_csv


def csv_button(
    frame: pd.DataFrame, stamp: Stamp | None, metrics: Iterable[str], file_name: str
) -> None:
    """Offer the rows as CSV; the file is written when it is asked for, not on each run."""
    trailing = stamp_columns(stamp, metrics) if stamp else []
    st.download_button(
        "CSV",
        data=lambda: to_csv(frame, trailing),
        file_name=f"{file_name}.csv",
        mime=CSV_MIME,
        icon=":material/download:",
        on_click="ignore",
    )
