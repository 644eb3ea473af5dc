"""The page of metrics: a section per domain, each metric once, where it belongs first."""

from __future__ import annotations

from collections.abc import Iterator

from metrics.periods import AT_END, PERIOD
from metrics.query.catalog import DOMAINS, Catalog, MetricInfo
from metrics.reference.words import (
    DIRECTIONS,
    escaped,
    kind_in_words,
    unit_in_words,
    window_in_words,
)

STATES = {"stock", "snapshot"}
HEAD = """\
# Metrics

Written by `make docs` from `metrics/definitions`. Each domain begins with a table of all its
metrics, by importance; a metric of several domains is described in the first of them. Whether one
has data in your warehouse is not told here: `metrics list` does, and `metrics show <name>` adds
versions and proofs.

A kind says how a number adds up: [kinds](../analytics-engineers.md#one-idea). The days it looks at
are seen from a period; in the published models every period is one day. Its importance runs from
tier 1, which everyone should know, to tier 3.

| domain | metrics |
|---|---|
"""


def metrics_page(catalog: Catalog) -> str:
    """The text of the page."""
    rows = [
        f"| [{title}](#{_anchor(title)}) | {len(catalog.domain(domain))} |\n"
        for domain, title in DOMAINS.items()
    ]
    sections = ["\n".join(_section(domain, catalog)) for domain in DOMAINS]
    return HEAD + "".join(rows) + "".join(f"\n{section}" for section in sections)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _section(domain: str, catalog: Catalog) -> Iterator[str]:
    infos = catalog.domain(domain)
    infos = sorted(infos, key=lambda info: (info.tiers.get(domain, info.tier), info.name))
    yield f"## {DOMAINS[domain]}"
    yield ""
    yield "| metric | name | tier |"
    yield "|---|---|---|"
    for info in infos:
        tier = info.tiers.get(domain, info.tier)
        yield f"| {escaped(info.label)} | [`{info.name}`](#{info.name}) | {tier} |"
    yield ""
    for info in infos:
        if info.domains[0] == domain:
            yield from _metric(info, catalog)


def _metric(info: MetricInfo, catalog: Catalog) -> Iterator[str]:
    yield f"### {info.name}"
    yield ""
    yield f"**{info.label}.** {info.description}"
    yield ""
    if info.aliases:
        yield f"* Also called {', '.join(f'`{alias}`' for alias in info.aliases)}"
    yield f"* Formula: {info.formula}"
    yield f"* Unit: {unit_in_words(info.unit, info.display_unit)}; {DIRECTIONS[info.direction]}"
    yield f"* Kind: {kind_in_words(info.kind)}"
    yield f"* Looks at {_windows(info, catalog)}"
    yield f"* Importance: {_tiers(info)}"
    if info.settles:
        yield f"* Final {info.settles} days later; younger days have no value"
    by = ", ".join(f"`{name}`" for name in info.dimensions)
    yield f"* Can be split by {by}" if by else "* Cannot be split"
    if info.caveats:
        yield f"* Mind: {info.caveats}"
    if info.differs:
        yield f"* Elsewhere: {info.differs}"
    yield ""


def _tiers(info: MetricInfo) -> str:
    tiers = [f"tier {info.tiers.get(name, info.tier)} in {DOMAINS[name]}" for name in info.domains]
    return ", ".join(tiers)


def _windows(info: MetricInfo, catalog: Catalog) -> str:
    """The days of all operands; a state is always one of the last day."""
    measures = catalog.model.definitions.measures
    found = []
    for leaf in catalog.tree(info.name).leaves():
        measure = measures.get(leaf.measure)
        is_state = measure is None or measure.kind in STATES
        found.append(AT_END if is_state and leaf.window == PERIOD else leaf.window)
    words = list(dict.fromkeys(map(window_in_words, found)))
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
