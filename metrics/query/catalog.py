"""The catalog: every metric with its texts, its state in a build, and its names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from metrics.definitions.expressions import Leaf, Node
from metrics.definitions.model import Metric
from metrics.errors import AmbiguousNameError, UnknownNameError
from metrics.kinds import KINDS
from metrics.lineage.chain import Chain
from metrics.lineage.impact import Impact
from metrics.parts.model import Model, kind_of
from metrics.periods import ONE_DAY
from metrics.query.additivity import Additivity
from metrics.query.proofs import Proof, proof_of
from metrics.query.quality import Quality
from metrics.query.search import search
from metrics.query.states import States, is_answerable, status_of
from metrics.query.wanted import Wanted, ranked
from metrics.sources.contract import Lack
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
    """One metric as the catalog shows it; `status` is computed, never typed.

    lacks            what it waits for; empty when it is live.
    answerable       whether it has numbers: live, or blocked with a history.
    dimensions       what it can be split by; `lost_dimensions` would be among them, did the
                     warehouse have what they need.
    first_day        since when it has data; `as_of` is how far it is known.
    settles          days after a day until its number is final; they are not known yet.
    additive_over    dimensions whose members' values add up to the whole; `grouped_over` are those
                     whose members can be put together as one, `explained_by` those by which a
                     change has exact parts.
    """

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
    lacks: tuple[Lack, ...]
    answerable: bool
    lost_dimensions: Mapping[str, tuple[str, ...]]
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    hash: str
    proof: Proof | None
    first_day: date | None
    as_of: date | None
    settles: int
    additive_over_time: bool
    additive_over: tuple[str, ...]
    grouped_over: tuple[str, ...]
    explained_by: tuple[str, ...]

    @property
    def additive_over_dimensions(self) -> bool:
        """Whether members add up whatever it is split by."""
        return self.additive_over == self.dimensions

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """What it lacks, by name: `raw.surveys (score, day)`, `raw.users.role`, `rows in pours`."""
        return tuple(map(str, self.lacks))

    @property
    def waits_on(self) -> tuple[str, ...]:
        """The same in short: of what tables lack, only the tables."""
        return tuple(dict.fromkeys(lack.about for lack in self.lacks))


class Catalog:
    """Metrics of one model as a build knows them; without a build every metric waits for one."""

    def __init__(self, model: Model, info: BuildInfo | None) -> None:
        self.model = model
        self.info = info
        self.additivity = Additivity(model)
        self._states = States(model, info)
        self._lineage = self._states.lineage
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

    def tree(self, name: str) -> Node:
        """How a metric is answered in this build; composites may go without some parts."""
        return self._states.tree(name)

    @cached_property
    def quality(self) -> Quality:
        """What the build found in its data, by check, source and metric."""
        return Quality(self._states, {name: one.dimensions for name, one in self.metrics.items()})

    def knows(self, name: str) -> bool:
        """Whether a bare name or alias stands for any metric."""
        return name in self._names

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

    def names(self, domain: str) -> dict[str, MetricInfo]:
        """Every name and alias by which a domain knows its metrics, in the order of definitions."""
        return {
            name: info
            for info in self.metrics.values()
            if domain in info.domains
            for name in (info.name, *info.aliases)
            if self.resolve(name, domain) is info
        }

    def search(self, text: str = "", **narrowed: Collection[Any]) -> list[MetricInfo]:
        """Metrics whose names, texts, facts or tables hold every word; best matches first.

        `narrowed` may give domains, tiers, statuses, units, tags and owners; empty is any.
        """
        return search(self.metrics.values(), text, **narrowed)

    def wanted(self, names: Collection[str] | None = None) -> tuple[Wanted, ...]:
        """Tables, columns and rows that (these) metrics wait for, by how many each would unlock."""
        infos = self.metrics.values()
        return ranked(info for info in infos if names is None or info.name in names)

    def chain(self, name: str) -> Chain:
        """Where the number of a metric comes from, down to the columns of the warehouse."""
        return self._lineage.of_metric(self.resolve(name).name)

    def without(self, place: str) -> Impact:
        """What breaks if a table (`raw.t`) or a column (`raw.t.c`) goes.

        Raises UnknownNameError with the nearest names.
        """
        return self._lineage.of_place(place)

    def lineage(self, name: str) -> Chain | Impact:
        """The chain of a metric, or what breaks without a table (`raw.t`) or column (`raw.t.c`).

        Raises UnknownNameError with the nearest names.
        """
        if self._lineage.is_place(name):
            return self.without(name)
        try:
            return self.chain(name)
        except UnknownNameError:
            known = [*self._names, *self._lineage.tables]
            raise UnknownNameError("metric, table or column", name, known) from None

    def _describe(self, name: str, metric: Metric) -> MetricInfo:
        tree = self.tree(name)
        leaves = list(tree.leaves())
        names = [n for leaf in leaves for n in leaf.measures]
        facts = tuple(dict.fromkeys(fact for n in names for fact in self.model.facts_of(n)))
        lacks = self._states.lacks(name)
        lost = self._states.lost_dimensions(name)
        kept = tuple(d for d in metric.dimensions if d not in lost)
        mark = self.model.metric_hash(name)
        states = [self.info.facts[fact] for fact in facts if self.info and fact in self.info.facts]
        required = {fact for n in names for fact in self.model.required_facts(n)}
        firsts = [
            self.info.facts[fact].first_day
            for fact in required
            if self.info and fact in self.info.facts
        ]
        known = [first for first in firsts if first]
        ends = [state.as_of for state in states if state.as_of]
        settles = max((leaf.settles for leaf in leaves), default=0)
        return MetricInfo(
            name=name,
            kind=kind_of(tree, self.model),
            tier=min(metric.tiers.values(), default=metric.tier),
            dimensions=kept,
            lost_dimensions={d: tuple(map(str, lost[d])) for d in lost},
            status=status_of(lacks),
            lacks=lacks,
            answerable=is_answerable(lacks),
            facts=facts,
            sources=self._lineage.chains.tables(name),
            hash=mark,
            proof=proof_of(name, mark),
            first_day=max(known, default=None),
            as_of=min(ends) - settles * ONE_DAY if ends else None,
            settles=settles,
            additive_over_time=isinstance(tree, Leaf) and self._additive_over_time(tree),
            additive_over=tuple(d for d in kept if self.additivity.adds_up(tree, d)),
            grouped_over=tuple(d for d in kept if self.additivity.can_be_grouped(tree, d)),
            explained_by=tuple(d for d in kept if self.additivity.has_parts(tree, d)),
            **{field: getattr(metric, field) for field in COPIED},
        )

    def _additive_over_time(self, leaf: Leaf) -> bool:
        if leaf.measure not in self.model.definitions.measures:
            return False
        if leaf.take == "key_days":
            return True
        if leaf.window.trailing:
            return False
        kind = KINDS[self.model.definitions.measures[leaf.measure].kind]
        return leaf.take == "net" or (leaf.take in ("sum", "time_days") and kind.over_time)


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
    "caveats",
    "differs",
    "related",
    "window",
)
