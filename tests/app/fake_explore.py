"""Explanations and rows of the layer of formulas: right in shape, made up in numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from metrics import Explanation, FactRows, Operand, Query, Result, Stamp
from metrics.definitions.expressions import Leaf
from metrics.periods import Window

READ_AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


def explained(answer: Result, info: Any, top: int) -> Explanation:
    """Differences of an answer's members; a ratio splits each in a rate and a mix effect."""
    rows, ratio = answer.frame, info.kind == "ratio"
    effect = rows["change"].astype(float)
    frame = pd.DataFrame(
        {
            "member": rows[answer.by[0]].astype(object),
            "members": 1,
            "is_other": False,
            "came": False,
            "left": False,
            "value": rows["value"],
            "previous_value": rows["previous_value"],
            "effect": effect,
            "share": effect / effect.sum(),
            "rate_effect": effect * 0.75 if ratio else float("nan"),
            "mix_effect": effect * 0.25 if ratio else float("nan"),
        }
    )
    first = rows.iloc[0]
    return Explanation(
        info.name,
        answer.by[0],
        "quotient" if ratio else "sum",
        float(rows["value"].sum()),
        float(rows["previous_value"].sum()),
        first["start"],
        first["end"],
        first["previous_start"],
        first["previous_end"],
        frame.head(top),
        answer.stamp,
        answer.ran,
    )


def operands(info: Any) -> list[Operand]:
    """Two for a ratio; a score has none with rows."""
    refused = "a score is blended from many numbers for each entity" if info.kind == "score" else ""
    names = ["upper_part", "lower_part"] if info.kind == "ratio" else [f"{info.name}_rows"]
    return [
        Operand(name, "tickets", "Support tickets.", refused, Leaf(name, "sum")) for name in names
    ]


def fact_rows(query: Query, operand: Operand, page: int, agrees: bool) -> FactRows:
    """Sixty rows of five columns, in pages of 50, one of them hostile."""
    assert query.start
    assert query.end
    hostile = "![x](https://evil.example/a.png)"
    numbers = range((page - 1) * 50, min(60, page * 50))
    frame = pd.DataFrame(
        [[n, date(2026, 11, 18), hostile, 2.0, None] for n in numbers],
        columns=["ticket_id", "day", "category", "hours", "closed_on"],
        dtype=object,
    )
    return FactRows(
        query.metrics[0],
        operand,
        frame,
        {"hours": "How long it took"},
        60,
        120.0,
        120.0 if agrees else 121.0,
        "added up",
        Window(query.start, query.end),
        page,
        50,
        READ_AT,
        "SELECT 1",
        Stamp("b1", "duckdb", "Demo", {query.metrics[0]: "a1"}, {}, READ_AT, "store", ()),
    )
