"""The `metrics` command: demo, build, run, query, list, lineage, status, parity.

Exit codes: 0 done, 1 refused or failed (the reason is printed), 2 wrong usage, 75 a build is
already running.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from metrics.errors import BuildRunningError, MetricsError, StoreError
from metrics.settings import ROOT, Settings, load_settings

if TYPE_CHECKING:
    from metrics.query.wanted import Wanted

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Compute, ask and show a company's metrics."
)
console = Console(stderr=True)
WIDE = 300  # into a file or a pipe: one line per row, whatever the terminal
out = Console(width=None if sys.stdout.isatty() else WIDE)
RUNNING = 75


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Typed errors as a sentence and an exit code, never a traceback."""
    try:
        yield
    except BuildRunningError as error:
        console.print(str(error), style="bold", highlight=False, markup=False)
        raise typer.Exit(RUNNING) from None
    except MetricsError as error:
        console.print(error.code, style="red", end=" ")
        console.print(error.message, highlight=False, markup=False)
        if error.way_out:
            console.print(error.way_out, highlight=False, markup=False)
        raise typer.Exit(1) from None


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        last = [0.0]

        def line(step: str, done: float) -> None:
            if time.monotonic() - last[0] > 2 or done >= 1:
                last[0] = time.monotonic()
                console.print(f"{title}: {done:4.0%} {step}", highlight=False)

        yield line
        return
    columns = (
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=1.0, step="")
        yield lambda step, done: progress.update(task, completed=done, step=step)


@app.command()
def demo(
    scale: Annotated[str, typer.Option(help="tiny, demo, medium or full.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    end_date: Annotated[str, typer.Option(help="Last day of data; yesterday by default.")] = "",
    force: Annotated[bool, typer.Option(help="Make it again where it exists.")] = False,
) -> None:
    """Make the demo warehouse: a made-up company with three years of history."""
    with _plain_errors():
        settings = load_settings(demo_scale=scale) if scale else load_settings()
        if settings.demo_path.exists() and not force:
            console.print(f"The demo warehouse exists: {settings.demo_path} (--force renews it)")
            return
        _make_demo(settings, seed, end_date)


@app.command()
def build() -> None:
    """Read the warehouse, compute every part and publish the build."""
    with _plain_errors():
        _build(load_settings())


@app.command()
def run(
    port: Annotated[int, typer.Option(help="Port to serve the app on.")] = 8501,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="Name browsers reach it by, when it is not localhost; repeat for more.",
            envvar="METRICS_ALLOWED_HOSTS",
        ),
    ] = None,
) -> None:
    """Serve the app; makes the demo warehouse and a build first where they are missing."""
    with _plain_errors():
        settings = load_settings()
        _refuse_taken(port, host)
        if settings.is_demo and not settings.demo_path.exists():
            _make_demo(settings, 7, "")
        if _needs_build(settings):
            _build(settings)
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
        out.print(f"\n{settings.warehouse_label} is served at [bold]http://{shown}:{port}[/bold]")
        out.print("Press Ctrl-C to stop.\n")
        _serve(host, port, ["localhost", "127.0.0.1", *(allow or [])])


@app.command("list")
def list_metrics(
    domain: Annotated[str, typer.Option(help="Only this domain.")] = "",
    wanted: Annotated[bool, typer.Option(help="The data metrics wait for instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per metric.")] = False,
) -> None:
    """Every metric with its state in the current build."""
    from metrics.layer import open_layer
    from metrics.query.listing import metric_data, wanted_data

    with _plain_errors():
        catalog = open_layer().catalog
        found = catalog.domain(domain) if domain else list(catalog.metrics.values())
        if wanted:
            items = catalog.wanted({info.name for info in found})
            if as_json:
                _write(json.dumps([wanted_data(item) for item in items], indent=2))
            else:
                out.print(_wanted_table(items))
            return
        if as_json:
            _write(json.dumps([metric_data(info) for info in found], indent=2))
            return
        names = ("Metric", "Label", "Domains", "Unit", "Tier", "Status", "Since", "Waiting for")
        table = Table(*names)
        for info in found:
            since = str(info.first_day or "") if info.answerable else ""
            cells = (info.name, info.label, ", ".join(info.domains), info.unit, str(info.tier))
            table.add_row(*cells, info.status, since, ", ".join(info.waits_on))
        out.print(table)


@app.command()
def lineage(
    name: Annotated[str, typer.Argument(help="A metric, a table (raw.t) or a column (raw.t.c).")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Where a metric's number comes from, or what breaks without a table or column."""
    from metrics.layer import open_layer
    from metrics.lineage.chain import Chain
    from metrics.lineage.text import chain_lines, impact_lines
    from metrics.query.listing import lineage_data

    with _plain_errors():
        catalog = open_layer().catalog
        found = catalog.lineage(name)
        if as_json:
            _write(json.dumps(lineage_data(found), indent=2))
        elif isinstance(found, Chain):
            _write("\n".join(chain_lines(found)))
        else:
            labels = {info.name: info.label for info in catalog.metrics.values()}
            _write("\n".join(impact_lines(found, labels)))


@app.command()
def query(
    metrics: Annotated[list[str], typer.Argument(help="Names or aliases.")],
    start: Annotated[str | None, typer.Option(help="First day, 2026-01-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last day.")] = None,
    grain: Annotated[str | None, typer.Option(help="day, week, month, quarter, year.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="Dimension to split by.")] = None,
    compare: Annotated[str | None, typer.Option(help="previous_period, previous_year, …")] = None,
    sql: Annotated[bool, typer.Option(help="Print the SQL instead.")] = False,
    csv: Annotated[bool, typer.Option(help="Print CSV instead of a table.")] = False,
) -> None:
    """Ask a question from the current build."""
    from metrics.format import format_value
    from metrics.layer import open_layer

    with _plain_errors():
        layer = open_layer()
        result = layer.query(metrics, start=start, end=end, grain=grain, by=by, compare=compare)
        if sql:
            _write(result.sql)
            return
        if csv:
            _write(result.frame.to_csv(index=False))
            return
        columns = ["metric", "start", "end", *result.by, "value"]
        columns += ["previous_value", "growth"] if compare else []
        table = Table(*columns)
        for _, row in result.frame.iterrows():
            info = layer.catalog.resolve(str(row["metric"]))
            cells = {
                "value": format_value(row["value"], info.unit, info.display_unit),
                "previous_value": format_value(row["previous_value"], info.unit, info.display_unit),
                "growth": format_value(row["growth"], "percentage"),
            }
            table.add_row(*[cells.get(name, _cell(row[name])) for name in columns])
        out.print(table)
        for line in result.stamp.lines():
            console.print(line, style="dim", highlight=False)


@app.command()
def status() -> None:
    """The current build: its age, coverage, identities and what its checks found."""
    from metrics.layer import open_layer

    with _plain_errors(), open_layer().hold() as pinned:
        build = pinned.build
        out.print(f"Build {build.id} of {build.warehouse}, data to {build.as_of}")
        table = Table("Fact", "Rows", "From", "To", "Missing")
        for name, fact in build.facts.items():
            days = [str(day) if day else "" for day in (fact.first_day, fact.as_of)]
            table.add_row(name, f"{fact.rows:,}", *days, ", ".join(fact.missing))
        out.print(table)
        failing = pinned.catalog.quality.failing
        out.print(f"{len(build.checks)} checks of the data, {len(failing)} found something")
        for check in failing:
            _write(f"  {check}")
        broken = [identity for identity in build.identities if identity.broken]
        out.print(f"{len(build.identities)} identities checked, {len(broken)} broken")
        for identity in broken:
            out.print(f"  {identity.description} {identity.example}")


@app.command()
def parity(
    left: Annotated[str, typer.Argument(help="URL of a warehouse.")],
    right: Annotated[str, typer.Argument(help="URL of another engine with the same data.")],
) -> None:
    """Run every metric on two engines over the same data and compare the values."""
    from metrics.parity import run_parity

    with _plain_errors(), _progress("Comparing") as progress:
        found = run_parity(
            load_settings(warehouse_url=left), load_settings(warehouse_url=right), progress
        )
    for text in found.lines():
        out.print(text, highlight=False)
    raise typer.Exit(0 if found.equal else 1)


def main() -> None:
    """Entry point of the `metrics` command."""
    app()


def _make_demo(settings: Settings, seed: int, end_date: str) -> None:
    from datetime import date

    from metrics.demo import write_demo

    settings.home.mkdir(parents=True, exist_ok=True)
    with _progress("Demo warehouse") as progress:
        summary = write_demo(
            settings.demo_path,
            scale=settings.demo_scale,
            seed=seed,
            end_date=date.fromisoformat(end_date) if end_date else None,
            progress=progress,
        )
    note = {"end_date": summary.end_date.isoformat(), "scale": summary.scale, "seed": seed}
    settings.demo_note.write_text(json.dumps(note), encoding="utf-8")
    console.print(
        f"Demo warehouse of {summary.total_rows:,} rows in {summary.seconds:.1f} s: "
        f"{settings.demo_path}",
        highlight=False,
    )


def _build(settings: Settings) -> None:
    from metrics.pipeline import run_build

    started = time.monotonic()
    with _progress("Build") as progress:
        info = run_build(settings, progress)
    broken = sum(1 for item in info.identities if item.broken)
    console.print(
        f"Build {info.id}: {len(info.parts)} parts, data to {info.as_of}, "
        f"{len(info.identities) - broken} of {len(info.identities)} identities hold, "
        f"{time.monotonic() - started:.1f} s",
        highlight=False,
    )


def _needs_build(settings: Settings) -> bool:
    """No readable build, one of other definitions, or one older than its demo warehouse."""
    from metrics.layer import open_layer

    layer = open_layer(settings)
    try:
        with layer.hold() as pinned:
            if settings.is_demo:
                made = settings.demo_path.stat().st_mtime
                return pinned.build.finished_at.timestamp() < made or _outdated(pinned, layer)
            return _outdated(pinned, layer)
    except StoreError:
        return True
    finally:
        layer.close()


def _outdated(pinned: Any, layer: Any) -> bool:
    made = pinned.build.parts
    marks = layer.model.fingerprints
    return any(mark != marks.get(name) for name, mark in made.items()) or any(
        lack.kind in ("build", "look")
        for info in pinned.catalog.metrics.values()
        for lack in info.lacks
    )


def _refuse_taken(port: int, host: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise MetricsError(
                f"Port {port} is taken.", f"Choose another: metrics run --port {port + 1}."
            ) from error


def _serve(host: str, port: int, names: list[str]) -> None:
    """Become the Streamlit server; it answers only to `names`, against DNS rebinding."""
    os.chdir(ROOT)
    arguments = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    arguments += ["--server.port", str(port), "--server.address", host]
    arguments += ["--server.headless", "true"]
    arguments += [part for name in names for part in ("--server.allowedHosts", name)]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606  our own interpreter and app


def _wanted_table(items: Sequence[Wanted]) -> Table:
    table = Table("Wanted", "Columns", "Unlocks", "Metrics")
    for item in items:
        columns = ", ".join(f"{name} {kind}" for name, kind in item.columns.items())
        names = [*item.unlocks, *(f"({name})" for name in item.helps)]
        table.add_row(str(item), columns, str(len(item.unlocks)), ", ".join(names))
    table.caption = "(in brackets: metrics that wait for something else, too)"
    return table


def _write(text: str) -> None:
    """Text for other programs: no wrapping, no colour."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def _cell(value: Any) -> str:
    return "(none)" if value is None else str(value)
