"""The catalog: every metric with its texts, its state in a build, and its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.definitions.expressions import Leaf
from metrics.definitions.model import Metric
from metrics.errors import AmbiguousNameError, UnknownNameError
from metrics.kinds import KINDS, STOCK_LIKE_MOVEMENTS
from metrics.parts.model import Model, kind_of
from metrics.store.info import BuildInfo

DOMAINS = {
    "company": "Company overview",
    "revenue": "Revenue",
    "customer_success": "Customer success",
    "sales": "Sales",
    "product": "Product analytics",
    "marketing": "Marketing",
    "operations": "Operations",
    "engagement": "Engagement",
}


@dataclass(frozen=True)
class DimensionInfo:
    """A way to split numbers, as people read it."""

    name: str
    label: str
    description: str


@dataclass(frozen=True)
class MetricInfo:
    """One metric as the catalog shows it; `status` is computed, never typed."""

    name: str
    label: str
    description: str
    formula: str
    unit: str
    display_unit: str
    kind: str
    tier: int
    tiers: Mapping[str, int]
    domains: tuple[str, ...]
    direction: str
    owner: str
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    synonyms: tuple[str, ...]
    dimensions: tuple[str, ...]
    caveats: str
    differs: str
    related: tuple[str, ...]
    window: str
    status: str
    waiting_for: tuple[str, ...]
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    hash: str
    first_day: date | None
    as_of: date | None
    additive_over_time: bool
    additive_over_dimensions: bool


class Catalog:
    """Metrics of one model as a build knows them; without a build every metric waits for one."""

    def __init__(self, model: Model, info: BuildInfo | None) -> None:
        self.model = model
        self.info = info
        self.metrics: dict[str, MetricInfo] = {
            name: self._describe(name, metric) for name, metric in model.definitions.metrics.items()
        }
        self.dimensions: dict[str, DimensionInfo] = {
            name: DimensionInfo(name, dimension.label, dimension.description)
            for name, dimension in model.definitions.dimensions.items()
        }
        self._names: dict[str, list[str]] = {}
        for name, metric in model.definitions.metrics.items():
            for known in (name, *metric.aliases):
                self._names.setdefault(known, []).append(name)

    def resolve(self, name: str, domain: str | None = None) -> MetricInfo:
        """The metric of a name or alias, `domain.name` included.

        Raises UnknownNameError with the nearest names, AmbiguousNameError where two fit.
        """
        if "." in name:
            domain, _, name = name.partition(".")
            domain = "company" if domain == "company_overview" else domain
        found = list(dict.fromkeys(self._names.get(name, [])))
        if domain is not None:
            inside = [other for other in found if domain in self.metrics[other].domains]
            found = inside or (found if name in self.metrics else [])
        if not found:
            raise UnknownNameError("metric", name, self._names)
        if len(found) > 1 and name not in found:
            domains = " or ".join(f"'{self.metrics[other].domains[0]}.{name}'" for other in found)
            raise AmbiguousNameError(
                f"'{name}' means different things in different domains.", f"Ask for {domains}."
            )
        return self.metrics[name if name in found else found[0]]

    def domain(self, domain: str) -> list[MetricInfo]:
        """Metrics of a domain, most important first."""
        mine = [info for info in self.metrics.values() if domain in info.domains]
        return sorted(mine, key=lambda info: (info.status != "live", info.tiers.get(domain, 3)))

    def search(
        self,
        text: str = "",
        *,
        domains: Sequence[str] = (),
        tiers: Sequence[int] = (),
        statuses: Sequence[str] = (),
        units: Sequence[str] = (),
    ) -> list[MetricInfo]:
        """Metrics whose names or texts hold every word; best matches first."""
        words = text.lower().split()
        found = [
            (score, info)
            for info in self.metrics.values()
            if (not domains or set(domains) & set(info.domains))
            and (not tiers or info.tier in tiers)
            and (not statuses or info.status in statuses)
            and (not units or info.unit in units)
            and (score := _score(info, words)) is not None
        ]
        return [info for _, info in sorted(found, key=lambda item: (item[0], item[1].label))]

    def _describe(self, name: str, metric: Metric) -> MetricInfo:
        tree = self.model.trees.get(name)
        leaves = list(tree.leaves()) if tree else []
        names = [n for leaf in leaves for n in leaf.measures]
        facts = tuple(dict.fromkeys(fact for n in names for fact in self.model.facts_of(n)))
        waiting = tuple(self._waiting(name, metric, leaves))
        states = [self.info.facts[fact] for fact in facts if self.info and fact in self.info.facts]
        required = {fact for n in names for fact in self.model.required_facts(n)}
        firsts = [
            self.info.facts[fact].first_day
            for fact in required
            if self.info and fact in self.info.facts
        ]
        known = [first for first in firsts if first]
        ends = [state.as_of for state in states if state.as_of]
        return MetricInfo(
            name=name,
            kind=kind_of(tree, self.model),
            tier=min(metric.tiers.values(), default=metric.tier),
            status=self._status(metric, waiting),
            waiting_for=waiting,
            facts=facts,
            sources=tuple(dict.fromkeys(self._sources(facts))),
            hash=self.model.metric_hash(name),
            first_day=max(known, default=None),
            as_of=min(ends, default=None),
            additive_over_time=isinstance(tree, Leaf) and self._additive(tree, over_time=True),
            additive_over_dimensions=isinstance(tree, Leaf)
            and self._additive(tree, over_time=False),
            **{field: getattr(metric, field) for field in COPIED},
        )

    def _waiting(self, name: str, metric: Metric, leaves: Sequence[Leaf]) -> Iterator[str]:
        """What a metric lacks: tables and columns, rows, or a build with its definition."""
        if metric.form is None:
            yield from self._needs(name, metric)
            return
        if self.info is None:
            yield "a first build"
            return
        found = dict.fromkeys(lack for leaf in leaves for lack in self._lacks(leaf, self.info))
        yield from found

    def _needs(self, name: str, metric: Metric) -> Iterable[str]:
        """What a placeholder waits for in the warehouse this build looked at."""
        if self.info is not None and name in self.info.needs_missing:
            return self.info.needs_missing[name] or (HAS_DATA,)
        return [f"{need.source}.{column}" for need in metric.needs for column in need.columns]

    def _status(self, metric: Metric, waiting: tuple[str, ...]) -> str:
        """live; ready (data is there, a formula is not); blocked (no rows); waiting."""
        if not waiting:
            return "live"
        if waiting == (HAS_DATA,):
            return "ready"
        return "blocked" if all(lack.startswith(NO_ROWS) for lack in waiting) else "waiting"

    def _lacks(self, leaf: Leaf, info: BuildInfo) -> Iterator[str]:
        for measure in leaf.measures:
            missing = [
                lack
                for fact in self.model.required_facts(measure)
                for lack in self._fact_lacks(fact, info)
            ]
            yield from missing
            if not missing and not self._kept(measure, info):
                yield "a new build (its definition changed)"
        for entity in sorted(self.model.filtered_by(leaf)):
            yield from info.entities_missing.get(entity, ())  # else nothing would pass the filter

    def _fact_lacks(self, fact: str, info: BuildInfo) -> Iterable[str]:
        state = info.facts.get(fact)
        if state is None:
            return ("a new build (its query is new)",)
        if state.missing:
            return state.missing
        return () if state.available else (f"{NO_ROWS}{fact}",)

    def _kept(self, measure: str, info: BuildInfo) -> bool:
        parts = [part for part in self.model.parts if measure in part.measures]
        return all(info.parts.get(p.name) == self.model.fingerprints[p.name] for p in parts)

    def _sources(self, facts: Iterable[str]) -> Iterator[str]:
        for fact in facts:
            reads = self.model.queries.reads[self.model.queries.facts[fact].files[0].path]
            for name in sorted(reads.sources):
                yield self.model.queries.sources[name].table

    def _additive(self, leaf: Leaf, over_time: bool) -> bool:
        if leaf.measure not in self.model.definitions.measures:
            return False
        if leaf.take == "key_days":
            return over_time
        kind = KINDS[self.model.definitions.measures[leaf.measure].kind]
        movement = leaf.take in ("net",) if over_time else True
        if leaf.take in STOCK_LIKE_MOVEMENTS or leaf.window.trailing:
            movement = not over_time
        if leaf.take not in KINDS["flow"].takes | KINDS["stock"].takes:
            return movement and kind.over_dimensions and leaf.take in KINDS["movement"].takes
        return (kind.over_time and not leaf.window.trailing) if over_time else kind.over_dimensions


HAS_DATA = "a formula (its data has arrived)"
NO_ROWS = "rows in "
COPIED = (
    "label",
    "description",
    "formula",
    "unit",
    "display_unit",
    "tiers",
    "domains",
    "direction",
    "owner",
    "tags",
    "aliases",
    "synonyms",
    "dimensions",
    "caveats",
    "differs",
    "related",
    "window",
)


def _score(info: MetricInfo, words: Sequence[str]) -> int | None:
    """0 for a name that starts with the text, more the further away; None for no match."""
    names = " ".join((info.name.replace("_", " "), info.name, info.label, *info.aliases)).lower()
    texts = " ".join((*info.synonyms, *info.tags, info.description, info.formula)).lower()
    if not all(word in names or word in texts for word in words):
        return None
    if words and info.label.lower().startswith(words[0]):
        return 0
    return 1 if all(word in names for word in words) else 2
