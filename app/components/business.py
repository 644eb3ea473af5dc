"""The company's headline numbers as one table: direction, target, and whether it is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.table import explore_row, readings_table, tier_in, totals_files
from app.data import Answer, Run
from app.readings import TOTALS, Reading, read, rows_of
from app.specs import COMPANY, GOOD_WHEN, TIER_NAMES
from metrics import MetricInfo
from metrics.format import MISSING, format_value, reaches


def business_table(run: Run, answers: Mapping[Any, Answer], infos: Sequence[MetricInfo]) -> None:
    """One row per metric, the most important first; a click on a row opens Explore."""
    ordered = sorted(infos, key=lambda info: tier_in(info, COMPANY))
    readings = [read(run, answers, info.name) for info in ordered]
    frame = pd.DataFrame([_row(run, answers, reading) for reading in readings])
    if not frame["Target"].any():
        frame = frame.drop(columns=["Target", "Reached"])
    names = [info.name for info in ordered]
    chosen = readings_table(
        frame,
        "business",
        {
            "Metric": st.column_config.TextColumn(width=215),
            "Target": st.column_config.TextColumn(alignment="right"),
        },
        "The company's numbers with their direction and targets",
    )
    totals_files(run, answers, names, COMPANY)
    explore_row(run, names, chosen)


def _row(run: Run, answers: Mapping[Any, Answer], reading: Reading) -> dict[str, Any]:
    info = reading.info
    rows = rows_of(answers.get(TOTALS), info.name)
    value = rows["value"].iloc[0] if len(rows) else None
    target = run.target(info.name)
    text = format_value(target, info.unit, info.display_unit, "card", run.notation)
    return {
        "Metric": info.label,
        "Value": reading.value,
        "Change": "" if reading.delta == "0" else reading.delta,
        "Better or worse": reading.verdict,
        "Good when": GOOD_WHEN[info.direction],
        "Target": "" if text == MISSING else text,
        "Reached": reaches(value, target, info.direction),
        "Trend": list(reading.line),
        "Tier": TIER_NAMES[tier_in(info, COMPANY)],
        "Note": reading.note,
    }
