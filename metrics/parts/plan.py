"""Which part tables a set of definitions needs: one list that build and query share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from metrics.definitions.loader import Definitions
from metrics.definitions.model import Measure
from metrics.definitions.score import Score
from metrics.sources.model import Fact

NO_ROLLUP: tuple[tuple[str, ...], ...] = ((),)


@dataclass(frozen=True)
class Part:
    """One table of a build.

    kind      of the measures in it (see `kinds.KINDS`).
    about     the fact, measure or score it is kept for.
    dimensions  columns beside `day` that identify a row.
    measures  measures whose numbers it holds.
    within    dimensions that do not follow from a distinct key: keys are counted once per
              member of these, so members may be shown side by side but never added up.
    """

    name: str
    kind: str
    about: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    within: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns a dimension can start from."""
        return ("day", *self.dimensions)


def plan_parts(definitions: Definitions, facts: Mapping[str, Fact]) -> list[Part]:
    """Every part the measures and scores ask for, coarse roll-ups before fine ones."""
    parts: list[Part] = []
    for kind in ("flow", "stock", "snapshot"):
        for fact, names in _by_fact(definitions.measures, kind).items():
            for index, rollup in enumerate(definitions.rollups.get(fact, NO_ROLLUP)):
                parts.append(Part(f"{kind}__{fact}__{index}", kind, fact, rollup, names))
    for name, measure in definitions.measures.items():
        parts += _own_parts(definitions, name, measure, facts)
    for name in score_order(definitions.scores):
        for index, rollup in enumerate(_score_rollups(definitions, name)):
            parts.append(Part(f"score__{name}__{index}", "score", name, rollup, (name,)))
    return parts


def score_order(scores: Mapping[str, Score]) -> list[str]:
    """Scores, each after those it is made of."""
    return [name for wave in score_waves(scores) for name in wave]


def score_waves(scores: Mapping[str, Score]) -> list[tuple[str, ...]]:
    """Scores in waves: each is made of scores of earlier waves alone."""
    sorter = TopologicalSorter(
        {
            name: [part.score for part in score.reads if part.score and part.score in scores]
            for name, score in scores.items()
        }
    )
    sorter.prepare()
    waves = []
    while sorter.is_active():
        waves.append(sorter.get_ready())
        sorter.done(*waves[-1])
    return waves


def scored_together(scores: Mapping[str, Score], name: str) -> tuple[str, ...]:
    """A score and those of its wave about the same entities: one pass over their days gives all."""
    wave = next(wave for wave in score_waves(scores) if name in wave)
    about = (scores[name].entity, scores[name].population)
    return tuple(
        other for other in wave if (scores[other].entity, scores[other].population) == about
    )


def _score_rollups(definitions: Definitions, name: str) -> tuple[tuple[str, ...], ...]:
    """As declared, else by fixed attributes, and by customer for those that change."""
    if name in definitions.rollups:
        return definitions.rollups[name]
    score = definitions.scores[name]
    coarse = tuple(dict.fromkeys((*score.dimensions, "industry", "region")))
    return (coarse, tuple(dict.fromkeys(("customer_id", *score.dimensions))))


def _by_fact(measures: Mapping[str, Measure], kind: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, measure in measures.items():
        if measure.kept_as == kind:
            found[measure.fact] = (*found.get(measure.fact, ()), name)
    return found


def _own_parts(
    definitions: Definitions, name: str, measure: Measure, facts: Mapping[str, Fact]
) -> list[Part]:
    if measure.kind in ("distinct", "cohort"):
        rollups = definitions.rollups.get(name, NO_ROLLUP)
        return [
            Part(
                f"{measure.kind}__{name}__{index}",
                measure.kind,
                name,
                rollup,
                (name,),
                tuple(column for column in measure.within if column in rollup),
            )
            for index, rollup in enumerate(rollups)
        ]
    if measure.kind == "movement":
        return [Part(f"movement__{name}", "movement", name, ("customer_id",), (name,))]
    if measure.kind == "rows":
        return [Part(f"rows__{name}", "rows", name, _row_columns(facts[measure.fact]), (name,))]
    return []


def _row_columns(fact: Fact) -> tuple[str, ...]:
    """What kept rows can be split by: references and other text, without a key of no entity."""
    own = {*fact.key, *fact.moments} - {*fact.references}
    return tuple(
        name
        for name, column in fact.columns.items()
        if name not in own and (name in fact.references or column.type == "text")
    )
