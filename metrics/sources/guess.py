"""Guesses which tables of an unknown warehouse stand for the sources that the queries read.

A table is a candidate when its name says so; which of several it is, and whether it is one at all,
its columns decide. What stays open is listed, never chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from metrics.sources.model import Queries, Source
from metrics.sources.warehouse import ACCEPTED, Inspected

ENOUGH = 0.5  # of the columns that are read; less is another table of that name
AHEAD = 0.15  # so much more of them makes one candidate the better one
PREFIXES = r"^(?:raw|stg|staging|src|dim|fct|fact|tbl|vw|v|t|base|ods)_+"
NUMBERED = r"(?:_v\d+|_\d+)$"
SYNONYMS = (
    {"account", "company", "customer", "client", "organization", "organisation", "tenant"},
    {"user", "person", "member", "contact", "people"},
    {"location", "site", "venue", "store", "place"},
    {"device", "asset", "machine", "equipment"},
    {"subscription", "contract", "plan_subscription"},
    {"invoice", "bill"},
    {"deal", "opportunity"},
    {"ticket", "case", "issue", "support_ticket"},
    {"session", "visit", "user_session"},
    {"page_view", "pageview", "view"},
    {"lead", "prospect"},
    {"feature_use", "feature_usage", "feature_event"},
    {"charge", "payment"},
    {"owner", "rep", "sales_rep"},
)
"""Words for one thing, in the singular."""


@dataclass(frozen=True)
class Candidate:
    """A table that may be a source: how near its name is (4 the same, 1 a synonym), the share of
    the columns read that it has, and those it lacks."""

    table: str
    nearness: int
    share: float
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """By source: the table it is, tables among which nobody can choose, or nothing."""

    found: Mapping[str, Candidate] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def guess_sources(queries: Queries, inspected: Inspected) -> Guess:
    """The tables that stand for each source."""
    read = columns_read(queries)
    ranked = {
        name: _ranked(source, read.get(name, frozenset(source.columns)), inspected)
        for name, source in queries.sources.items()
    }
    found: dict[str, Candidate] = {}
    ambiguous: dict[str, tuple[Candidate, ...]] = {}
    taken: dict[str, str] = {}
    # The surest first: a table is one source only.
    for name in sorted(ranked, key=lambda one: _strength(ranked[one]), reverse=True):
        free = [one for one in ranked[name] if one.table.lower() not in taken]
        if not free:
            continue
        if best := _clear_best(free):
            found[name] = best
            taken[best.table.lower()] = name
        else:
            ambiguous[name] = tuple(free)
    missing = tuple(name for name in ranked if name not in found and name not in ambiguous)
    return Guess({name: found[name] for name in ranked if name in found}, ambiguous, missing)


def columns_read(queries: Queries) -> dict[str, frozenset[str]]:
    """The columns of each source that some query reads."""
    found: dict[str, frozenset[str]] = {}
    for reads in queries.reads.values():
        for name, columns in reads.sources.items():
            found[name] = found.get(name, frozenset()) | columns
    return found


def _ranked(source: Source, columns: frozenset[str], inspected: Inspected) -> list[Candidate]:
    """Candidates for a source, the best first."""
    found = []
    for table, present in inspected.items():
        nearness = _nearness(source, table)
        if not nearness:
            continue
        families = {name.lower(): kind for name, kind in present.items()}
        lacks = tuple(
            sorted(
                name for name in columns if families.get(name) not in ACCEPTED[source.columns[name]]
            )
        )
        share = 1 - len(lacks) / len(columns) if columns else 1.0
        if share >= ENOUGH:
            found.append(Candidate(table, nearness, share, lacks))
    return sorted(found, key=lambda one: (-one.share, -one.nearness, one.table))


def _clear_best(candidates: list[Candidate]) -> Candidate | None:
    """The candidate nobody would argue about."""
    nearest = max(one.nearness for one in candidates)
    for best in candidates:
        others = [one for one in candidates if one is not best]
        if best.nearness == nearest and all(
            best.share >= one.share + AHEAD
            or (best.share >= one.share and best.nearness > one.nearness)
            or (best.nearness == SAME_TABLE and best.share >= one.share - AHEAD)
            for one in others
        ):
            return best
    return None


SAME_TABLE, SAME_NAME, SAME_WORD, SYNONYM = 4, 3, 2, 1


def _nearness(source: Source, table: str) -> int:
    """How near a table's name is to the one a source has by default; 0 for another thing."""
    if table.lower() == source.table.lower():
        return SAME_TABLE
    name = _plain(table.partition(".")[2])
    default = _plain(source.table.partition(".")[2])
    if name in (default, source.name):
        return SAME_NAME
    words = {_core(default), _core(default.removeprefix(f"{source.system}_")), _core(source.name)}
    core = _core(name)
    short = _core(name.removeprefix(f"{source.system}_"))
    if words & {core, short}:
        return SAME_WORD
    same = {word for group in SYNONYMS if words & group for word in group}
    return SYNONYM if same & {core, short} else 0


def _plain(name: str) -> str:
    """A name in snake case, `UserSessions` and `user-sessions` alike."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"\W+", "_", spaced).strip("_").lower()


def _core(name: str) -> str:
    """Without what layers of a warehouse put around a name, in the singular."""
    core = re.sub(NUMBERED, "", re.sub(PREFIXES, "", _plain(name)))
    return "_".join([*core.split("_")[:-1], _singular(core.split("_")[-1])])


def _singular(word: str) -> str:
    """A plain English singular.

    >>> [_singular(word) for word in ("companies", "visits", "addresses", "status", "lead")]
    ['company', 'visit', 'address', 'status', 'lead']
    """
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(ss|x|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _strength(candidates: Iterable[Candidate]) -> tuple[int, float]:
    return max(((one.nearness, one.share) for one in candidates), default=(0, 0.0))
