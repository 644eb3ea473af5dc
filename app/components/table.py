"""The table of all metrics of a domain: where it stands, whether better, what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.files import file_buttons
from app.components.url import go_to
from app.data import Answer, Run
from app.readings import TOTALS, Reading, read
from app.specs import EXPLORE, STATUS_NAMES, TIER_NAMES
from metrics import MetricInfo
from metrics.format import MISSING

STATUS_COLOURS = ["green", "blue", "gray", "orange"]
ROW_HEIGHT = 35
GREY = "slategray"  # a canvas knows no theme


def metric_table(
    run: Run, answers: Mapping[Any, Answer], infos: Sequence[MetricInfo], domain: str
) -> None:
    """One row per metric, live ones first; a click on a row opens Explore."""
    ordered = sorted(infos, key=lambda info: (info.status != "live", tier_in(info, domain)))
    readings = [read(run, answers, info.name) for info in ordered]
    frame = pd.DataFrame([_row(reading, domain) for reading in readings])
    shown = frame if frame["Note"].any() else frame.drop(columns="Note")
    event: Any = st.dataframe(
        shown.style.apply(_greyed, axis=1),
        key=f"table_{domain}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=ROW_HEIGHT,
        height="content",
        column_config={
            "Metric": st.column_config.TextColumn(width=215),
            "Value": st.column_config.TextColumn(alignment="right"),
            "Change": st.column_config.TextColumn(alignment="right"),
            "Trend": st.column_config.LineChartColumn(width=120),
            "Status": status_column(),
            "Note": st.column_config.TextColumn(width=240),
        },
        alt="All metrics of this domain with their value, change, importance and status",
    )
    totals = answers.get(TOTALS)
    if totals is not None:
        names = [info.name for info in ordered]
        rows = totals.result.frame[totals.result.frame["metric"].isin(names)]
        file_buttons(
            rows, totals.result.stamp, names, f"{domain}_{run.asked.start}_{run.asked.end}"
        )
    if event.selection.rows:
        info = ordered[event.selection.rows[0]]
        go_to(EXPLORE, metric=run.labels[info.name])


def _greyed(row: pd.Series) -> list[str]:
    """Text colour of a row: grey without a number, by the one grey that reads in both modes."""
    return [f"color: {GREY}" if row["Value"] == MISSING else ""] * len(row)


def status_column() -> Any:
    """Status as a coloured badge."""
    return st.column_config.MultiselectColumn(
        options=list(STATUS_NAMES.values()), color=STATUS_COLOURS
    )


def tier_in(info: MetricInfo, domain: str) -> int:
    """Importance of a metric on a page; the same metric can matter more elsewhere."""
    return int(info.tiers.get(domain, info.tier))


def _row(reading: Reading, domain: str) -> dict[str, Any]:
    info = reading.info
    return {
        "Metric": info.label,
        "Value": reading.value,
        "Change": "" if reading.delta == "0" else reading.delta,
        "Trend": list(reading.line),
        "Better or worse": reading.verdict,
        "Tier": TIER_NAMES[tier_in(info, domain)],
        "Status": [STATUS_NAMES[info.status]],
        "Note": reading.note,
    }
