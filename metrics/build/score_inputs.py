"""Which scores the warehouse can tell, by which of their inputs, and from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.definitions.score import Score, ScoreInput
from metrics.lineage.available import Available
from metrics.parts.model import Model
from metrics.periods import parse_shift
from metrics.store.info import FactState

LOOKS_AT_A_DAY = frozenset({"since", "age", "level", "score"})


@dataclass(frozen=True)
class Input:
    """One usable input, and the first day it can be told."""

    name: str
    spec: ScoreInput
    from_day: date


@dataclass(frozen=True)
class Told:
    """A score that can be told, and the inputs and conditions it has."""

    name: str
    score: Score
    inputs: tuple[Input, ...]
    gates: tuple[Input, ...]

    @property
    def floor(self) -> float:
        """The weight below which there is no score."""
        total = sum(spec.weight for spec in self.score.inputs.values())
        share = {"all": 1.0, "any": 0.0}.get(self.score.blend, self.score.minimum_weight)
        return share * total - 1e-9

    @property
    def from_day(self) -> date:
        """First day on which enough of the inputs, and all that must hold, can be told."""
        days = sorted({one.from_day for one in self.inputs})
        if not self.score.is_flag:
            first = next((day for day in days if self._weight(day) >= self.floor), days[-1])
        else:
            first = days[0] if self.score.blend == "any" else days[-1]
        return max([first, *(gate.from_day for gate in self.gates)])

    def _weight(self, day: date) -> float:
        return sum(one.spec.weight for one in self.inputs if one.from_day <= day)

    @property
    def shape(self) -> list[tuple[str, str]]:
        """What it is told by, for comparison with another build's."""
        return [(one.name, str(one.from_day)) for one in (*self.inputs, *self.gates)]


@dataclass(frozen=True)
class Telling:
    """What the build knows by the time scores are made; `without_values` are measures."""

    available: Available
    states: Mapping[str, FactState]
    without_values: frozenset[str]

    @property
    def model(self) -> Model:
        """The model whose scores are told."""
        return self.available.model

    def can_be_made(self, score: str) -> bool:
        """Whether all facts are there that a score cannot do without."""
        return self._have(self.model.required_facts(score))

    def told(self, name: str) -> Told | None:
        """A score with its usable inputs; None where too little is known."""
        score = self.model.definitions.scores[name]
        inputs = self._usable(score, score.inputs)
        gates = self._usable(score, score.requires)
        complete = len(gates) == len(score.requires) and (
            score.blend != "all" or len(inputs) == len(score.inputs)
        )
        return Told(name, score, inputs, gates) if inputs and complete else None

    def shape(self, name: str) -> list[object]:
        """How a score is told, and those it is made of."""
        told = self.told(name)
        below = [one.score for one in self.model.definitions.scores[name].reads if one.score]
        return [name, told.shape if told else None, [self.shape(other) for other in below]]

    def _usable(self, score: Score, specs: Mapping[str, ScoreInput]) -> tuple[Input, ...]:
        return tuple(
            Input(name, spec, day)
            for name, spec in specs.items()
            if not self.available.input(score, spec) and (day := self._from_day(spec))
        )

    def _from_day(self, spec: ScoreInput) -> date | None:
        """First day an input can be told; None when a fact it needs has no rows."""
        if spec.take == "score":
            assert spec.score is not None
            facts = self.model.required_facts(spec.score)
        else:
            measures = [measure for measure in (spec.measure, spec.denominator) if measure]
            facts = tuple(fact for measure in measures for fact in self.model.facts_of(measure))
            if self.without_values.intersection(measures):
                return None
        if not self._have(facts):
            return None
        firsts = [first for fact in facts if (first := self.states[fact].first_day)]
        windows = (spec.window, spec.denominator_window)
        longest = max(parse_shift(window).days for window in windows if window)
        needs = 0 if spec.take in LOOKS_AT_A_DAY else longest - 1
        return max(firsts) + timedelta(days=needs)

    def _have(self, facts: tuple[str, ...]) -> bool:
        return all(self.states[fact].available for fact in facts)
