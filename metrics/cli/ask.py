"""`metrics query` and `metrics sql`: numbers out of the current build."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metrics.cli.choices import (
    complete_comparison,
    complete_dimension,
    complete_domain,
    complete_filter,
    complete_grain,
    complete_metric,
)
from metrics.cli.console import err, say, show_table, write, write_file
from metrics.errors import QueryError, UnknownNameError
from metrics.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd

    from metrics.layer import Pinned
    from metrics.result import Result


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.")
]
LAST = re.compile(r"^(\d{1,4})([dwmqy])$")
MONTHS = {"m": 1, "q": 3, "y": 12}
EMPTY = "(none)"


def query(
    metrics: Annotated[
        list[str], typer.Argument(help="Names or aliases.", autocompletion=complete_metric)
    ],
    start: Annotated[str | None, typer.Option(help="First day, 2026-01-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last day, inclusive.")] = None,
    last: Annotated[
        str | None, typer.Option(help="The last so many days, weeks, months ...: 90d, 8w, 12m.")
    ] = None,
    grain: Annotated[
        str | None,
        typer.Option(help="day, week, month, quarter, year.", autocompletion=complete_grain),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Dimension to split by; repeat.", autocompletion=complete_dimension),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these members: plan=pro,basic; repeat. (none) is the empty one.",
            autocompletion=complete_filter,
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(help="previous_period, previous_year ...", autocompletion=complete_comparison),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(help="Whose meaning of a name.", autocompletion=complete_domain),
    ] = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead.")] = False,
) -> None:
    """Ask the current build for metrics.

    Without dates it is everything there is, without a grain one number for the whole range. CSV
    holds the stamp in its last columns, JSON beside the rows, Parquet in the file's metadata.

    \b
    Examples:
      metrics query total_mrr
      metrics query total_mrr new_mrr --last 6m --grain month
      metrics query total_mrr --by plan --where tier=Enterprise
      metrics query win_rate --last 90d --compare previous_period --format json
      metrics query dau mau --last 30d --grain day --format csv -o activity.csv
    """
    from metrics.layer import open_layer

    with closing(open_layer()) as layer, layer.hold() as pinned:
        if last is not None:
            start, end = last_days(last, start, end, pinned, metrics, domain)
        result = pinned.query(
            metrics,
            start=start,
            end=end,
            grain=grain,
            by=by,
            where=filters(where, pinned),
            compare=compare,
            domain=domain,
        )
    if sql:
        write(result.sql)
    elif form is Format.TABLE:
        _show(result, pinned, domain, compared=compare is not None, file=output)
    else:
        write_answer(result.frame, form, output, _stamped(result, metrics), _stamp(result))


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT; - reads it from stdin.")] = "",
    path: Annotated[
        bool, typer.Option("--path", help="Print where the models of the current build are.")
    ] = False,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Most rows.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Longest time.")] = 30.0,
) -> None:
    """Run a SELECT on the published models.

    It reads the current build. The tables are those of schema metrics; their names may be written
    with or without it. Anything but a SELECT on them is refused: files, settings, other schemas,
    functions that reach outside.

    \b
    Examples:
      metrics sql "SELECT * FROM metrics_company_overview LIMIT 5"
      metrics sql "SELECT metric_date, mau FROM metrics_unified" --format csv -o mau.csv
      metrics sql --path
    """
    from metrics.published import ask_models, place_of

    settings = load_settings()
    if path:
        write(place_of(settings))
        return
    if not statement:
        raise typer.BadParameter("write a SELECT in quotes, or --path")
    text = typer.get_text_stream("stdin").read() if statement == "-" else statement
    answer = ask_models(settings, text, limit=limit, seconds=seconds)
    if form is Format.TABLE and output is None:
        show_table(list(answer.frame.columns), answer.frame.itertuples(index=False, name=None))
    else:
        write_answer(answer.frame, form, output, [], {"build_id": answer.build_id})
    if answer.is_cut:
        say(f"Cut after {limit:,} rows; --limit takes more.")


def write_answer(
    frame: pd.DataFrame,
    form: Format,
    output: Path | None,
    columns: list[tuple[str, str]],
    stamp: dict[str, Any],
) -> None:
    """An answer as a file or on stdout; `columns` and `stamp` are its stamp in two shapes."""
    from metrics.export import to_csv, to_json, to_parquet

    if form is Format.TABLE:
        raise typer.BadParameter("a file needs --format csv, json or parquet")
    if form is Format.CSV:
        data = to_csv(frame, columns)
        if output is None:  # the byte order mark is for programs that open a file
            data = data.removeprefix(b"\xef\xbb\xbf")
    else:
        data = (to_json if form is Format.JSON else to_parquet)(frame, stamp)
    write_file(data, output)


def filters(texts: list[str] | None, pinned: Pinned) -> dict[str, list[str | None]]:
    """`plan=pro,basic` as a filter; a member that no row has is a mistake, not a zero."""
    found: dict[str, list[str | None]] = {}
    for text in texts or ():
        name, sign, members = text.partition("=")
        if not sign or not name or not members:
            raise QueryError(f"'{text}' is no filter.", "Write --where dimension=member,member.")
        wanted = [None if one == EMPTY else one for one in members.split(",")]
        known = pinned.members(name.strip())
        for member in wanted:
            if member is not None and member not in known:
                raise UnknownNameError(f"member of {name.strip()}", member, known)
        found.setdefault(name.strip(), []).extend(wanted)
    return found


def last_days(
    text: str,
    start: str | None,
    end: str | None,
    pinned: Pinned,
    names: list[str],
    domain: str | None,
) -> tuple[str, str]:
    """First and last day of `90d`: it ends with the data of all metrics asked for."""
    from metrics.periods import Shift, back

    found = LAST.match(text)
    if not found or int(found[1]) == 0:
        raise QueryError(f"'{text}' is no length of time.", "Write --last 90d, 8w, 12m, 4q or 2y.")
    if start:
        raise QueryError("--last and --start both say where to begin.", "Leave one of them out.")
    infos = [pinned.catalog.resolve(name, domain) for name in names]
    known = [info.as_of or pinned.build.as_of for info in infos]
    until = date.fromisoformat(end) if end else min(known)
    count, unit = int(found[1]), found[2]
    if unit in MONTHS:
        first = back(until, Shift(months=count * MONTHS[unit])) + timedelta(days=1)
    else:
        first = until - timedelta(days=count * (7 if unit == "w" else 1) - 1)
    return first.isoformat(), until.isoformat()


def _show(
    result: Result, pinned: Pinned, domain: str | None, compared: bool, file: Path | None
) -> None:
    from metrics.format import format_value

    if file is not None:
        raise typer.BadParameter("a file needs --format csv, json or parquet")
    columns = ["metric", "start", "end", *result.by, "value"]
    columns += ["previous_value", "growth"] if compared else []
    rows = []
    for _, row in result.frame.iterrows():
        info = pinned.catalog.resolve(str(row["metric"]), domain)
        cells = {
            "value": format_value(row["value"], info.unit, info.display_unit),
            "previous_value": format_value(row["previous_value"], info.unit, info.display_unit),
            "growth": format_value(row["growth"], "percentage"),
        }
        named = {name: EMPTY if row[name] is None else row[name] for name in columns}
        rows.append([cells.get(name, named[name]) for name in columns])
    show_table(columns, rows)
    for line in result.stamp.lines():
        err.print(line, style="dim", highlight=False, markup=False, soft_wrap=True)


def _stamped(result: Result, metrics: list[str]) -> list[tuple[str, str]]:
    from metrics.export import stamp_columns

    return stamp_columns(result.stamp, metrics)


def _stamp(result: Result) -> dict[str, Any]:
    from metrics.export import stamp_data

    return stamp_data(result.stamp)
