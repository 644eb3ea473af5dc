"""What got worse by more than it usually moves, worst first, each with a way into it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app.components.states import remark
from app.components.table import explore_row, readings_table
from app.data import Run
from app.specs import DOMAIN_NAMES, TIER_NAMES
from metrics import Worse
from metrics.format import format_delta, format_value

TIERS_WATCHED = (1, 2)
MOST = 12
MANY_TIMES = 99.0


def watched(run: Run) -> list[str]:
    """Live metrics that matter somewhere and of which more or less is better."""
    return [
        info.name
        for info in run.catalog.metrics.values()
        if info.status == "live" and info.tier in TIERS_WATCHED and info.direction != "neutral"
    ]


def attention(run: Run) -> None:
    """The list; a click on a row opens Explore. Without a comparison there is nothing to hold."""
    if run.asked.comparison is None:
        remark("Choose a comparison to see what got worse.")
        return
    worse = run.worsened(watched(run))
    if not worse:
        remark("Nothing of importance got worse by more than it usually moves.")
        return
    shown = worse[:MOST]
    frame = pd.DataFrame([_row(run, one) for one in shown])
    chosen = readings_table(
        frame,
        "attention",
        {
            "Usually moves": st.column_config.TextColumn(
                alignment="right",
                help="Median difference between two neighbouring complete periods of the charts.",
            ),
            "Times that": st.column_config.NumberColumn(format="%.1f×"),
        },
        "Metrics that got worse, worst first",
    )
    left = len(worse) - len(shown)
    remark(
        "Metrics of tier 1 and 2 that got worse by more than they usually move from one period of "
        f"the charts to the next.{f' {left} more did so by less.' if left else ''}"
    )
    explore_row(run, [one.metric for one in shown], chosen)


def _row(run: Run, one: Worse) -> dict[str, Any]:
    info = run.catalog.metrics[one.metric]
    unit, shown = info.unit, info.display_unit
    step = format_value(one.usual, unit, shown, "card", run.notation)
    return {
        "Metric": info.label,
        "Value": format_value(one.value, unit, shown, "card", run.notation),
        "Change": format_delta(one.change, one.growth, unit, shown, run.notation),
        "Usually moves": f"± {step}",
        "Times that": min(one.times, MANY_TIMES),
        "Trend": list(one.line),
        "Domain": ", ".join(DOMAIN_NAMES.get(one, one) for one in info.domains),
        "Tier": TIER_NAMES[info.tier],
    }
