"""What a definition file may say, as frozen pydantic models.

Three things are declared as data: measures (what is kept of a fact), scores (weighted blends
per entity and day) and metrics (arithmetic on those). One metric has exactly one form.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from metrics.errors import MetricsError
from metrics.periods import parse_shift, parse_window


class Frozen(BaseModel):
    """Immutable, and strict about unknown keys so that a typo is an error with a line."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _checked_window(text: str) -> str:
    try:
        parse_window(text)
    except MetricsError as error:
        raise ValueError(str(error)) from error
    return text


def _checked_length(text: str) -> str:
    try:
        parse_shift(text)
    except MetricsError as error:
        raise ValueError(str(error)) from error
    return text


WindowText = Annotated[str, BeforeValidator(_checked_window)]
Length = Annotated[str, BeforeValidator(_checked_length)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]

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
    delay: int = 0
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


class Ratio(Frozen):
    """Numerator over denominator, kept apart until the end; x/0 is no value."""

    numerator: Name
    denominator: Name


class Growth(Frozen):
    """Relative change against an earlier date; from zero or a negative base there is none."""

    of: Name
    over: Length
    compound: int = 1


class Change(Frozen):
    """Difference to an earlier date."""

    of: Name
    over: Length


MovementColumn = Literal[
    "opening",
    "closing",
    "new",
    "expansion",
    "contraction",
    "churned",
    "reactivation",
    "net",
    "retained",
    "retained_capped",
    "opening_count",
    "closing_count",
    "new_count",
    "churned_count",
    "reactivated_count",
    "retained_count",
]


class Movement(Frozen):
    """One class of change between both ends of a window, each customer classified once.

    `retained` is the closing value of the opening customers, `retained_capped` at most what
    they opened with. `segment` says whose attributes split it: at the opening or the closing.
    """

    measure: Name
    take: MovementColumn
    segment: Literal["opening", "closing"] = "closing"


class Entities(Frozen):
    """An aggregate over one row per entity: median, maximum, share of the n largest, counts.

    `differ_by` counts entities whose two measures differ by more than that;
    `at_least` counts the share of entities whose first measure over the second reaches it.
    """

    measures: tuple[Name, ...]
    by: tuple[Name, ...]
    aggregate: Literal["median", "max", "top_share", "differ_by", "share_at_least"]
    number: float | None = None


class Lifecycle(Frozen):
    """Keys active in the window by what they did before: each active key is in one class.

    new          never active before the window
    returning    active in the window of the same length just before
    resurrected  active before, but not in that window
    dormant      not active now, but in the window just before
    """

    measure: Name
    take: Literal["new", "returning", "resurrected", "dormant"]


class Quantile(Frozen):
    """A quantile of fact rows, linear between neighbours, never of averages."""

    measure: Name
    q: Annotated[float, Field(ge=0, le=1)]


class CohortRate(Frozen):
    """Share of a cohort that reached the event.

    reached   'so_far' by the end of the window, 'within' n days, 'on' exactly day n.
    Cohorts whose days have not all elapsed are left out of both sides for within and on.
    """

    measure: Name
    reached: Literal["so_far", "within", "on"]
    days: int = 0


class ScoreUse(Frozen):
    """An aggregate of an entity score at the end of the period."""

    score: Name
    take: Literal["mean", "count", "count_under", "count_at_least", "share_at_least", "share_under"]
    bound: int | None = None


class MeanAge(Frozen):
    """Mean days since the start of what is open: as-of day times count minus sum of start days."""

    count: Name
    start: Name


class SinceLast(Frozen):
    """Mean days since the last active day of every key that was ever active."""

    measure: Name


class TimeIn(Frozen):
    """Time in a state inside the window: entity-days, or entity-seconds for clock measures."""

    measure: Name
    unit: Literal["days", "hours"]


class KeyDays(Frozen):
    """Active (key, day) pairs of a distinct measure inside the window."""

    measure: Name


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
    scale: tuple[tuple[float, float], ...]
    weight: Annotated[float, Field(gt=0)]


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
