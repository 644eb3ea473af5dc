"""Commands about definitions: list, show, lineage."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.builds import JsonOption
from metrics.cli.choices import complete_domain, complete_metric, complete_place
from metrics.cli.console import aligned, say, show_table, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from metrics.layer import Pinned
    from metrics.query.catalog import Catalog, MetricInfo
    from metrics.query.wanted import Wanted


def list_metrics(
    text: Annotated[list[str] | None, typer.Argument(help="Words that must occur.")] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(help="Only these domains.", autocompletion=complete_domain),
    ] = None,
    tier: Annotated[list[int] | None, typer.Option(min=1, max=3, help="Only these tiers.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="currency, percentage, count ...")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="live, ready, waiting or blocked.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only with one of these tags.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Only of these owners.")] = None,
    wanted: Annotated[
        bool, typer.Option("--wanted", help="The data they wait for instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per metric.")] = False,
) -> None:
    """List metrics with their state.

    An option that is repeated widens the choice, another option narrows it.

    \b
    Examples:
      metrics list
      metrics list churn --domain revenue --tier 1
      metrics list --status waiting --json
      metrics list --wanted
    """
    from metrics.layer import open_layer
    from metrics.query.listing import metric_data, wanted_data

    with closing(open_layer()) as layer:
        catalog = layer.catalog
    narrowed: dict[str, Collection[object]] = {
        "domains": domain or (),
        "tiers": tier or (),
        "units": unit or (),
        "statuses": status or (),
        "tags": tag or (),
        "owners": owner or (),
    }
    _refuse_unknown(catalog, narrowed)
    found = catalog.search(" ".join(text or ()), **narrowed)
    if wanted:
        items = catalog.wanted({info.name for info in found})
        if as_json:
            write(json.dumps([wanted_data(item) for item in items], indent=2))
        else:
            _show_wanted(items)
        return
    if as_json:
        write(json.dumps([metric_data(info) for info in found], indent=2))
        return
    names = ("Metric", "Label", "Domains", "Unit", "Tier", "Status", "Since", "Waiting for")
    show_table(names, [_row(info) for info in found])


def show(
    name: Annotated[str, typer.Argument(help="A name or alias.", autocompletion=complete_metric)],
    as_json: JsonOption = False,
) -> None:
    """Show the card of one metric.

    What it means, how it is counted, what it rests on, and its last value.

    \b
    Examples:
      metrics show win_rate
      metrics show sales.win_rate --json
    """
    from metrics.layer import open_layer
    from metrics.query.listing import metric_data

    value: tuple[str, float | None, str] | None = None
    with closing(open_layer()) as layer:
        catalog = layer.catalog
        info = catalog.resolve(name)
        if info.answerable and info.as_of:
            with layer.hold() as pinned:
                value = _last_value(pinned, info)
    if as_json:
        data = metric_data(info)
        if value:
            data["last"] = {"days": value[0], "value": value[1], "text": value[2]}
        write(json.dumps(data, indent=2))
        return
    write("\n".join(_card(info, catalog, value)))


def lineage(
    name: Annotated[
        str,
        typer.Argument(
            help="A metric, a table (raw.t) or a column (raw.t.c).", autocompletion=complete_place
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Show what a number rests on.

    Of a metric the way down to the columns; of a table or column what breaks without it.

    \b
    Examples:
      metrics lineage quick_ratio
      metrics lineage raw.hubspot_deals
      metrics lineage raw.hubspot_deals.amount --json
    """
    from metrics.layer import open_layer
    from metrics.lineage.chain import Chain
    from metrics.lineage.text import chain_lines, impact_lines
    from metrics.query.listing import lineage_data

    with closing(open_layer()) as layer:
        catalog = layer.catalog
    found = catalog.lineage(name)
    if as_json:
        write(json.dumps(lineage_data(found), indent=2))
    elif isinstance(found, Chain):
        write("\n".join(chain_lines(found)))
    else:
        labels = {info.name: info.label for info in catalog.metrics.values()}
        write("\n".join(impact_lines(found, labels)))


def _refuse_unknown(catalog: Catalog, narrowed: Mapping[str, Collection[object]]) -> None:
    """A filter value that nothing has is a mistake, not an empty list."""
    from metrics.errors import UnknownNameError
    from metrics.query.catalog import DOMAINS

    infos = catalog.metrics.values()
    known: dict[str, set[str]] = {
        "domains": set(DOMAINS),
        "units": {info.unit for info in infos},
        "statuses": {"live", "ready", "waiting", "blocked"},
        "tags": {tag for info in infos for tag in info.tags},
        "owners": {info.owner for info in infos},
    }
    for name, values in known.items():
        for value in narrowed[name]:
            if value not in values:
                kind = "status" if name == "statuses" else name[:-1]
                raise UnknownNameError(kind, str(value), sorted(values))


def _row(info: MetricInfo) -> list[object]:
    since = info.first_day if info.answerable else None
    cells = [info.name, info.label, ", ".join(info.domains), info.unit, info.tier]
    return [*cells, info.status, since, ", ".join(info.waits_on)]


def _show_wanted(items: Sequence[Wanted]) -> None:
    rows = []
    for item in items:
        columns = ", ".join(f"{name} {kind}" for name, kind in item.columns.items())
        names = [*item.unlocks, *(f"({name})" for name in item.helps)]
        rows.append([str(item), columns, len(item.unlocks), ", ".join(names)])
    show_table(("Wanted", "Columns", "Unlocks", "Metrics"), rows)
    say("In brackets: metrics that wait for something else, too.")


LAST_DAYS = 30


def _last_value(pinned: Pinned, info: MetricInfo) -> tuple[str, float | None, str]:
    """The days, the value and the value as text of the last month of data."""
    from metrics.format import format_value

    assert info.as_of is not None
    start = info.as_of - timedelta(days=LAST_DAYS - 1)
    value = pinned.query(info.name, start=start, end=info.as_of).value(info.name)
    return f"{start} to {info.as_of}", value, format_value(value, info.unit, info.display_unit)


def _card(
    info: MetricInfo, catalog: Catalog, value: tuple[str, float | None, str] | None
) -> Iterator[str]:
    yield f"{info.label}  ({info.name})"
    yield info.description
    yield ""
    lines = {
        "formula": info.formula,
        "value": f"{value[2]}  ({value[0]})" if value else "",
        "unit": " in ".join(filter(None, (info.unit, info.display_unit))),
        "kind": info.kind,
        "window": info.window,
        "good when": info.direction,
        "status": info.status,
        "waits for": ", ".join(info.waiting_for),
        "data": f"{info.first_day} to {info.as_of}" if info.first_day and info.answerable else "",
        "domains": ", ".join(f"{name} (tier {tier})" for name, tier in _tiers(info).items()),
        "split by": ", ".join(info.dimensions) or "total only",
        "not by": ", ".join(
            f"{name} (needs {', '.join(lacks)})" for name, lacks in info.lost_dimensions.items()
        ),
        "also called": ", ".join((*info.aliases, *info.synonyms)),
        "owner": info.owner,
        "tags": ", ".join(info.tags),
        "mind": info.caveats,
        "differs": info.differs,
        "related": ", ".join(info.related),
        "rests on": ", ".join(info.sources),
        "version": info.hash,
        "proof": str(info.proof) if info.proof else "this version has not been proven",
    }
    found = {name: " ".join(text.split()) for name, text in lines.items() if text}
    yield from aligned([[name, text] for name, text in found.items()])
    failing = catalog.quality.of(info.name)
    if failing:
        yield ""
        yield "Found in its data"
        yield from (f"  {check}" for check in failing)
    yield ""
    yield f"`metrics lineage {info.name}` has the whole way down."


def _tiers(info: MetricInfo) -> dict[str, int]:
    return {name: info.tiers.get(name, info.tier) for name in info.domains}
