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
    names = [info.name for info in ordered]
    chosen = readings_table(
        shown.style.apply(_greyed, axis=1),
        f"table_{domain}",
        {
            "Metric": st.column_config.TextColumn(width=215),
            "Status": status_column(),
            "Note": st.column_config.TextColumn(width=240),
        },
        "All metrics of this domain with their value, change, importance and status",
    )
    totals_files(run, answers, names, domain)
    explore_row(run, names, chosen)


def readings_table(frame: Any, key: str, columns: Mapping[str, Any], alt: str) -> int | None:
    """A table of values, changes and trends at full height; the number of the row chosen."""
    event: Any = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=ROW_HEIGHT,
        height="content",
        column_config={
            "Value": st.column_config.TextColumn(alignment="right"),
            "Change": st.column_config.TextColumn(alignment="right"),
            "Trend": st.column_config.LineChartColumn(width=120),
            **columns,
        },
        alt=alt,
    )
    return next(iter(event.selection.rows), None)


def explore_row(run: Run, names: Sequence[str], chosen: int | None) -> None:
    """Open Explore on the metric of the row chosen, if one is."""
    if chosen is not None:
        go_to(EXPLORE, metric=run.labels[names[chosen]])


def totals_files(run: Run, answers: Mapping[Any, Answer], names: Sequence[str], about: str) -> None:
    """The numbers of a table as files."""
    totals = answers.get(TOTALS)
    if totals is not None:
        rows = totals.result.frame[totals.result.frame["metric"].isin(names)]
        file_buttons(rows, totals.result.stamp, names, f"{about}_{run.asked.start}_{run.asked.end}")


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
