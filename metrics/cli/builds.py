"""Commands that make builds and choose between them: demo, build, history, rollback, status."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metrics.cli.choices import complete_selection
from metrics.cli.console import aligned, progress_of, say, show_table, write
from metrics.settings import Settings, load_settings

if TYPE_CHECKING:
    from metrics.store.base import KeptBuild
    from metrics.store.info import BuildInfo

JsonOption = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


def demo(
    scale: Annotated[str, typer.Option(help="tiny, demo, medium or full.")] = "",
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    end_date: Annotated[str, typer.Option(help="Last day of data; yesterday by default.")] = "",
    force: Annotated[bool, typer.Option(help="Make it again where it exists.")] = False,
    copy_to: Annotated[
        str, typer.Option(help="Copy it to an empty PostgreSQL database as well.")
    ] = "",
) -> None:
    """Make the demo warehouse.

    It is a made-up company with three years of history. With --copy-to it becomes a PostgreSQL
    warehouse to try things on; a database that has a schema `raw` is left as it is.

    \b
    Examples:
      metrics demo
      metrics demo --force --end-date 2026-10-31
      metrics demo --copy-to postgresql://me@localhost/trial
    """
    settings = load_settings(demo_scale=scale) if scale else load_settings()
    if settings.demo_path.exists() and not force:
        say(f"The demo warehouse exists: {settings.demo_path} (--force renews it)")
    else:
        make_demo(settings, seed, _day(end_date))
    if copy_to:
        _copy_demo(settings, copy_to)


def _copy_demo(settings: Settings, url: str) -> None:
    """Copy the demo warehouse, and its targets to where a database's are looked for."""
    from metrics.demo.copy import copy_to_new_database

    there = load_settings(warehouse_url=url)
    rows = copy_to_new_database(settings.demo_path, there.warehouse)
    targets = settings.demo_path.with_suffix(".targets.yml")
    if targets.exists() and not there.targets_file.exists():
        shutil.copy(targets, there.targets_file)
    say(f"{sum(rows.values()):,} rows of {len(rows)} tables are in {there.warehouse_label}")


def build(
    full: Annotated[
        bool, typer.Option("--full", help="Make everything anew, whatever has changed.")
    ] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            "-s",
            help="Only these: domain:sales, tier:1, metric:win_rate+ ... (repeat).",
            autocompletion=complete_selection,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compute and publish a new build.

    Readers see the last build until this one is whole. A second build at the same time is refused.

    \b
    Examples:
      metrics build
      metrics build --full --json
      metrics build --select domain:sales,tier:1
    """
    info, seconds = run(load_settings(), full=full, select=tuple(select or ()))
    if as_json:
        write(json.dumps(_summary(info, seconds), indent=2))


def history(as_json: JsonOption = False) -> None:
    """List the builds that are kept.

    The newest comes first; `metrics rollback` goes back to another.

    \b
    Examples:
      metrics history
      metrics history --json
    """
    from metrics.store.open import open_store

    with closing(open_store(load_settings())) as store:
        builds = store.builds()
    if as_json:
        write(json.dumps([_history(one) for one in builds], indent=2))
        return
    columns = ("build", "state", "started", "seconds", "data_to", "mode", "broken")
    show_table(columns, ([_history(one).get(name) for name in columns] for one in builds))
    if not builds:
        say("Nothing is built yet. Run `metrics build`.")


def rollback(
    to: Annotated[str | None, typer.Option(help="Id of a kept build, also a newer one.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the builds instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Go back to the build before.

    It is one switch: readers see one build or the other. What was gone back from stays until the
    next build, so that --to can take it back.

    \b
    Examples:
      metrics rollback --list
      metrics rollback
    """
    from metrics.store.open import open_store

    if listed:
        history(as_json)
        return
    with closing(open_store(load_settings())) as store:
        before = store.current_id()
        current = store.rollback(to)
    if as_json:
        write(json.dumps({"build": current, "before": before}))
    else:
        say(f"Build {current} is the current one; it was {before}.")


def status() -> None:
    """Show coverage and checks of the build.

    \b
    Examples:
      metrics status
    """
    from metrics.layer import open_layer

    with closing(open_layer()) as layer, layer.hold() as pinned:
        made = pinned.build
        failing = pinned.catalog.quality.failing
    write(f"Build {made.id} of {made.warehouse}, data to {made.as_of}\n")
    rows = [
        [name, f"{fact.rows:,}", fact.first_day, fact.as_of, ", ".join(fact.missing)]
        for name, fact in made.facts.items()
    ]
    show_table(("Fact", "Rows", "From", "To", "Missing"), rows)
    write(f"\n{len(made.checks)} checks of the data, {len(failing)} found something")
    for check in failing:
        write(f"  {check}")
    broken = [identity for identity in made.identities if identity.broken]
    write(f"{len(made.identities)} identities checked, {len(broken)} broken")
    for identity in broken:
        write(f"  {identity.description} {identity.example}")


def make_demo(settings: Settings, seed: int, end_date: date | None) -> None:
    """Write the demo warehouse, and beside it what it was made with."""
    from metrics.demo import write_demo

    settings.home.mkdir(parents=True, exist_ok=True)
    with progress_of("Demo warehouse") as progress:
        summary = write_demo(
            settings.demo_path,
            scale=settings.demo_scale,
            seed=seed,
            end_date=end_date,
            progress=progress,
        )
    note = {"end_date": summary.end_date.isoformat(), "scale": summary.scale, "seed": seed}
    settings.demo_note.write_text(json.dumps(note), encoding="utf-8")
    say(
        f"Demo warehouse of {summary.total_rows:,} rows in {summary.seconds:.1f} s: "
        f"{settings.demo_path}"
    )


def run(
    settings: Settings, full: bool = False, select: tuple[str, ...] = ()
) -> tuple[BuildInfo, float]:
    """Run a build and say what it made; gives its description and the seconds it took."""
    from metrics.pipeline import run_build

    started = time.monotonic()
    with progress_of("Build") as progress:
        info = run_build(settings, progress, full=full, only=_only(settings, select))
    seconds = time.monotonic() - started
    broken = sum(1 for item in info.identities if item.broken)
    if info.models:
        rows = (
            [name, f"{count:,}", f"{info.models_seconds.get(name, 0.0):.1f}"]
            for name, count in info.models.items()
        )
        for line in aligned([["model", "rows", "seconds"], *rows]):
            say(line)
    restated = sum(change.restated for change in info.changes.facts.values())
    if restated:
        say(f"{restated:,} days of facts were restated by late, corrected or removed rows")
    how = ": ".join(filter(None, (info.changes.mode, info.changes.reason)))
    say(
        f"Build {info.id} ({how}): {len(info.parts)} parts, data to {info.as_of}, "
        f"{len(info.identities) - broken} of {len(info.identities)} identities hold, "
        f"{seconds:.1f} s"
    )
    return info, seconds


def _only(settings: Settings, select: tuple[str, ...]) -> frozenset[str] | None:
    """Parts that a selection makes anew; None for all."""
    if not select:
        return None
    from metrics.parts.model import load_model
    from metrics.selection import graph_of, parts_of
    from metrics.selection import select as selected

    model = load_model(settings)
    graph = graph_of(model)
    return parts_of(selected(select, graph), model, graph)


def _summary(info: BuildInfo, seconds: float) -> dict[str, Any]:
    return {
        "build": info.id,
        "seconds": round(seconds, 1),
        "engine": info.engine,
        "warehouse": info.warehouse,
        "data_to": info.as_of.isoformat(),
        "rows": {name: fact.rows for name, fact in info.facts.items() if fact.rows},
        "missing": {name: list(fact.missing) for name, fact in info.facts.items() if fact.missing},
        "mode": info.changes.mode,
        "reason": info.changes.reason,
        "restated_days": {
            name: change.restated for name, change in info.changes.facts.items() if change.restated
        },
        "parts": len(info.parts),
        "models": info.models,
        "models_seconds": info.models_seconds,
        "checks": len(info.checks),
        "checks_failing": sum(1 for check in info.checks if check.failing),
        "identities": len(info.identities),
        "identities_broken": [one.name for one in info.identities if one.broken],
    }


def _history(kept: KeptBuild) -> dict[str, Any]:
    found: dict[str, Any] = {"build": kept.id, "state": kept.state}
    if kept.info is None:
        return {**found, "state": "unreadable"}
    info = kept.info
    return {
        **found,
        "started": f"{info.started_at:%Y-%m-%d %H:%M:%S}",
        "seconds": round((info.finished_at - info.started_at).total_seconds(), 1),
        "data_to": info.as_of.isoformat(),
        "mode": info.changes.mode,
        "broken": sum(1 for one in info.identities if one.broken),
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date; write it as 2026-10-31") from None
