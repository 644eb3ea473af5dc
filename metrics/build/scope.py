"""Which facts a build of some parts has to read, so that nothing it makes is half new.

Facts are refreshed whole: with all their parts, with every fact that a part of theirs mixes them
with, and with those whose kept rows refer to an entity that changed. The others stay as the build
before had them, with their own as-of date.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from metrics.build.digests import COLUMNS, FACT_DAYS
from metrics.build.entity_changes import EntityChanges
from metrics.build.workspace import Workspace
from metrics.parts.model import Model
from metrics.store.base import Previous


def read_for_entities(model: Model) -> frozenset[str]:
    """Entities, and the facts their queries read, by qualified name."""
    entities = model.queries.entities
    return frozenset(one for name in entities for one in model.queries.below(f"entity.{name}"))


def facts_to_read(
    model: Model, only: Collection[str], already: Collection[str], entities: EntityChanges
) -> frozenset[str]:
    """Facts to read for some parts; `already` are read for the sake of entities."""
    queries, known = model.queries, entities.previous.info.facts
    of_parts = {part.name: frozenset(model.facts_of(part.measures[0])) for part in model.parts}
    found = {*already, *(fact for name in only for fact in of_parts.get(name, ()))}
    found |= {
        name
        for name, fact in queries.facts.items()
        if name not in known or entities.may_touch(fact)
    }
    waiting = True
    while waiting:
        below = {one for name in found for one in queries.below(f"fact.{name}")}
        more = {one.partition(".")[2] for one in below if one.startswith("fact.")}
        more |= {fact for facts in of_parts.values() if facts & found for fact in facts}
        waiting = not more <= found
        found |= more
    return frozenset(found)


def keep_days(space: Workspace, previous: Previous, read: Collection[str]) -> None:
    """Take over the digests of facts that are not read."""
    if FACT_DAYS not in space.tables:
        space.create_empty(FACT_DAYS, COLUMNS, keep=True)
    columns: list[Any] = [sa.column(name) for name in COLUMNS]
    days: Any = sa.text(previous.qualified(FACT_DAYS))
    others = columns[0].not_in(sorted(read))
    space.insert(FACT_DAYS, sa.select(*columns).select_from(days).where(others))
