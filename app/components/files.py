"""The buttons that write a table into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import streamlit as st

from metrics import Stamp
from metrics.export import CSV_MIME, XLSX_MIME, stamp_columns, to_csv, to_xlsx

Writer = Callable[[pd.DataFrame, Sequence[tuple[str, str]]], bytes]
FORMATS: tuple[tuple[str, str, str, Writer], ...] = (
    ("CSV", "csv", CSV_MIME, to_csv),
    ("Excel", "xlsx", XLSX_MIME, to_xlsx),
)


def file_buttons(
    frame: pd.DataFrame, stamp: Stamp | None, metrics: Iterable[str], file_name: str
) -> None:
    """Offer the rows as files; one is written when it is asked for, not on each run."""
    about = stamp_columns(stamp, metrics) if stamp else []
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime, write in FORMATS:
            st.download_button(
                label,
                data=_later(write, frame, about),
                file_name=f"{file_name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
            )


def _later(
    write: Writer, frame: pd.DataFrame, about: Sequence[tuple[str, str]]
) -> Callable[[], bytes]:
    return lambda: write(frame, about)
