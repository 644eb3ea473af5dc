"""Commands that look whether all is well: doctor, check, prove, parity."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from metrics.cli.builds import JsonOption
from metrics.cli.choices import complete_metric
from metrics.cli.console import progress_of, say, show_table, write
from metrics.cli.exits import FOUND, LOOK
from metrics.settings import Settings, load_settings

if TYPE_CHECKING:
    from metrics.parts.model import Model
    from metrics.query.catalog import MetricInfo

STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(as_json: JsonOption = False) -> None:
    """Find out what is wrong and what to do.

    Looks at versions, settings, disk, definitions, the warehouse with its rights and tables, the
    store, the last build and the proofs.

    Ends with 0 when all is well, 12 when something is worth a look, 10 when something is wrong.

    \b
    Examples:
      metrics doctor
      metrics doctor --json
    """
    from metrics.doctor import examine, worst

    findings = []
    for one in examine(load_settings()):
        findings.append(one)
        if not as_json:
            way_out = f"  {one.way_out}" if one.way_out else ""
            _line(one.level, f"{one.about}: {one.text}", way_out)
    if as_json:
        write(json.dumps([asdict(one) for one in findings], indent=2))
    raise typer.Exit({"ok": 0, "warn": LOOK.code, "fail": FOUND.code}[worst(findings)])


def check(
    warehouse: Annotated[
        bool, typer.Option("--warehouse", help="Hold the warehouse of now against the contract.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check definitions and data.

    The definitions are loaded; of the data it is told what the last build found.

    Ends with 10 where rows were left out of the numbers, an identity is broken or, with
    --warehouse, a metric that is live would have no number at the next build.

    \b
    Examples:
      metrics check
      metrics check --warehouse --json
    """
    from metrics.parts.model import load_model

    settings = load_settings()
    model = load_model(settings)
    counts = {"metrics": len(model.definitions.metrics), "facts": len(model.queries.facts)}
    found = _of_warehouse(settings, model) if warehouse else _of_build(settings, model)
    if as_json:
        write(json.dumps({"definitions": counts, **found}, indent=2))
    else:
        write(f"{counts['metrics']} metrics on {counts['facts']} facts: the definitions load")
        for name, items in found.items():
            if isinstance(items, list):
                write(f"{len(items)} {name.replace('_', ' ')}")
                for item in items:
                    write(f"  {item if isinstance(item, str) else item['text']}")
            else:
                write(f"{name.replace('_', ' ')}: {items}")
    failed = found.get("would_be_lost") if warehouse else _failed(found)
    raise typer.Exit(FOUND.code if failed else 0)


def prove(
    names: Annotated[
        list[str] | None, typer.Argument(help="Metrics.", autocompletion=complete_metric)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show proofs and recompute identities.

    A proof is a recomputation from raw rows that shares no code with the layer. It needs the tests
    of the repository (`make proof`); this command shows its record and whether it is of the
    definition as it stands, and asks the current build for its identities again. Ends with 10 where
    a live metric is not proven or an identity is broken.

    \b
    Examples:
      metrics prove
      metrics prove total_mrr win_rate
      metrics prove --json
    """
    from metrics.layer import open_layer
    from metrics.query.identities import check_identities

    with closing(open_layer()) as layer, layer.hold() as pinned:
        infos = [pinned.catalog.resolve(name) for name in names or pinned.catalog.metrics]
        about = [info.name for info in infos] if names else None
        identities = check_identities(
            layer.model, pinned.catalog, pinned.query_many, pinned.build, about
        )
    open_ones = [info for info in infos if info.answerable and not info.proof]
    broken = [one for one in identities if one.broken]
    if as_json:
        data = {
            "metrics": [_proof(info) for info in infos],
            "identities": [one.model_dump(mode="json") for one in identities],
        }
        write(json.dumps(data, indent=2))
    else:
        shown = infos if names else open_ones
        if shown:
            rows = [[info.name, info.status, info.hash, str(info.proof or "")] for info in shown]
            show_table(("Metric", "Status", "Definition", "Proof"), rows)
        live = [info for info in infos if info.answerable]
        write(f"{len(live) - len(open_ones)} of {len(live)} live metrics are proven")
        write(f"{len(identities) - len(broken)} of {len(identities)} identities hold now")
        for one in broken:
            write(f"  {one.description} {one.example}")
        say("`make proof` runs the proofs again; it needs the repository's tests.")
    raise typer.Exit(FOUND.code if open_ones or broken else 0)


def parity(
    left: Annotated[str, typer.Argument(help="URL of a warehouse.")],
    right: Annotated[str, typer.Argument(help="URL of another engine with the same data.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two engines over the same data.

    Every metric is asked on both. Ends with 10 where a value differs or a metric is live on one
    side only.

    \b
    Examples:
      metrics parity duckdb:///demo.duckdb postgresql://reader@localhost/demo
    """
    from metrics.parity import run_parity

    with progress_of("Comparing") as progress:
        found = run_parity(
            load_settings(warehouse_url=left, store_url=None),
            load_settings(warehouse_url=right, store_url=None),
            progress,
        )
    if as_json:
        write(json.dumps({**asdict(found), "equal": found.equal}, indent=2))
    else:
        for text in found.lines():
            write(text)
    raise typer.Exit(0 if found.equal else FOUND.code)


def _line(level: str, text: str, way_out: str) -> None:
    """A finding on stdout, its level in colour where there is any."""
    if sys.stdout.isatty():
        Console().print(f"[{STYLES[level]}]{level:<5}[/] {escape(text)}[dim]{escape(way_out)}[/]")
    else:
        write(f"{level:<5} {text}{way_out}")


def _of_build(settings: Settings, model: Model) -> dict[str, Any]:
    """What the current build found in its data."""
    from metrics.layer import Layer
    from metrics.store.open import open_store

    with closing(open_store(settings)) as store, Layer(settings, model, store).hold() as pinned:
        failing = pinned.catalog.quality.failing
        build = pinned.build
    return {
        "build": build.id,
        "checks": len(build.checks),
        "checks_that_cost_rows": _texts(one for one in failing if one.severity == "error"),
        "checks_that_warn": _texts(one for one in failing if one.severity == "warning"),
        "broken_identities": [
            {"text": f"{one.description} {one.example}", "name": one.name}
            for one in build.identities
            if one.broken
        ],
    }


def _texts(checks: Any) -> list[dict[str, Any]]:
    return [{"text": str(one), **one.model_dump(mode="json")} for one in checks]


def _failed(found: dict[str, Any]) -> bool:
    return bool(found["checks_that_cost_rows"] or found["broken_identities"])


def _of_warehouse(settings: Settings, model: Model) -> dict[str, Any]:
    """What the warehouse lacks now, and what the next build would lose by it."""
    from metrics.lineage.available import Available
    from metrics.query.catalog import Catalog
    from metrics.sources.contract import check as hold
    from metrics.sources.files import with_files
    from metrics.sources.warehouse import inspect_warehouse
    from metrics.store.open import open_store
    from metrics.store.warehouse import open_warehouse

    with open_warehouse(settings.warehouse) as connection:
        tables = [source.table for source in model.queries.sources.values()]
        inspected = inspect_warehouse(connection, tables)
    there = with_files(model.queries, settings.targets_file, inspected)
    available = Available(model, hold(model.queries, there))
    waiting = {name: lacks for name in model.trees if (lacks := available.metric(name))}
    live: set[str] = set()
    with closing(open_store(settings)) as store:
        if store.current_id() is not None:
            with store.lease() as lease:
                metrics = Catalog(model, lease.info).metrics
            live = {name for name, info in metrics.items() if info.answerable}
    lacking = dict.fromkeys(str(lack) for lacks in waiting.values() for lack in lacks)
    return {
        "complete": len(model.trees) - len(waiting),
        "waiting": len(waiting),
        "missing_in_the_warehouse": list(lacking),
        "would_be_lost": [
            f"{name}: {', '.join(map(str, lacks))}"
            for name, lacks in waiting.items()
            if name in live
        ],
    }


def _proof(info: MetricInfo) -> dict[str, Any]:
    proof = asdict(info.proof) if info.proof else None
    return {"name": info.name, "status": info.status, "definition": info.hash, "proof": proof}
