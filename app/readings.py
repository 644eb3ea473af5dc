"""What one card or table row shows of a metric, read from the layer's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from app.data import Answer, Ask, Run
from metrics import MetricInfo
from metrics.format import Verdict, day_text, format_delta, format_value, is_missing, judge

State = Literal["ok", "no value", "filtered", "waiting"]

TOTALS = "totals"
SERIES = "series"


@dataclass(frozen=True)
class Reading:
    """One metric for the page's period: texts for the screen and the line behind them."""

    info: MetricInfo
    state: State
    value: str
    delta: str = ""
    verdict: Verdict = ""
    line: tuple[float, ...] = ()
    note: str = ""


def headline_questions(metrics: Iterable[str]) -> dict[Any, Ask]:
    """The two questions behind any set of cards: totals with comparison, and their lines."""
    names = tuple(dict.fromkeys(metrics))
    return {
        TOTALS: Ask(names, compare=True),
        SERIES: Ask(names, series=True),
    }


def rows_of(answer: Answer | None, metric: str) -> pd.DataFrame:
    """The part of an answer that belongs to one metric; empty without an answer."""
    return pd.DataFrame() if answer is None else answer.rows(metric)


def read(run: Run, answers: Mapping[Any, Answer], name: str) -> Reading:
    """The reading of one metric from the answers to `headline_questions`."""
    info = run.catalog.metrics[name]
    if info.status != "live":
        return Reading(info, "waiting", format_value(None, info.unit), note=waiting_text(info))
    blocked = run.blocked_by(name)
    if blocked:
        return Reading(
            info, "filtered", format_value(None, info.unit), note=blocked_text(run, blocked)
        )
    total = rows_of(answers.get(TOTALS), name)
    value = total["value"].iloc[0] if len(total) else None
    if is_missing(value):
        return Reading(
            info, "no value", format_value(None, info.unit), note=no_value_text(run, info)
        )
    change, growth = total["change"].iloc[0], total["growth"].iloc[0]
    return Reading(
        info,
        "ok",
        format_value(value, info.unit, info.display_unit, "card", run.notation),
        format_delta(change, growth, info.unit, info.display_unit, run.notation),
        judge(change, growth, info.unit, info.direction),
        complete_line(rows_of(answers.get(SERIES), name)),
        f"known to {known_to(info)}" if _is_known_less_far(run, info) else "",
    )


def complete_line(rows: pd.DataFrame) -> tuple[float, ...]:
    """Values of the complete periods, oldest first; two points would draw a false trend."""
    if rows.empty:
        return ()
    pairs = zip(rows["complete"].tolist(), rows["value"].tolist(), strict=True)
    values = tuple(value for done, value in pairs if done and not is_missing(value))
    return values if len(values) > 2 else ()


def waiting_text(info: MetricInfo) -> str:
    """What a metric without data waits for, by table; its definition lists the columns."""
    return f"waiting for {', '.join(info.waits_on) or 'data'}"


def _is_known_less_far(run: Run, info: MetricInfo) -> bool:
    """Whether the number is of fewer days than the page says at its top."""
    end = min(run.asked.end, run.build.as_of)
    return info.as_of is not None and info.as_of < end


def no_value_text(run: Run, info: MetricInfo) -> str:
    """Why a live metric has no number: the period is later than what is known, or has none."""
    if info.as_of is None or run.asked.start <= info.as_of:
        return "no value in this period"
    return f"known to {known_to(info)}"


def known_to(info: MetricInfo) -> str:
    """How far a metric is known, and why no further where its days have to pass first."""
    day = day_text(info.as_of) if info.as_of else ""
    return f"{day} ({info.settles} days have to pass)" if day and info.settles else day


def blocked_text(run: Run, dimensions: Iterable[str]) -> str:
    """Why a filtered page shows no number for a metric."""
    labels = [run.catalog.dimensions[name].label for name in dimensions]
    return f"not available by {' or '.join(labels)}"
