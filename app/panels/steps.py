"""Panels of steps: from an opening to a closing stock, and how many are in each band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from app import charts
from app.chart_data import member_text
from app.charts.steps import GAIN, LOSS, STOCK
from app.components.panels import axis_of, draw_chart, explained, left_out, panel
from app.data import Ask, Run
from app.panels.frame import cannot_be_split, has_number, said, text_of
from app.readings import rows_of
from app.specs.model import ByAttribute, Part, Spread, Waterfall
from metrics.format import is_missing

MOST_BANDS = 12


def waterfall_metrics(one: Waterfall) -> tuple[str, ...]:
    """Every step: with one missing the bars would not meet."""
    return tuple(part.metric for part in (one.opening, *one.parts, one.closing))


def ask_waterfall(run: Run, one: Waterfall) -> Sequence[Ask]:
    """All steps over the whole range."""
    return [Ask(waterfall_metrics(one))]


def draw_waterfall(run: Run, one: Waterfall, answers: Any) -> None:
    """The opening stock, each movement from where the last one ended, the closing stock."""
    steps = (one.opening, *one.parts, one.closing)
    first = run.catalog.metrics[one.opening.metric]
    with panel(one.title):
        if any(explained(run, part.metric) for part in steps[:1]):
            return
        answer = answers.get(ask_waterfall(run, one)[0])
        found = [(part, rows_of(answer, part.metric)) for part in steps]
        values = [rows["value"].iloc[0] if len(rows) else None for _, rows in found]
        if any(is_missing(value) for value in values):
            has_number(run, first, ())
            return
        frame = _bars(run, steps, [float(value) for value in values if value is not None])
        axis = axis_of(run, first, frame[["high"]])
        alt = ", ".join(f"{row.member} {row.text}" for row in frame.itertuples())
        draw_chart(frame, charts.waterfall(axis, charts.CARD_HEIGHT), f"{one.title}: {alt}.")
        said(one.note)


def _bars(run: Run, steps: Sequence[Part], values: Sequence[float]) -> pd.DataFrame:
    """Where each bar begins and ends; a movement starts where the one before ended."""
    rows = []
    at = 0.0
    for place, (part, value) in enumerate(zip(steps, values, strict=True)):
        info = run.catalog.metrics[part.metric]
        ends = place in (0, len(steps) - 1)
        low, high = (0.0, value) if ends else (at, at - value if part.down else at + value)
        at = high
        rows.append(
            {
                "member": part.label,
                "low": low,
                "high": high,
                "top": max(low, high),
                "kind": STOCK if ends else LOSS if part.down else GAIN,
                "text": ("-" if part.down and value else "") + text_of(run, info, value, "card"),
            }
        )
    return pd.DataFrame(rows)


def ask_spread(run: Run, one: Spread) -> Sequence[Ask]:
    """The metric of every member."""
    return [Ask((one.metric,), by=one.by)]


def draw_spread(run: Run, one: Spread, answers: Any) -> None:
    """A bar per band with the number of members in it."""
    info = run.catalog.metrics[one.metric]
    with panel(one.title):
        if cannot_be_split(run, one.metric, (one.by,)):
            return
        answer = answers.get(ask_spread(run, one)[0])
        counts = answer.result.spread(one.metric, one.edges) if answer else None
        if not has_number(run, info, () if counts is None else counts["members"]):
            return
        assert counts is not None
        ranges = [
            f"{low:g} to {high:g}" for low, high in zip(counts["from"], counts["to"], strict=True)
        ]
        frame = pd.DataFrame(
            {
                "member": [
                    f"{name} ({span})" for name, span in zip(one.bands, ranges, strict=True)
                ],
                "band": [f"{name}|{span}" for name, span in zip(one.bands, ranges, strict=True)],
                "value": counts["members"],
                "text": [str(number) for number in counts["members"]],
            }
        )
        alt = ", ".join(f"{row.member} {row.text}" for row in frame.itertuples())
        draw_chart(frame, charts.bands(charts.CARD_HEIGHT), f"{one.title}: {alt}.")
        said(one.note)


def draw_by_attribute(run: Run, one: ByAttribute, answers: Any) -> None:
    """A bar per value of the attribute, in its own order."""
    info = run.catalog.metrics[one.metric]
    with panel(one.title):
        if cannot_be_split(run, one.metric, (one.by,)):
            return
        found = run.by_attribute(one.metric, one.by, one.attribute)
        if not has_number(run, info, found.values()):
            return
        known, shown = len(found), list(found.items())[:MOST_BANDS]
        labels = [member_text(group) for group, _ in shown]
        frame = pd.DataFrame(
            {
                "member": labels,
                "band": labels,
                "value": [value for _, value in shown],
                "text": [text_of(run, info, value, "card") for _, value in shown],
            }
        )
        axis = axis_of(run, info, frame[["value"]])
        alt = ", ".join(f"{row.member} {row.text}" for row in frame.itertuples())
        draw_chart(frame, charts.bands(charts.CARD_HEIGHT, axis), f"{one.title}: {alt}.")
        left_out(len(shown), known, order="first")
        said(one.note)
