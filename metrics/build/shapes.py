"""Digests of what shapes a build beside its rows: a later build reuses only what it makes alike.

program      the source of the layer and the version of the engine
settings     time zone, week start and every other setting that is a number
attributes   dimensions, and the columns and keys of entities
fact.<name>  columns, key, time and file of a fact, and what its digests leave out
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from metrics.build.workspace import Workspace
from metrics.parts.model import Model, digest
from metrics.settings import Settings
from metrics.sources.model import Fact

PACKAGE = Path(__file__).resolve().parent.parent
OF_NO_NUMBER = frozenset({"cli", "demo", "parity.py", "published"})
"""Parts of the program that no number passes through."""

OF_NO_PART = frozenset(
    {"is_demo", "keep_builds", "build_memory_gb", "published_days", "published_months"}
)
"""Settings that are numbers and shape no part."""

SAID_OF = {
    "program": "the program or the engine is another version",
    "settings": "the settings changed",
    "attributes": "the dimensions or entities are declared otherwise",
}


def build_shapes(space: Workspace, model: Model, settings: Settings) -> dict[str, str]:
    """The shapes that concern every part."""
    [version] = space.scalar_row("SELECT version()")
    numbers = {
        name: value
        for name, value in settings.model_dump().items()
        if isinstance(value, (int, float)) and name not in OF_NO_PART
    }
    entities = {
        name: [entity.key, entity.valid_from, _types(entity)]
        for name, entity in model.queries.entities.items()
    }
    dimensions = {
        name: one.model_dump(include={"column", "as_of", "calendar"})
        for name, one in model.definitions.dimensions.items()
    }
    return {
        "program": digest([program(), space.engine.name, version]),
        "settings": digest([settings.time_zone, settings.currency, numbers]),
        "attributes": digest([entities, dimensions]),
    }


def fact_shape(fact: Fact, file: str, left_out: Collection[str]) -> str:
    """The shape of a fact's staged rows and of their digests."""
    how = fact.model_dump(mode="json", include={"key", "time", "interval", "snapshot", "planned"})
    return digest([how, _types(fact), file, sorted(left_out)])


def _types(query: Any) -> dict[str, str]:
    return {name: column.type for name, column in query.columns.items()}


@cache
def program() -> str:
    """Digest of the source of everything a number passes through."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] not in OF_NO_NUMBER:
            found.update(f"{place}\0".encode() + path.read_bytes())
    return found.hexdigest()
