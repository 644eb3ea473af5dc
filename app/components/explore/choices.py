"""What is chosen on Explore, all of it in the URL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from app.components.url import bound
from app.data import Run
from app.specs import EXPLORE_FIRST
from metrics.format import unit_text

TOTAL = "Total"
LINES, BARS, HEAT, MULTIPLES = "Lines", "Stacked bars", "Heat map", "Small multiples"
LIST, PIVOT = "By period", "Pivot"
TOPS = ("5", "7", "12", "24")
MOST = {
    LINES: 7,
    BARS: 7,
    HEAT: 24,
    MULTIPLES: 12,
}  # colours, rows and panels an eye can tell apart
MOST_TOGETHER = 5
CUT = ("by", "chart", "top", "share", "table", "complete", "at", "why", "rows")


@dataclass(frozen=True)
class Choice:
    """One metric, those beside it, and how they are cut and shown."""

    name: str
    beside: tuple[str, ...]
    dimension: str | None
    view: str
    top: int
    share: bool
    complete_only: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All metrics shown, the chosen one first."""
        return (self.name, *self.beside)


def choose(run: Run) -> Choice:
    """Draw the controls and read them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = _metric(run)
        beside = _beside(run, name)
        complete_only = st.toggle(
            "Complete periods only", **bound("complete", False, ("True", "False"))
        )
    names = (name, *beside)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        dimension = _dimension(run, names)
    if dimension is None:
        return Choice(name, beside, None, LINES, 0, False, complete_only)
    adds_up = _all(run, names, dimension, "additive_over")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        view = _view(adds_up, len(names) > 1)
        top = int(_select("Members", "top", [f"Top {number}" for number in TOPS])[4:])
        share = adds_up and st.toggle(
            "Percent of total",
            help="What part of the whole each member is, period by period.",
            **bound("share", False, ("True", "False")),
        )
    return Choice(name, beside, dimension, view, min(top, MOST[view]), share, complete_only)


def cut_in_url() -> dict[str, list[str]]:
    """How things are cut, as another metric can be, too; it falls back where it cannot."""
    return {key: st.query_params.get_all(key) for key in CUT if key in st.query_params}


def grouped(run: Run, choice: Choice) -> bool:
    """Whether the members that are not shown have a number together."""
    return choice.dimension is not None and _all(
        run, choice.names, choice.dimension, "grouped_over"
    )


def _all(run: Run, names: Collection[str], dimension: str, where: str) -> bool:
    return all(dimension in getattr(run.catalog.metrics[name], where) for name in names)


def _metric(run: Run) -> str:
    """The type-ahead box of all metrics; the URL holds its label."""
    names = {label: name for name, label in sorted(run.labels.items(), key=lambda item: item[1])}
    first = run.labels.get(EXPLORE_FIRST, next(iter(names)))
    label = st.selectbox(
        "Metric",
        list(names),
        label_visibility="collapsed",
        icon=":material/search:",
        width=330,
        **bound("metric", first, names),
    )
    return names[label]


def _beside(run: Run, name: str) -> tuple[str, ...]:
    """Other metrics on the same axis: only those counted in the same unit are offered."""
    mine = run.catalog.metrics[name]
    unit = (mine.unit, mine.display_unit)
    offered = {
        run.labels[info.name]: info.name
        for info in run.catalog.metrics.values()
        if info.name != name and info.answerable and (info.unit, info.display_unit) == unit
    }
    if not offered or not mine.answerable:
        return ()
    labels = st.multiselect(
        "Compare with",
        sorted(offered),
        label_visibility="collapsed",
        placeholder="Add metrics in the same unit",
        max_selections=MOST_TOGETHER - 1,
        width=330,
        help=(
            f"Metrics share an axis only in one unit: {len(offered)} others are in "
            f"{unit_text(*unit)}. Metrics in other units are not offered."
        ),
        **bound("with", [], offered),
    )
    return tuple(offered[label] for label in labels)


def _dimension(run: Run, names: Collection[str]) -> str | None:
    """Break-down by what all metrics can be cut by."""
    first, *others = (run.catalog.metrics[name].dimensions for name in names)
    dimensions = {
        run.catalog.dimensions[d].label: d
        for d in first
        if d in run.catalog.dimensions and all(d in other for other in others)
    }
    choices = [TOTAL, *dimensions]
    by = st.segmented_control(
        "Break down by",
        choices,
        required=True,
        label_visibility="collapsed",
        **bound("by", TOTAL, choices),
    )
    return dimensions.get(by)


def _view(adds_up: bool, several: bool) -> str:
    """How members are drawn; bars are stacked only where they add up."""
    views = [LINES, *([BARS] if adds_up and not several else []), HEAT, MULTIPLES]
    if several:
        views = [LINES]
    view: str = st.segmented_control(
        "Chart",
        views,
        required=True,
        label_visibility="collapsed",
        **bound("chart", LINES, views),
    )
    return view


def _select(label: str, key: str, options: list[str]) -> str:
    value: str = st.selectbox(
        label, options, label_visibility="collapsed", width=110, **bound(key, options[0], options)
    )
    return value
