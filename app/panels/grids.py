"""Panels of cells: one metric over two dimensions, cohorts by age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from app import charts
from app.chart_data import member_text
from app.components.panels import axis_of, draw_chart, explained, panel
from app.components.states import nothing_here
from app.components.status import filters_text
from app.data import Ask, Run
from app.panels.frame import (
    cannot_be_split,
    dimension_label,
    has_number,
    said,
    shown_member,
    text_of,
)
from app.readings import rows_of
from app.specs.model import Cohorts, Curve, Heat
from metrics.format import day_text, format_value, period_text
from metrics.periods import ONE_DAY, add_months

MONTHS_SHOWN = 12
CURVE_HEIGHT = 200


def ask_heat(run: Run, one: Heat) -> Sequence[Ask]:
    """The metric over both dimensions at once."""
    return [Ask((one.metric,), by=(one.down, one.across))]


def draw_heat(run: Run, one: Heat, answers: Any) -> None:
    """A cell for each pair of members that has a value."""
    info = run.catalog.metrics[one.metric]
    dimensions = (one.down, one.across)
    with panel(one.title):
        if cannot_be_split(run, one.metric, dimensions):
            return
        rows = rows_of(answers.get(ask_heat(run, one)[0]), one.metric)
        if not has_number(run, info, rows["value"] if len(rows) else ()):
            return
        rows = rows[rows["value"].notna()]
        places = [
            _place(one.down, d) + _place(one.across, a)
            for d, a in zip(rows[one.down], rows[one.across], strict=True)
        ]
        rows = rows.iloc[sorted(range(len(rows)), key=places.__getitem__)]
        frame = pd.DataFrame(
            {
                "down": [shown_member(one.down, member) for member in rows[one.down]],
                "across": [shown_member(one.across, member) for member in rows[one.across]],
                "value": rows["value"].astype(float).tolist(),
                "text": [text_of(run, info, value, "card") for value in rows["value"]],
            }
        )
        labels = [dimension_label(run, d) for d in dimensions]
        spec = charts.heat(frame["down"].nunique(), one.numbers, (labels[0], labels[1], info.label))
        top = frame.sort_values("value", ascending=False).iloc[0]
        alt = f"{one.title}: most in {top['down']}, {top['across']} with {top['text']}."
        draw_chart(frame, spec, alt)
        said(one.note)


def _place(dimension: str, member: Any) -> tuple[bool, float, str]:
    """Sort key: hours and weekdays by number, names by name, the empty bucket last."""
    text = member_text(member)
    missing = member is None or pd.isna(member)
    return (missing, float(text) if text.isdecimal() else 0.0, text)


def ask_nothing(run: Run, one: Any) -> Sequence[Ask]:
    """Cohorts are a question of their own, not one of the batch."""
    return ()


def draw_cohorts(run: Run, one: Cohorts, answers: Any) -> None:
    """A row per month in which customers began, a column per month since."""
    info = run.catalog.metrics[one.metric]
    with panel(one.title):
        if explained(run, one.metric):
            return
        found = run.cohorts(one.metric, _months_back(run, MONTHS_SHOWN)).frame
        if not has_number(run, info, found[one.share]):
            return
        found = found[found[one.share].notna()]
        sizes = found[found["age"] == 0].set_index("cohort")["members"]
        frame = pd.DataFrame(
            {
                "down": [f"{_month(day)} · {sizes[day]:.0f}" for day in found["cohort"]],
                "across": [str(age) for age in found["age"]],
                "value": found[one.share].tolist(),
                "text": [format_value(v, "percentage", style="card") for v in found[one.share]],
            }
        )
        titles = ("Began in · customers", "Months since", "Left")
        spec = charts.heat(frame["down"].nunique(), True, titles)
        draw_chart(_whole_percent(frame), spec, f"{one.title}: {len(sizes)} monthly cohorts.")
        said(one.note)


def draw_curve(run: Run, one: Curve, answers: Any) -> None:
    """How many come back at each age: over a year of cohorts, and month by month."""
    info = run.catalog.metrics[one.metric]
    with panel(one.title):
        if explained(run, one.metric):
            return
        start = _months_back(run, MONTHS_SHOWN)
        grid = run.curve(one.metric, one.ages, start, run.asked.end, "month").frame
        grid = grid[grid["value"].notna() & grid["complete"].astype(bool)]
        if grid.empty:
            nothing_here("no cohort is old enough yet", filters_text(run))
            return
        # All ages of the line are of the same cohorts: those old enough for the last of them.
        last = (info.as_of or run.asked.end) - (one.ages[-1] + one.step) * ONE_DAY
        first = add_months(last, -MONTHS_SHOWN)
        line = run.curve(one.metric, one.ages, first, last, None).frame
        line = line[line["value"].notna()]
        if len(line):
            frame = _by_age(run, one, line)
            axis = axis_of(run, info, frame[["value"]])
            ends = f"{frame['text'].iloc[0]} at first, {frame['text'].iloc[-1]} at last"
            draw_chart(frame, charts.curve(axis, one.unit, CURVE_HEIGHT), f"{one.title}: {ends}.")
            said(f"Users created {day_text(first)} to {day_text(last)}, all old enough by now.")
        cells = _by_age(run, one, grid).assign(down=[_month(day) for day in grid["start"]])
        spec = charts.heat(cells["down"].nunique(), True, ("Created in", one.unit, "Came back"))
        draw_chart(_whole_percent(cells), spec, f"{one.title} by month of creation.")
        said(one.note)


def _by_age(run: Run, one: Curve, rows: pd.DataFrame) -> pd.DataFrame:
    info = run.catalog.metrics[one.metric]
    ages = [int(age) // one.step for age in rows["age"]]
    return pd.DataFrame(
        {
            "age": ages,
            "across": [str(age) for age in ages],
            "value": rows["value"].astype(float).tolist(),
            "text": [text_of(run, info, value, "card") for value in rows["value"]],
            "state": "complete",
        }
    )


def _whole_percent(frame: pd.DataFrame) -> pd.DataFrame:
    """Texts short enough for a cell."""
    return frame.assign(text=[f"{value * 100:.0f}%" for value in frame["value"]])


def _months_back(run: Run, months: int) -> date:
    first = add_months(run.asked.end.replace(day=1), 1 - months)
    return max(first, run.build.first_day)


def _month(day: Any) -> str:
    return period_text(pd.Timestamp(day).date(), "month")
