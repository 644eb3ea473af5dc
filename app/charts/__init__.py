"""Chart shapes: authored in Altair, compiled once per shape to a Vega-Lite dict.

A shape depends on a unit, a grain and a size, never on data, so a page run costs a dictionary
lookup per chart. Shapes of one family stand in one module; `marks` holds what they share.
"""

from __future__ import annotations

from app.charts.bars import movement, ranked
from app.charts.grids import heat
from app.charts.marks import (
    CARD_HEIGHT,
    FADED,
    MAX_BARS,
    MAX_LINES,
    MAX_STACK,
    WIDE_HEIGHT,
    Spec,
    pickable,
)
from app.charts.members import effects, multiple, over_time
from app.charts.points import curve, places, scatter
from app.charts.steps import bands, waterfall
from app.charts.trends import lines, stacked, trend
from metrics.format import AxisFormat
from metrics.periods import Grain

__all__ = [
    "CARD_HEIGHT",
    "FADED",
    "MAX_BARS",
    "MAX_LINES",
    "MAX_STACK",
    "WIDE_HEIGHT",
    "Spec",
    "bands",
    "curve",
    "effects",
    "heat",
    "lines",
    "movement",
    "multiple",
    "over_time",
    "pickable",
    "places",
    "ranked",
    "scatter",
    "shapes",
    "stacked",
    "trend",
    "waterfall",
]


def shapes() -> list[Spec]:
    """One of every shape, for the test that validates them against the schema."""
    axis = AxisFormat("~s", "datum.label")
    made = [trend(axis, grain, CARD_HEIGHT, True) for grain in Grain]
    made.append(trend(axis, Grain.DAY, WIDE_HEIGHT, False))
    made.append(lines(axis, Grain.MONTH, WIDE_HEIGHT, ("a", "b")))
    made.append(stacked(axis, Grain.MONTH, WIDE_HEIGHT, ("a", "b")))
    made += [over_time(axis, Grain.MONTH, 3, around_zero) for around_zero in (False, True)]
    made += [multiple(axis, Grain.WEEK), effects(3)]
    made += [pickable(made[0]), pickable(over_time(axis, Grain.MONTH, 3, False))]
    made.append(movement(axis, Grain.MONTH, CARD_HEIGHT, ("New", "More", "Less", "Gone")))
    made += [heat(5, numbers, ("Tier", "Industry", "Health")) for numbers in (True, False)]
    made += [scatter(axis, axis, ("a", "b", "c"), CARD_HEIGHT), places(("a", "b"), CARD_HEIGHT)]
    made += [curve(axis, "Week", CARD_HEIGHT), waterfall(axis, CARD_HEIGHT), bands(CARD_HEIGHT)]
    return [*made, ranked(CARD_HEIGHT)]
