"""What a definition file may say, as frozen pydantic models.

Three things are declared as data: measures (what is kept of a fact), scores (weighted blends
per entity and day) and metrics (arithmetic on those). One metric has exactly one form.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from metrics.definitions.forms import (
    Change,
    CohortRate,
    Entities,
    Frozen,
    Growth,
    KeyDays,
    Length,
    Lifecycle,
    MeanAge,
    Movement,
    Name,
    Quantile,
    Ratio,
    ScoreUse,
    SinceLast,
    TimeIn,
    WindowText,
)

Kind = Literal["flow", "stock", "distinct", "movement", "cohort", "rows", "snapshot"]
Unit = Literal["currency", "percentage", "count", "score", "ratio", "duration"]
Direction = Literal["up", "down", "neutral"]


class Bounds(Frozen):
    """A numeric condition on a column; both ends are optional and inclusive."""

    min: float | None = None
    max: float | None = None


Scalar = bool | int | float | str
Condition = Scalar | tuple[Scalar, ...] | Bounds
Where = dict[Name, Condition]


class Anchor(Frozen):
    """Where a cohort starts: an interval or event fact, its key and its own filter."""

    fact: Name
    key: Name


class Measure(Frozen):
    """What is kept of one fact: its kind decides the part and so every later sum.

    value    column summed; without it rows are counted; `start_day` sums the day number of an
             interval's start (for mean ages), `seconds` an interval's length.
    at       on interval facts, whether a flow is dated by the start or the end.
    delay    days after its start at which an interval begins to count (stock).
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
        if self.spread and (self.kind != "flow" or self.value is None):
            raise ValueError("spread is for flow measures with a value column")
        return self


class Need(Frozen):
    """What a metric requires of the warehouse beyond what its formula already implies."""

    source: str
    columns: tuple[str, ...] = ()
    why: str = ""


FORMS = (
    "measure",
    "ratio",
    "expression",
    "growth",
    "change",
    "movement",
    "entities",
    "lifecycle",
    "quantile",
    "cohort",
    "score",
    "mean_age",
    "since_last",
    "time_in",
    "key_days",
    "share_of_total",
)


class Metric(Frozen):
    """One metric: what it is called, what it means, and the one form that computes it.

    A metric without a form is a placeholder: it has `needs` and no number.
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
    needs: tuple[Need, ...] = ()

    measure: Name | None = None
    ratio: Ratio | None = None
    expression: str | None = None
    growth: Growth | None = None
    change: Change | None = None
    movement: Movement | None = None
    entities: Entities | None = None
    lifecycle: Lifecycle | None = None
    quantile: Quantile | None = None
    cohort: CohortRate | None = None
    score: ScoreUse | None = None
    mean_age: MeanAge | None = None
    since_last: SinceLast | None = None
    time_in: TimeIn | None = None
    key_days: KeyDays | None = None
    share_of_total: Name | None = None

    @property
    def form(self) -> str | None:
        """Name of the form this metric uses; None for a placeholder."""
        return next((form for form in FORMS if getattr(self, form) is not None), None)

    @model_validator(mode="after")
    def _has_one_form(self) -> Metric:
        used = [form for form in FORMS if getattr(self, form) is not None]
        if len(used) > 1:
            raise ValueError(f"has {len(used)} forms ({', '.join(used)}); it must have one")
        if not used and not self.needs:
            raise ValueError("has no form; a placeholder needs `needs`")
        return self


class ScoreInput(Frozen):
    """One input of a score: a number per entity and day, scaled to 0..100 by cut points.

    take   sum     of the measure in the trailing window
           days    distinct days with at least one row of the measure in the window
           keys    distinct values of the measure's key columns in the window
           ratio   measure over `denominator`, both summed in the window
           since   days since the last day with a row of the measure
           age     days since the open interval of the measure began
           level   the stock at the end of the day
           score   mean of another score over the entities that belong to this one
    scale  points (value, score), linear between them, flat outside.
    """

    take: Literal["sum", "days", "keys", "ratio", "since", "age", "level", "score"]
    measure: Name | None = None
    denominator: Name | None = None
    score: Name | None = None
    window: Length = "30 days"
    scale: Annotated[tuple[tuple[float, float], ...], Field(min_length=2)]
    weight: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _names_what_it_takes(self) -> ScoreInput:
        wanted = {"score": ["score"], "ratio": ["measure", "denominator"]}.get(
            self.take, ["measure"]
        )
        named = [one for one in ("measure", "denominator", "score") if getattr(self, one)]
        if named != wanted:
            raise ValueError(f"take '{self.take}' needs {' and '.join(wanted)}, nothing else")
        return self


class Score(Frozen):
    """A versioned, weighted score of one kind of entity per day, 0..100.

    `population` is the stock whose interval says on which days an entity exists; inputs that
    are missing on a day drop out and the rest is re-weighted; below `minimum_weight` of the
    total weight there is no score.
    """

    description: str
    version: int
    entity: Name
    population: Name
    minimum_weight: Annotated[float, Field(gt=0, le=1)] = 0.6
    bounds: tuple[int, ...] = ()
    dimensions: tuple[Name, ...] = ()
    inputs: dict[Name, ScoreInput]


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
