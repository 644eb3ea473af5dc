"""Finds metrics in the catalog by words and by what they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol, TypeVar


class Described(Protocol):
    """What is looked at of a metric."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def formula(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def synonyms(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def facts(self) -> tuple[str, ...]: ...
    @property
    def sources(self) -> tuple[str, ...]: ...


Info = TypeVar("Info", bound=Described)
ONE_OF = {"tiers": "tier", "statuses": "status", "units": "unit", "owners": "owner"}
SOME_OF = {"domains": "domains", "tags": "tags"}


def search(infos: Iterable[Info], text: str, **narrowed: Collection[Any]) -> list[Info]:
    """Metrics that hold every word and are among what each of `narrowed` lists, best first."""
    words = text.lower().split()
    found = [
        (score, info)
        for info in infos
        if _is_among(info, narrowed) and (score := _score(info, words)) is not None
    ]
    return [info for _, info in sorted(found, key=lambda item: (item[0], item[1].label))]


def _is_among(info: Described, narrowed: dict[str, Collection[Any]]) -> bool:
    for name, wanted in narrowed.items():
        values = getattr(info, SOME_OF[name]) if name in SOME_OF else (getattr(info, ONE_OF[name]),)
        if wanted and not set(wanted) & set(values):
            return False
    return True


def _score(info: Described, words: Sequence[str]) -> int | None:
    """0 for a name that starts with the text, more the further away; None for no match."""
    names = " ".join((info.name.replace("_", " "), info.name, info.label, *info.aliases)).lower()
    texts = " ".join((*info.synonyms, *info.tags, info.description, info.formula)).lower()
    places = " ".join((*info.facts, *info.sources)).lower()
    if not all(word in names or word in texts or word in places for word in words):
        return None
    if words and info.label.lower().startswith(words[0]):
        return 0
    if all(word in names for word in words):
        return 1
    return 2 if all(word in names or word in texts for word in words) else 3
