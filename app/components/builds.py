"""The table of builds, and what is on the reader's screen now."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.components.files import file_buttons
from app.components.table import ROW_HEIGHT
from app.data import Run
from metrics import BuildRun
from metrics.format import MISSING, day_text

STATE_NAMES = {"current": "Current", "kept": "Kept", "undone": "Undone", "gone": "Gone"}
STATE_COLOURS = ["green", "blue", "orange", "gray"]
STATE_TEXTS = {
    "Current": "what every page shows",
    "Kept": "can be gone back to with `metrics rollback`",
    "Undone": "newer, but it was gone back from",
    "Gone": "only this line is left of it",
}
SEEN = 16


def history(run: Run) -> None:
    """Builds newest first, with a line that says what the states mean."""
    builds = run.history()
    now = next(one for one in builds if one.id == run.build.id)
    st.markdown(
        f"**{len(builds)}** builds are remembered · the current one was started on "
        f"{day_text(now.started_at.date())} at {now.started_at:%H:%M} (UTC) and took "
        f"{_seconds(now.seconds)}"
    )
    frame = pd.DataFrame([_row(one) for one in builds])
    st.dataframe(
        frame.assign(State=frame["State"].map(lambda state: [state])),
        key="builds",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(frame), SEEN) + 1) + 3,
        column_config={
            "Started (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "State": st.column_config.MultiselectColumn(
                options=list(STATE_NAMES.values()), color=STATE_COLOURS
            ),
            "Took": st.column_config.TextColumn(alignment="right"),
            "Why": st.column_config.TextColumn(width=300),
            "Rows read": st.column_config.NumberColumn(format="localized"),
            "Days restated": st.column_config.NumberColumn(format="localized"),
        },
        alt="Builds with when, how long, how and why, rows, checks, and what became of them",
    )
    file_buttons(frame, None, (), "builds")
    found = [name for name in STATE_TEXTS if name in set(frame["State"])]
    st.markdown(
        f":small[:gray[{' · '.join(f'{name}: {STATE_TEXTS[name]}' for name in found)}. "
        "A full build makes everything anew; an incremental one what late, corrected or removed "
        "rows touch. Restated are days of the past whose rows changed so.]]"
    )


def _row(one: BuildRun) -> dict[str, Any]:
    return {
        "Started (UTC)": one.started_at.replace(tzinfo=None),
        "State": STATE_NAMES[one.state],
        "Data to": one.as_of,
        "How": one.mode,
        "Took": _seconds(one.seconds),
        "Rows read": one.rows_read,
        "Days restated": one.restated,
        "Checks": _part(one.failing, one.checks, "found something"),
        "Identities broken": MISSING if one.broken is None else str(one.broken),
        "Why": one.reason,
        "Build": one.id,
    }


def _part(some: int | None, of: int | None, what: str) -> str:
    return MISSING if some is None or of is None else f"{some} of {of} {what}"


def _seconds(seconds: float) -> str:
    whole = round(seconds)
    return f"{seconds:.1f} s" if seconds < 60 else f"{whole // 60} min {whole % 60} s"
