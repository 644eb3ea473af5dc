"""The one button that writes a file."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from app.export import CSV_MIME, to_csv
from metrics import Stamp


def csv_button(
    frame: pd.DataFrame, stamp: Stamp | None, metrics: Iterable[str], file_name: str
) -> None:
    """Offer the rows as CSV; the file is written when it is asked for, not on each run."""
    trailing = _stamp_columns(stamp, metrics) if stamp else []
    st.download_button(
        "CSV",
        data=lambda: to_csv(frame, trailing),
        file_name=f"{file_name}.csv",
        mime=CSV_MIME,
        icon=":material/download:",
        on_click="ignore",
    )


def _stamp_columns(stamp: Stamp, metrics: Iterable[str]) -> list[tuple[str, str]]:
    names = [name for name in metrics if name in stamp.definitions]
    days = sorted({str(stamp.as_of[name]) for name in names if name in stamp.as_of})
    return [
        ("build_id", stamp.build_id),
        ("data_to", " / ".join(days)),
        ("definitions", " ".join(f"{name}@{stamp.definitions[name]}" for name in names)),
        ("source", stamp.source),
    ]
