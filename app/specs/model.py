"""The words in which pages are written: cards, sections, and the kinds of panels they hold.

A panel names metrics and dimensions; how it is asked for and drawn follows from its kind (see
app.panels). `note` is one sentence under the picture: how to read it, or what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

CUSTOMER = "customer"


@dataclass(frozen=True)
class Row:
    """A labelled row of headline cards."""

    title: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One class of a movement, and whether it is drawn below zero."""

    metric: str
    label: str
    down: bool = False


@dataclass(frozen=True)
class Trend:
    """One metric over time against the compared period."""

    metric: str
    note: str = ""


@dataclass(frozen=True)
class Several:
    """Metrics of one unit over time, a line each, under names of a word or two."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True)
class Split:
    """One metric over time by the first of some dimensions that the filters leave open."""

    metric: str
    by: tuple[str, ...]
    stacked: bool = False
    note: str = ""


@dataclass(frozen=True)
class Ranked:
    """Members from large to small or the other way, at the end of the range or over all of it."""

    metric: str
    by: str
    title: str = ""
    smallest: bool = False
    note: str = ""


@dataclass(frozen=True)
class Movement:
    """What came in and what went out per period, above and below zero."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True)
class Waterfall:
    """From an opening to a closing stock by the movements between them."""

    title: str
    opening: Part
    parts: tuple[Part, ...]
    closing: Part
    note: str = ""


@dataclass(frozen=True)
class Members:
    """A table of the members of a dimension, largest of one metric first, or smallest.

    `above` leaves out members whose leading metric is not above it, `positive` those of whom that
    metric is not above zero. `named` is the attribute that
    holds their names, where the members are ids; `also` are more attributes to show.
    """

    title: str
    by: str
    metrics: tuple[str, ...]
    labels: tuple[str, ...]
    smallest: bool = False
    above: float | None = None
    positive: str = ""
    named: str = ""
    also: tuple[tuple[str, str], ...] = ()
    most: int = 30
    empty: str = "None in this period."
    note: str = ""


@dataclass(frozen=True)
class Heat:
    """One metric over two dimensions, darker where it is more."""

    title: str
    metric: str
    down: str
    across: str
    numbers: bool = True
    note: str = ""


@dataclass(frozen=True)
class Funnel:
    """Steps from many to few, each a metric of its own over the same range."""

    title: str
    steps: tuple[Part, ...]
    rates: tuple[Part, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Stages:
    """Members in an order of their own, with several metrics of each: a funnel by stage."""

    title: str
    by: str
    order: str
    metrics: tuple[str, ...]
    labels: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Cohorts:
    """What is left of each cohort month by month, as a share of its first month.

    `share` is value_share or member_share: how much of the balance is left, or how many.
    """

    title: str
    metric: str
    share: str
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """A cohort metric at rising ages: over all cohorts, and as a grid by month."""

    title: str
    metric: str
    ages: tuple[int, ...]
    unit: str = "Week"
    step: int = 7
    note: str = ""


@dataclass(frozen=True)
class Scatter:
    """Members as points of two metrics, as large as a third."""

    title: str
    by: str
    x: str
    y: str
    size: str
    named: str = ""
    note: str = ""


@dataclass(frozen=True)
class Spread:
    """How many members have a value in each band."""

    title: str
    metric: str
    by: str
    edges: tuple[float, ...]
    bands: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class ByAttribute:
    """A metric by what is known of its members now, in the attribute's own order."""

    title: str
    metric: str
    by: str
    attribute: str
    note: str = ""


@dataclass(frozen=True)
class Places:
    """Members at their longitude and latitude, sized by one metric and shaded by another."""

    title: str
    by: str
    size: str
    shade: str
    named: str
    note: str = ""


@dataclass(frozen=True)
class Models:
    """One total credited in several ways: which way is chosen, the total stays."""

    title: str
    key: str
    models: tuple[Part, ...]
    rest: str
    by: tuple[str, ...]
    note: str = ""


Panel = (
    Trend
    | Several
    | Split
    | Ranked
    | Movement
    | Waterfall
    | Members
    | Heat
    | Funnel
    | Stages
    | Cohorts
    | Curve
    | Scatter
    | Spread
    | ByAttribute
    | Places
    | Models
)


@dataclass(frozen=True)
class Section:
    """Panels under one heading, row by row; a row of two is one of one on a phone."""

    title: str
    rows: tuple[tuple[Panel, ...], ...]


@dataclass(frozen=True)
class Domain:
    """One domain page: headlines, the metrics its chart switches between, sections of its own.

    `breakdowns` are tried in order; a metric takes the first it allows.
    """

    key: str
    title: str
    headlines: tuple[str, ...]
    switch: tuple[str, ...]
    breakdowns: tuple[str, ...] = ("tier", "region", "industry", "device_type", "role")
    sections: tuple[Section, ...] = ()
