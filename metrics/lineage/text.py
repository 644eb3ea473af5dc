"""Lineage as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from metrics.lineage.chain import Chain, QueryUse, SourceUse, Step
from metrics.lineage.impact import Impact

FILE_LEVEL = "some of its SQL cannot be followed: all it reads is listed"


def chain_lines(chain: Chain) -> Iterator[str]:
    """A metric's chain: a tree of its operands, then queries and tables with their columns."""
    yield from _tree(chain.root)
    yield ""
    yield "Queries"
    for query in chain.queries:
        yield from _query(query)
    yield ""
    yield "Tables"
    for source in chain.sources:
        yield from _source(source)
    if chain.splits:
        yield ""
        yield "Only for break-downs"
        for entity, dimensions in chain.splits.items():
            yield f"  {entity}: {', '.join(dimensions)}"


def impact_lines(impact: Impact, labels: Mapping[str, str]) -> Iterator[str]:
    """What breaks without a table or a column, the worst first; `labels` are the metrics'."""
    if not impact.read_by:
        yield f"No query reads {impact.name}: nothing would change."
        return
    yield f"{impact.name} is read by {', '.join(impact.read_by)}"
    shared = [name for name in impact.waits if name not in impact.made_of]
    yield from _group("would wait", impact.made_of, labels)
    yield from _group("would wait, because a query they need reads it", shared, labels)
    by_change: dict[tuple[str, ...], list[str]] = {}
    for name, changes in impact.loses.items():
        by_change.setdefault(changes, []).append(name)
    for changes, names in sorted(by_change.items(), key=lambda item: -len(item[1])):
        yield from _group(f"would go on, {'; '.join(changes)}", names, labels)
    yield from _group(f"waiting for {impact.name} now", impact.already, labels)
    if not (impact.waits or impact.loses or impact.already):
        yield ""
        yield "No metric would change."


def _tree(step: Step, first: str = "", rest: str = "") -> Iterator[str]:
    about = f"{step.kind}: {step.text}" if step.kind != "metric" else step.text
    yield f"{first}{step.name}  ({about})"
    for place, below in enumerate(step.below, start=1):
        last = place == len(step.below)
        yield from _tree(
            below, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  ")
        )


def _query(query: QueryUse) -> Iterator[str]:
    stands_in = ", which stands in for the first choice" if query.stands_in else ""
    yield f"  {query.name}  queries/{query.file}{stands_in}"
    reads = [*query.tables, *query.reads]
    if reads:
        yield f"    reads {', '.join(reads)}"


def _source(source: SourceUse) -> Iterator[str]:
    yield f"  {source.table}  ({source.metrics} metrics rest on it)"
    for what, columns in (
        ("counted ", source.counted),
        ("choosing", source.choosing),
        ("read too", source.read),
    ):
        if columns:
            yield f"    {what}  {', '.join(columns)}"
    if not source.exact:
        yield f"    {FILE_LEVEL}"


def _group(what: str, names: Iterable[str], labels: Mapping[str, str]) -> Iterator[str]:
    listed = list(names)
    if listed:
        width = max(map(len, listed))
        yield ""
        yield f"{len(listed)} {'metric' if len(listed) == 1 else 'metrics'} {what}"
        yield from (f"  {name:<{width}}  {labels.get(name, '')}" for name in listed)
