"""The forms a metric can take: one frozen model each, five to ten lines.

`definitions.resolve` has one function per form that turns it into arithmetic on leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from metrics.errors import MetricsError
from metrics.periods import parse_shift, parse_window


class Frozen(BaseModel):
    """Immutable, and strict about unknown keys so that a typo is an error with a line."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _checked_window(text: object) -> str:
    return _parsed(text, parse_window)


def _checked_length(text: object) -> str:
    return _parsed(text, parse_shift)


def _parsed(text: object, parse: Callable[[str], object]) -> str:
    try:
        parse(str(text))
    except MetricsError as error:
        raise ValueError(str(error)) from error
    return str(text)


WindowText = Annotated[str, BeforeValidator(_checked_window)]
Length = Annotated[str, BeforeValidator(_checked_length)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]


class Ratio(Frozen):
    """Numerator over denominator, kept apart until the end; x/0 is no value.

    `positive`: nor is x over less than zero, as for the months that cash lasts.
    """

    numerator: Name
    denominator: Name
    positive: bool = False


class Growth(Frozen):
    """Relative change against an earlier date; from zero or a negative base there is none."""

    of: Name
    over: Length
    compound: Annotated[int, Field(ge=1)] = 1


class Change(Frozen):
    """Difference to an earlier date."""

    of: Name
    over: Length


class Offset(Frozen):
    """The value at an earlier date."""

    of: Name
    by: Length


Points = Annotated[tuple[tuple[float, float], ...], Field(min_length=2)]
Weight = Annotated[float, Field(gt=0)]


class ScaledMetric(Frozen):
    """One part of a composite: a metric, brought to a scale by cut points."""

    metric: Name
    scale: Points
    weight: Weight


class Composite(Frozen):
    """Weighted mean of metrics on one scale; what has no value drops out and leaves its weight.

    Below `minimum_weight` of the total weight there is no value.
    """

    parts: Annotated[dict[Name, ScaledMetric], Field(min_length=2)]
    minimum_weight: Annotated[float, Field(gt=0, le=1)] = 0.6


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
    `share_at_least` is the share of entities whose first measure over the second reaches it;
    `count_above` counts entities whose measure is above it.
    """

    measures: tuple[Name, ...]
    by: tuple[Name, ...]
    aggregate: Literal["median", "max", "top_share", "differ_by", "share_at_least", "count_above"]
    number: float | None = None

    @model_validator(mode="after")
    def _fits_its_aggregate(self) -> Entities:
        wanted = 2 if self.aggregate in ("differ_by", "share_at_least") else 1
        if len(self.measures) != wanted:
            raise ValueError(
                f"{self.aggregate} is about {wanted} of `measures`, not {len(self.measures)}"
            )
        if self.aggregate not in ("median", "max") and self.number is None:
            raise ValueError(f"{self.aggregate} needs a number")
        if not self.by:
            raise ValueError("`by` must name what an entity is")
        return self


class Lifecycle(Frozen):
    """Keys active in the window by what they did before: each active key is in one class.

    new          never active before the window
    returning    active in the window of the same length just before
    resurrected  active before, but not in that window
    dormant      not active now, but in the window just before
    before       active in the window just before, whatever came after
    """

    measure: Name
    take: Literal["new", "returning", "resurrected", "dormant", "before"]


class Quantile(Frozen):
    """A quantile of fact rows, linear between neighbours, never of averages."""

    measure: Name
    q: Annotated[float, Field(ge=0, le=1)]


class CohortRate(Frozen):
    """Share of a cohort that reached the event.

    so_far   by the end of the window
    within   in the first `days` days
    on       on exactly day `days`
    between  on a day from `days` to `until`
    after    on day `days` or later; cohorts count once they are `until` days old

    Except for so_far, a cohort counts on neither side before its days have elapsed: a period is
    known as far as its cohorts are old enough today, and any other window leaves out those that
    were not old enough on its last day.
    """

    measure: Name
    reached: Literal["so_far", "within", "on", "between", "after"]
    days: Annotated[int, Field(ge=0)] = 0
    until: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _until_comes_after(self) -> CohortRate:
        if self.reached == "between" and self.until < self.days:
            raise ValueError("between needs `until`, not before `days`")
        if self.until and self.reached not in ("between", "after"):
            raise ValueError(f"`until` says nothing for {self.reached}")
        if self.days and self.reached == "so_far":
            raise ValueError("`days` says nothing for so_far")
        return self

    @property
    def matures(self) -> int:
        """Days after which a cohort can be judged."""
        return max(self.days, self.until)


class ScoreUse(Frozen):
    """An aggregate of an entity score at the end of the period.

    `true` stands for the entities a flag (a score with blend any or all) holds for. `of` is one of
    the score's sums: with it the entities are not counted, but that stock of theirs is added up.
    """

    score: Name
    take: Literal[
        "mean",
        "count",
        "count_under",
        "count_at_least",
        "share_under",
        "share_at_least",
        "count_true",
        "share_true",
        "mean_weighted",
        "sum_under",
        "sum_at_least",
        "sum_true",
    ]
    bound: int | None = None
    of: Name | None = None

    @model_validator(mode="after")
    def _names_what_it_takes(self) -> ScoreUse:
        bounded = self.take.endswith(("_under", "_at_least"))
        summed = self.take.startswith("sum_") or self.take == "mean_weighted"
        if bounded != (self.bound is not None):
            raise ValueError(f"{self.take} {'needs a' if bounded else 'has no'} bound")
        if summed != (self.of is not None):
            raise ValueError(f"{self.take} {'needs `of`' if summed else 'has no `of`'}")
        return self


class MeanAge(Frozen):
    """Mean time since the start of what is open: as-of time x count - sum of starts, over count.

    `start` is a stock of `start_day` for days, of `start_second` for hours.
    """

    count: Name
    start: Name
    unit: Literal["days", "hours"] = "days"


class MeanAhead(Frozen):
    """Mean days until the end of what is in force; `end` is a stock of `end_day`."""

    count: Name
    end: Name


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
