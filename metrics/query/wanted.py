"""Data the metrics wait for, ranked by how many of them each table or column would unlock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from metrics.sources.contract import Lack, merged

WEIGHT = {1: 3, 2: 2, 3: 1}
"""What a metric counts for by its importance, where two tables unlock equally many."""


class Waiting(Protocol):
    """What is asked of a metric here."""

    @property
    def name(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def lacks(self) -> tuple[Lack, ...]: ...


@dataclass(frozen=True)
class Wanted:
    """A table, columns of one that is there, or rows of a fact, that metrics wait for.

    place    the table, or the fact for rows
    columns  what is needed of it, with the type each should have
    unlocks  metrics that wait for nothing else, the most important first
    helps    metrics that wait for something else, too
    """

    kind: Literal["table", "columns", "rows"]
    place: str
    columns: Mapping[str, str]
    note: str
    unlocks: tuple[str, ...]
    helps: tuple[str, ...]

    def __str__(self) -> str:
        """Such as `raw.surveys`, `raw.users.role` or `rows in pours`."""
        texts = {
            "table": self.place,
            "columns": ", ".join(f"{self.place}.{column}" for column in self.columns),
            "rows": f"rows in {self.place}",
        }
        return " ".join(filter(None, (texts[self.kind], self.note)))


def ranked(metrics: Iterable[Waiting]) -> tuple[Wanted, ...]:
    """Everything that is wanted, the most useful first."""
    waiting = {info.name: info for info in metrics}
    needs = {
        name: frozenset(_items(info.lacks))
        for name, info in waiting.items()
        if any(lack.kind in ("table", "column", "rows") for lack in info.lacks)
    }
    lacks = [lack for name in needs for lack in waiting[name].lacks]
    whole = {lack.place: lack for lack in merged(lacks) if lack.kind == "table"}

    def importance(names: Iterable[str]) -> int:
        return sum(WEIGHT[waiting[name].tier] for name in names)

    def in_order(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(names, key=lambda name: (waiting[name].tier, name)))

    found = []
    for item in {item for items in needs.values() for item in items}:
        if item.kind == "build":
            continue
        touched = {name for name, items in needs.items() if any(map(item.touches, items))}
        unlocked = {name for name in touched if all(map(item.covers, needs[name]))}
        found.append(
            Wanted(
                item.kind,
                item.place,
                dict(whole[item.place].columns if item.kind == "table" else item.columns),
                item.note,
                in_order(unlocked),
                in_order(touched - unlocked),
            )
        )

    def rank(one: Wanted) -> tuple[object, ...]:
        many, weight = len(one.unlocks), importance(one.unlocks)
        return -many, -weight, -len(one.helps), -importance(one.helps), str(one)

    return tuple(sorted(found, key=rank))


@dataclass(frozen=True)
class _Item:
    """What one metric lacks in one place, all of it together."""

    kind: Literal["table", "columns", "rows", "build"]
    place: str
    columns: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def touches(self, other: _Item) -> bool:
        """Whether having this is having some of the other."""
        same = (self.kind, self.place) == (other.kind, other.place)
        return same and (self.kind != "columns" or bool(set(self.columns) & set(other.columns)))

    def covers(self, other: _Item) -> bool:
        """Whether having this is having all of the other."""
        return self.touches(other) and set(other.columns) <= set(self.columns)


def _items(lacks: Iterable[Lack]) -> Iterator[_Item]:
    """Lacks by place; the columns missing in one table are wanted together."""
    columns: dict[str, list[Lack]] = {}
    for lack in lacks:
        if lack.kind == "column":
            columns.setdefault(lack.place, []).append(lack)
        elif lack.kind == "table":
            yield _Item("table", lack.place, note=lack.note)
        elif lack.kind == "rows":
            yield _Item("rows", lack.place, note=lack.note)
        else:
            yield _Item("build", lack.place, note=lack.note)
    for place, found in columns.items():
        needed = tuple(sorted(column for lack in found for column in lack.columns))
        notes = "; ".join(f"{one.names[0]} {one.note}" for one in found if one.note)
        yield _Item("columns", place, needed, notes)
