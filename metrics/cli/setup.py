"""`metrics init`: settings for a new warehouse, with its tables guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import sqlalchemy as sa
import typer

from metrics.cli.builds import JsonOption
from metrics.cli.console import say, show_table, write
from metrics.errors import MetricsError
from metrics.settings import Settings, load_settings, settings_file

if TYPE_CHECKING:
    from metrics.parts.model import Model
    from metrics.sources.guess import Guess

HEAD = """\
# Settings of this company; docs/settings.md has every one of them.
# Written by `metrics init`. Look at [sources] before you build.
"""


def init(
    url: Annotated[
        str, typer.Argument(help="The warehouse: postgresql://user@host/db, duckdb:///file.duckdb.")
    ],
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The settings file to write; metrics.toml by default."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write settings for a warehouse by its tables.

    Looks at the tables of the URL and writes metrics.toml: which of them each source is.

    Names are compared without regard to case, schema, plural and common synonyms; the columns
    decide. What is not clear is listed in the file for you to choose. A password in the URL is not
    written: give it in METRICS_WAREHOUSE_URL, PGPASSWORD or ~/.pgpass.

    \b
    Examples:
      metrics init postgresql://reader@localhost/warehouse
      metrics init duckdb:///warehouse.duckdb --file metrics.toml
    """
    from metrics.parts.model import load_model
    from metrics.sources.guess import guess_sources
    from metrics.sources.warehouse import inspect_all
    from metrics.store.warehouse import open_warehouse

    target = file or settings_file()
    if target.exists() and not force:
        raise MetricsError(f"{target} exists.", "Add --force to overwrite it.")
    settings = load_settings(warehouse_url=_absolute(url), sources={})
    model = load_model(settings)
    with open_warehouse(settings.warehouse) as connection:
        inspected = inspect_all(connection)
    guess = guess_sources(model.queries, inspected)
    tables = _changed(model, guess)
    text = _written(settings, model, guess, tables)
    waiting = _waiting(model, tables, inspected)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MetricsError(
            f"{target} cannot be written: {error.strerror}.", "Name another with --file."
        ) from error
    live = len(model.definitions.metrics) - len(waiting)
    if as_json:
        write(json.dumps(_summary(guess, target, live, waiting), indent=2))
    else:
        _report(guess, len(inspected))
        say(f"{live} metrics have all they need, {len(waiting)} wait for data.")
        say(f"Wrote {target}. Next: metrics doctor, metrics build, metrics app.")


def _absolute(url: str) -> str:
    """A file's URL with its whole path: the settings file may be read from elsewhere."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return url
    if parsed.get_backend_name() != "duckdb" or not parsed.database:
        return url
    return parsed.set(database=str(Path(parsed.database).resolve())).render_as_string(False)


def _changed(model: Model, guess: Guess) -> dict[str, str]:
    """Tables that are not those of sources.yml."""
    sources = model.queries.sources
    return {
        name: one.table
        for name, one in guess.found.items()
        if one.table.lower() != sources[name].table.lower()
    }


def _waiting(model: Model, tables: dict[str, str], inspected: Any) -> list[str]:
    """Metrics that lack something in this warehouse."""
    from metrics.lineage.available import Available
    from metrics.sources.contract import check

    sources = {
        name: source.model_copy(update={"table": tables.get(name, source.table)})
        for name, source in model.queries.sources.items()
    }
    there = replace(model, queries=replace(model.queries, sources=sources))
    available = Available(there, check(there.queries, inspected))
    return [name for name in model.definitions.metrics if available.metric(name)]


def _written(settings: Settings, model: Model, guess: Guess, tables: dict[str, str]) -> str:
    url = sa.make_url(settings.warehouse)
    bare = url._replace(password=None)  # `set` takes None for "as it was"
    shown = bare.render_as_string(False).replace("+psycopg", "")
    lines = [HEAD, f"warehouse_url = {json.dumps(shown)}"]
    if url.password:
        lines.append("# The password is not written here: set METRICS_WAREHOUSE_URL or PGPASSWORD.")
    lines += ["", "[sources]"]
    lines += [f"{name} = {json.dumps(table)}" for name, table in tables.items()]
    same = [name for name in guess.found if name not in tables]
    if same:
        lines.append(f"# As in sources.yml: {', '.join(same)}")
    for name, candidates in guess.ambiguous.items():
        lines.append(f"# Choose one for {name}:")
        lines += [
            f"# {name} = {json.dumps(one.table)}  # has {one.share:.0%} of the columns"
            for one in candidates
        ]
    if guess.missing:
        lines.append("# Not found; what needs them waits:")
        lines += [
            f"# {name} = {json.dumps(model.queries.sources[name].table)}" for name in guess.missing
        ]
    return "\n".join(lines) + "\n"


def _report(guess: Guess, tables: int) -> None:
    rows: list[list[str]] = []
    for name, one in guess.found.items():
        rows.append([name, "found", one.table, ", ".join(one.lacks)])
    for name, several in guess.ambiguous.items():
        rows.append([name, "choose", " or ".join(one.table for one in several), ""])
    rows += [[name, "missing", "", ""] for name in guess.missing]
    show_table(("Source", "State", "Table", "Lacks columns"), rows)
    say(
        f"{tables} tables looked at, {len(guess.found)} sources found, "
        f"{len(guess.ambiguous)} to choose, {len(guess.missing)} missing."
    )


def _summary(guess: Guess, target: Path, live: int, waiting: list[str]) -> dict[str, Any]:
    return {
        "file": str(target),
        "found": {name: one.table for name, one in guess.found.items()},
        "lacks": {name: list(one.lacks) for name, one in guess.found.items() if one.lacks},
        "choose": {
            name: [one.table for one in several] for name, several in guess.ambiguous.items()
        },
        "missing": list(guess.missing),
        "metrics": {"complete": live, "waiting": waiting},
    }
