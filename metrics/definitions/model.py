"""What a definition file may say, as frozen pydantic models.

Three things are declared as data: measures (what is kept of a fact), scores (weighted blends
per entity and day, see `score`) and metrics (arithmetic on those). One metric has exactly one form.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from metrics.definitions.forms import (
    Change,
    CohortRate,
    Composite,
    Entities,
    Frozen,
    Growth,
    KeyDays,
    Lifecycle,
    MeanAge,
    MeanAhead,
    Movement,
    Name,
    Offset,
    Quantile,
    Ratio,
    ScoreUse,
    SinceLast,
    TimeIn,
    WindowText,
)
from metrics.definitions.score import Score

Kind = Literal["flow", "stock", "distinct", "movement", "cohort", "rows", "snapshot"]
Unit = Literal["currency", "percentage", "count", "score", "ratio", "duration"]
Direction = Literal["up", "down", "neutral"]


class Bounds(Frozen):
    """A numeric condition on a column; both ends are optional and inclusive."""

    min: float | None = None
    max: float | None = None


class Ahead(Frozen):
    """A condition on how many days a date lies ahead of its row's day; behind it is negative."""

    days_ahead: Bounds


Scalar = bool | int | float | str
Condition = Scalar | tuple[Scalar, ...] | Bounds | Ahead
Where = dict[Name, Condition]


class Anchor(Frozen):
    """Where a cohort starts: an interval or event fact, its key and its own filter."""

    fact: Name
    key: Name


SPECIALS = {
    "days": "length of an interval in days, for those that have ended",
    "seconds": "length of an interval of instants in seconds",
    "start_day": "day number of the start, for mean ages",
    "end_day": "day number of the end, for mean times ahead",
    "start_second": "seconds from 1970 to the start, for mean ages in hours",
}
"""Values every interval has without a column of its own."""


class Measure(Frozen):
    """What is kept of one fact: its kind decides the part and so every later sum.

    value    column summed; without it rows are counted; on intervals also what `SPECIALS` lists.
    at       on interval facts, whether flows and rows are dated by the start or the end.
    delay    days after its start at which an interval begins to count (stock).
    last     an interval counts only in so many days before its end (stock).
    spread   the value is for the whole interval and accrues evenly over its days.
    clock    instants of change are kept too, so that time in a state can be summed exactly.
    key      what is counted once (distinct, cohort); several columns form one key.
    within   dimensions that do not follow from the key, kept apart (distinct).
    anchor   where a cohort starts (cohort).
    """

    fact: Name
    kind: Kind
    value: Name | None = None
    where: Where = {}
    at: Literal["start", "end"] = "start"
    delay: Annotated[int, Field(ge=0)] = 0
    last: Annotated[int, Field(gt=0)] | None = None
    spread: bool = False
    clock: bool = False
    key: tuple[Name, ...] = ()
    within: tuple[Name, ...] = ()
    anchor: Anchor | None = None

    @property
    def kept_as(self) -> str:
        """Kind of the part that holds it: what accrues evenly is a daily rate, so a stock."""
        return "stock" if self.spread else self.kind

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Measure:
        if self.kind in ("distinct", "cohort") and not self.key:
            raise ValueError(f"a {self.kind} measure needs a key")
        if self.kind == "cohort" and self.anchor is None:
            raise ValueError("a cohort measure needs an anchor")
        if self.kind in ("rows", "movement") and self.value is None:
            raise ValueError(f"a {self.kind} measure needs a value column")
        if self.last is not None and (self.kind != "stock" or self.delay):
            raise ValueError("last is for stock measures without a delay")
        if self.spread and (self.kind != "flow" or self.value is None):
            raise ValueError("spread is for flow measures with a value column")
        return self


FORMS = (
    "measure",
    "ratio",
    "expression",
    "growth",
    "change",
    "offset",
    "movement",
    "entities",
    "lifecycle",
    "quantile",
    "cohort",
    "score",
    "composite",
    "mean_age",
    "mean_ahead",
    "since_last",
    "time_in",
    "key_days",
    "share_of_total",
)


class Metric(Frozen):
    """One metric: what it is called, what it means, and the one form that computes it.

    `across` names operands that are asked without splitting or filtering by some dimensions: a
    share of all users is taken of all users, whatever feature is looked at.
    """

    label: str
    description: str
    formula: str
    unit: Unit
    display_unit: str = ""
    direction: Direction
    tiers: dict[str, Literal[1, 2, 3]] = {}
    tier: Literal[1, 2, 3] = 2
    domains: tuple[str, ...] = ()
    owner: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    dimensions: tuple[Name, ...] = ()
    related: tuple[str, ...] = ()
    caveats: str = ""
    differs: str = ""
    minimum: float | None = None
    maximum: float | None = None
    window: WindowText = "period"
    where: Where = {}
    across: dict[Name, Literal["all"] | tuple[Name, ...]] = {}

    measure: Name | None = None
    ratio: Ratio | None = None
    expression: str | None = None
    growth: Growth | None = None
    change: Change | None = None
    offset: Offset | None = None
    movement: Movement | None = None
    entities: Entities | None = None
    lifecycle: Lifecycle | None = None
    quantile: Quantile | None = None
    cohort: CohortRate | None = None
    score: ScoreUse | None = None
    composite: Composite | None = None
    mean_age: MeanAge | None = None
    mean_ahead: MeanAhead | None = None
    since_last: SinceLast | None = None
    time_in: TimeIn | None = None
    key_days: KeyDays | None = None
    share_of_total: Name | None = None

    @property
    def form(self) -> str:
        """Name of the form this metric uses."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @model_validator(mode="after")
    def _has_one_form(self) -> Metric:
        used = [form for form in FORMS if getattr(self, form) is not None]
        if len(used) > 1:
            raise ValueError(f"has {len(used)} forms ({', '.join(used)}); it must have one")
        if not used:
            raise ValueError("has no form; what it waits for follows from its queries")
        return self


class Identity(Frozen):
    """An equation or inequality between metrics that must hold in every period.

    `parts` says that the members of each dimension add up to the whole; both sides are one metric.
    """

    description: str
    left: str
    relation: Literal["=", "<=", "parts"]
    right: str
    dimensions: tuple[Name, ...] = ()
    tolerance: float = 1e-6


class Dimension(Frozen):
    """A way to split numbers: a column of the fact or of an entity it refers to.

    `as_of` dimensions change over time and are read at the end of the window (at the opening
    for retention). `calendar` dimensions follow from the day alone.
    """

    label: str
    description: str = ""
    column: Name | None = None
    as_of: Name | None = None
    calendar: Literal["weekday"] | None = None


class DefinitionFile(Frozen):
    """Everything one YAML file may declare."""

    domain: str | None = None
    owner: str = ""
    measures: dict[Name, Measure] = {}
    scores: dict[Name, Score] = {}
    metrics: dict[Name, Metric] = {}
    identities: dict[Name, Identity] = {}
    dimensions: dict[Name, Dimension] = {}
    rollups: dict[Name, tuple[tuple[Name, ...], ...]] = {}
