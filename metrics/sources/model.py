"""What `queries/` may say: sources, entities and facts as frozen models.

The models check one entry at a time; what spans entries and files is checked by `read`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
SourceType = Literal["text", "integer", "number", "boolean", "date", "instant", "json"]
ColumnType = Literal["text", "integer", "number", "money", "share", "boolean", "date", "instant"]

MOMENTS = ("date", "instant")
OWN_NAMES = frozenset({"day", "until_day", "clock", "until_clock", "rank_in_key"})
"""Columns the layer adds while it stages a query; a query may not have them itself."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Model):
    """A table of the warehouse: its physical name, the system it comes from, its columns.

    `columns` maps lower-case names to the type the queries may rely on.
    """

    name: Name
    table: Annotated[str, Field(pattern=r"^[A-Za-z_][\w$]*\.[A-Za-z_][\w$]*$")]
    system: Name
    columns: Annotated[dict[str, SourceType], Field(min_length=1)]

    @field_validator("columns")
    @classmethod
    def _lower_case(cls, columns: dict[str, SourceType]) -> dict[str, SourceType]:
        for name in columns:
            if name != name.lower():
                raise ValueError(f"write '{name}' in lower case; it is found in any case")
        return columns


class Column(_Model):
    """A column a query produces: its type and what it means."""

    type: ColumnType
    description: Annotated[str, Field(min_length=1)]


class Test(_Model):
    """A promise about one column: never empty, one of some values, or above zero."""

    __test__ = False  # not a test class for pytest

    kind: Literal["not_null", "accepted", "positive"]
    column: str
    values: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, data: Any) -> Any:
        """`{not_null: c}`, `{positive: c}` or `{accepted: {c: [v, ...]}}`."""
        if not isinstance(data, dict) or len(data) != 1:
            raise ValueError("one test is one key: not_null, positive or accepted")
        ((kind, about),) = data.items()
        if kind != "accepted":
            return {"kind": kind, "column": about}
        if not isinstance(about, dict) or len(about) != 1:
            raise ValueError("write accepted as {column: [value, ...]}")
        ((column, values),) = about.items()
        return {"kind": kind, "column": column, "values": values}


class Interval(_Model):
    """The columns between which a row holds: `from_` inclusive, `to` exclusive or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: Annotated[str, Field(alias="from")]
    to: str


@dataclass(frozen=True)
class SqlFile:
    """One SQL file in PostgreSQL's dialect; `name` is its stem, `path` relative to the folder."""

    name: str
    path: str
    text: str


@dataclass(frozen=True)
class Dependencies:
    """What one SQL file reads: columns by source, and the names of entities and facts."""

    sources: Mapping[str, frozenset[str]]
    entities: frozenset[str]
    facts: frozenset[str]

    @property
    def queries(self) -> frozenset[str]:
        """The entities and facts by qualified name."""
        return frozenset(f"entity.{name}" for name in self.entities) | frozenset(
            f"fact.{name}" for name in self.facts
        )


class _Query(_Model):
    """What entities and facts share; `files` are its own SQL and then the alternatives."""

    name: Name
    description: Annotated[str, Field(min_length=1)]
    columns: Annotated[dict[Name, Column], Field(min_length=1)]
    references: dict[str, Name] = {}
    alternatives: tuple[Name, ...] = ()
    files: tuple[SqlFile, ...] = ()
    tests: tuple[Test, ...] = ()

    @field_validator("columns")
    @classmethod
    def _leaves_our_names_alone(cls, columns: dict[str, Column]) -> dict[str, Column]:
        for name in sorted(OWN_NAMES & columns.keys()):
            raise ValueError(f"'{name}' is a name of the layer's own; call the column otherwise")
        return columns

    def _require(self, *names: str) -> None:
        for name in names:
            if name not in self.columns:
                raise ValueError(f"there is no column '{name}'")


class Entity(_Query):
    """A thing metrics are about, one row per key.

    With `valid_from` it is a history: one row per key and change, good until the next one.
    """

    key: str
    valid_from: str | None = None

    @model_validator(mode="after")
    def _names_exist(self) -> Entity:
        self._require(self.key, *self.references, *(test.column for test in self.tests))
        if self.valid_from:
            self._require(self.valid_from)
            if "valid_to" in self.columns:
                raise ValueError("'valid_to' of a history is added by the layer; leave it out")
        return self


class Fact(_Query):
    """Things that happen or hold: one row per `key`, with exactly one notion of time.

    `time` is a date or instant column, `interval` a pair of them, `snapshot` today's state only.
    `planned` rows may lie in the future without being wrong, such as a warranty's end; they do not
    say how far their system is known.
    """

    grain: Annotated[str, Field(min_length=1)]
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    time: str | None = None
    interval: Interval | None = None
    snapshot: bool = False
    planned: bool = False

    @property
    def moments(self) -> tuple[str, ...]:
        """The columns that say when: one, an interval's two, or none for a snapshot."""
        if self.interval:
            return (self.interval.from_, self.interval.to)
        return (self.time,) if self.time else ()

    @model_validator(mode="after")
    def _holds_together(self) -> Fact:
        if [self.time is not None, self.interval is not None, self.snapshot].count(True) != 1:
            raise ValueError("a fact has exactly one of time, interval and snapshot")
        self._require(*self.key, *self.moments, *self.references)
        self._require(*(test.column for test in self.tests))
        for name in self.moments:
            if self.columns[name].type not in MOMENTS:
                raise ValueError(f"'{name}' says when, so it must be a date or an instant")
        if len({self.columns[name].type for name in self.moments}) > 1:
            raise ValueError("both ends of an interval must be of one type")
        return self


@dataclass(frozen=True)
class Queries:
    """All of `queries/` by name. A qualified name is `entity.<name>` or `fact.<name>`.

    `reads` tells what each SQL file depends on, by the file's path.
    """

    sources: Mapping[str, Source]
    entities: Mapping[str, Entity]
    facts: Mapping[str, Fact]
    reads: Mapping[str, Dependencies] = field(default_factory=dict)

    def named(self) -> Iterator[tuple[str, Entity | Fact]]:
        """Every entity and fact with its qualified name."""
        for name, entity in self.entities.items():
            yield f"entity.{name}", entity
        for name, fact in self.facts.items():
            yield f"fact.{name}", fact

    def below(self, qualified: str) -> tuple[str, ...]:
        """A query and every query its files read, the alternatives' too, by qualified name."""
        found = [qualified]
        for name in found:
            reads = {
                one for file in self.query(name).files for one in self.reads[file.path].queries
            }
            found += sorted(reads - set(found))
        return tuple(found)

    def query(self, qualified: str) -> Entity | Fact:
        """The entity or fact of a qualified name."""
        kind, _, name = qualified.partition(".")
        return self.entities[name] if kind == "entity" else self.facts[name]
