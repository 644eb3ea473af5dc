"""Scores: a number per entity and day, blended from what the entity did; as frozen models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from metrics.definitions.forms import Frozen, Length, Name, Points, Weight


class ScoreInput(Frozen):
    """One input of a score: a number per entity and day, scaled to 0..100 by cut points.

    take   sum     of the measure in the trailing window
           days    distinct days with at least one row of the measure in the window
           keys    distinct values of the measure's key columns in the window
           ratio   measure over `denominator`, each summed in its window
           since   days since the last day with a row of the measure
           age     days since the open interval of the measure began
           level   the stock at the end of the day
           score   mean of another score over the entities that belong to this one
    scale  points (value, score), linear between them, flat outside.

    A condition, of a flag or of `requires`, has `at_least` or `below` instead of a scale: 100
    where it holds, else 0.
    """

    take: Literal["sum", "days", "keys", "ratio", "since", "age", "level", "score"]
    measure: Name | None = None
    denominator: Name | None = None
    score: Name | None = None
    window: Length = "30 days"
    denominator_window: Length | None = None
    scale: Points | None = None
    at_least: float | None = None
    below: float | None = None
    weight: Weight = 1.0

    @property
    def is_condition(self) -> bool:
        """Whether it says yes or no."""
        return self.scale is None

    @model_validator(mode="after")
    def _names_what_it_takes(self) -> ScoreInput:
        wanted = {"score": ["score"], "ratio": ["measure", "denominator"]}.get(
            self.take, ["measure"]
        )
        named = [one for one in ("measure", "denominator", "score") if getattr(self, one)]
        if named != wanted:
            raise ValueError(f"take '{self.take}' needs {' and '.join(wanted)}, nothing else")
        if self.denominator_window and self.take != "ratio":
            raise ValueError("denominator_window is for ratios")
        given = [self.scale, self.at_least, self.below].count(None)
        if given != 2:
            raise ValueError("an input has one of scale, at_least and below")
        return self


class Score(Frozen):
    """A versioned, weighted score of one kind of entity per day, 0..100.

    `population` is the stock whose interval says on which days an entity exists; inputs that
    are missing on a day drop out and the rest is re-weighted; below `minimum_weight` of the
    total weight there is no score, nor where a condition of `requires` does not hold.

    With the blend `highest` it is the largest of the inputs that are there: the worst of several
    signs, where one is enough. With the blends `any` and `all` it is a flag: 100 where one (or
    each) of its conditions holds, else 0. For `all` every condition has to be known.

    `sums` are stocks whose level is kept with the score, so that it can be added up over the
    entities in a band.
    """

    description: str
    version: int
    entity: Name
    population: Name
    blend: Literal["mean", "highest", "any", "all"] = "mean"
    minimum_weight: Annotated[float, Field(gt=0, le=1)] = 0.6
    bounds: tuple[int, ...] = ()
    dimensions: tuple[Name, ...] = ()
    sums: tuple[Name, ...] = ()
    requires: dict[Name, ScoreInput] = {}
    inputs: dict[Name, ScoreInput]

    @property
    def is_flag(self) -> bool:
        """Whether it only says yes or no."""
        return self.blend in ("any", "all")

    @property
    def kept_bounds(self) -> tuple[int, ...]:
        """Bounds under which entities are counted; a flag has the one that tells yes from no."""
        return (100,) if self.is_flag else self.bounds

    @property
    def reads(self) -> tuple[ScoreInput, ...]:
        """Everything that is looked at, conditions included."""
        return (*self.inputs.values(), *self.requires.values())

    @property
    def needed(self) -> tuple[ScoreInput, ...]:
        """What there is no score without."""
        return self.reads if self.blend == "all" else tuple(self.requires.values())

    @model_validator(mode="after")
    def _conditions_stand_where_they_belong(self) -> Score:
        for name, part in self.inputs.items():
            if part.is_condition != self.is_flag:
                wanted = "at_least or below" if self.is_flag else "a scale"
                raise ValueError(f"{name}: an input of blend {self.blend} needs {wanted}")
        for name, part in self.requires.items():
            if not part.is_condition:
                raise ValueError(f"{name}: a requirement needs at_least or below")
        if self.is_flag and self.bounds:
            raise ValueError("a flag has no bounds")
        return self
