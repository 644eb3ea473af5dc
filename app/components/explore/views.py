"""The large picture of Explore: lines, stacked bars, a heat map, or one small panel per member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app import chart_data, charts
from app.components.explore.choices import BARS, HEAT, MULTIPLES, Choice
from app.components.explore.moments import look_at
from app.components.panels import panel
from app.components.states import nothing_here
from app.components.status import filters_text
from app.data import Answer, Run
from app.readings import blocked_text, no_value_text, rows_of, waiting_text
from app.text import plain
from metrics import OTHER
from metrics.format import AxisFormat, axis_format

PICK = "pick"
Series = list[tuple[str, pd.DataFrame]]


@dataclass(frozen=True)
class Shown:
    """What the numbers on screen are counted in: the metric's unit, or shares of it."""

    label: str
    unit: str
    display_unit: str


def shown(run: Run, choice: Choice) -> Shown:
    """The unit of the chosen metrics as they are shown."""
    info = run.catalog.metrics[choice.name]
    if choice.share:
        return Shown(f"{info.label}, share", "percentage", "")
    return Shown(info.label, info.unit, info.display_unit)


def draw(run: Run, answer: Answer | None, choice: Choice) -> None:
    """The picture of what was chosen."""
    if choice.dimension and choice.beside:
        for name in choice.names:
            _panel(run, answer, choice, (name,), level=3)
        return
    _panel(run, answer, choice, choice.names, level=2)


def title(run: Run, choice: Choice, names: Sequence[str]) -> str:
    """What a picture or table is about."""
    *others, last = (run.catalog.metrics[name].label for name in names)
    labels = f"{', '.join(others)} and {last}" if others else last
    if choice.dimension is None:
        return labels
    of_total = ", percent of total" if choice.share else ""
    return f"{labels} by {run.catalog.dimensions[choice.dimension].label.lower()}{of_total}"


def _panel(
    run: Run, answer: Answer | None, choice: Choice, names: Sequence[str], level: int
) -> None:
    with panel(title(run, choice, names), level):
        reason = _why_nothing(run, names)
        if reason:
            st.markdown(f":small[:gray[{plain(reason.capitalize())}.]]")
            return
        series = _series(run, answer, choice, names)
        if not any(rows["value"].notna().any() for _, rows in series):
            info = run.catalog.metrics[names[0]]
            nothing_here(no_value_text(run, info), filters_text(run))
            return
        _picture(run, answer, choice, series, title(run, choice, names))


def _why_nothing(run: Run, names: Sequence[str]) -> str:
    for name in names:
        info, blocked = run.catalog.metrics[name], run.blocked_by(name)
        if blocked:
            return f"{info.label}: {blocked_text(run, blocked)}"
        if not info.answerable:
            return f"{info.label}: {waiting_text(info)}"
    return ""


def _series(run: Run, answer: Answer | None, choice: Choice, names: Sequence[str]) -> Series:
    """The lines of a picture: one per metric, or one per member in the answer's order."""
    parts = {name: _complete(rows_of(answer, name), choice) for name in names}
    if choice.dimension is None:
        return [(run.catalog.metrics[name].label, rows) for name, rows in parts.items()]
    [rows] = parts.values()
    if rows.empty:
        return []
    members = pd.Series([chart_data.member_text(one) for one in rows[choice.dimension]])
    return [(name, rows[(members == name).to_numpy()]) for name in dict.fromkeys(members)]


def _complete(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    return rows[rows["complete"].astype(bool)] if choice.complete_only and len(rows) else rows


def _picture(run: Run, answer: Answer | None, choice: Choice, series: Series, what: str) -> None:
    unit, grain = shown(run, choice), run.asked.grain
    if choice.dimension is None and len(series) == 1:
        _trend(run, unit, series[0][1], what)
        return
    left_out = answer.result.left_out if answer and choice.dimension else 0
    other = dict(series).get(chart_data.member_text(OTHER))
    series = [(name, rows) for name, rows in series if rows["value"].notna().any()]
    if choice.view != BARS:  # together they are no line or row among members
        series = [(name, rows) for name, rows in series if rows is not other]
    frame = chart_data.by_series(series, unit, grain, run.notation)
    axis = _axis(run, unit, frame)
    names = tuple(name for name, _ in series)
    alt = f"{what}: {', '.join(names)}."
    if choice.view == BARS:
        spec = charts.stacked(axis, grain, charts.WIDE_HEIGHT, names)
        _clicked(run, chart_data.for_bands(frame), spec, what, alt)
        if left_out and other is None:
            _note(f"{left_out} smaller members are not in the bars")
        return
    if choice.view == HEAT:
        below = bool((frame["value"] < 0).any())
        spec = charts.over_time(axis, grain, len(names), below)
        _clicked(run, chart_data.for_bands(frame), spec, what, alt)
    elif choice.view == MULTIPLES:
        _multiples(frame, names, charts.multiple(axis, grain), what)
    else:
        spec = charts.lines(axis, grain, charts.WIDE_HEIGHT, names)
        _clicked(run, chart_data.with_labels(frame, charts.WIDE_HEIGHT), spec, what, alt)
    if left_out:
        _note(f"The {len(names)} largest of {len(names) + left_out} are shown")


def _trend(run: Run, unit: Shown, rows: pd.DataFrame, what: str) -> None:
    """One line against the compared period."""
    grain = run.asked.grain
    frame = chart_data.over_time(rows, unit, grain, run.notation)
    compared = run.asked.comparison is not None and bool(frame["previous"].notna().any())
    spec = charts.trend(_axis(run, unit, frame), grain, charts.WIDE_HEIGHT, compared)
    _clicked(run, frame, spec, what, chart_data.takeaway(frame, what))


def _clicked(run: Run, frame: pd.DataFrame, spec: charts.Spec, what: str, alt: str) -> None:
    """A picture whose periods can be clicked: the sections below then look closer at one."""
    grain, key = run.asked.grain, f"picture of {what}"

    def look() -> None:
        picked = st.session_state[key]["selection"].get(PICK)
        if picked:
            look_at(picked[0]["x"], grain)

    st.vega_lite_chart(
        frame, charts.pickable(spec), key=key, on_select=look, selection_mode=PICK, alt=alt
    )


def _multiples(frame: pd.DataFrame, names: Sequence[str], spec: charts.Spec, what: str) -> None:
    ends = {"least": frame["value"].min(), "most": frame["value"].max()}
    grid = st.grid(4, min_column_width=150, gap="small")
    for name in names:
        with grid.container(gap="xsmall"):
            st.markdown(f"**{plain(name)}**")
            rows = frame[frame["member"] == name].assign(**ends)
            st.vega_lite_chart(rows, spec, alt=f"{what}: {name}.")


def _axis(run: Run, unit: Shown, frame: pd.DataFrame) -> AxisFormat:
    largest = float(frame[["value", "previous"]].abs().max().max())
    return axis_format(unit.unit, unit.display_unit, largest, run.notation)


def _note(text: str) -> None:
    st.markdown(f":small[:gray[{text}.]]")
