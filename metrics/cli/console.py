"""What commands print: tables, progress, files; plain where nobody looks.

On a terminal a table has lines and colour. Elsewhere it is columns aligned with spaces, one line
per row, so that `grep`, `awk` and a log read it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from metrics.errors import MetricsError

err = Console(stderr=True)
BETWEEN = "  "


def write(text: str) -> None:
    """Text for other programs: no wrapping, no colour."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def say(text: str) -> None:
    """A sentence about what was done, on stderr."""
    err.print(text, highlight=False, markup=False, soft_wrap=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on stdout; None is empty."""
    cells = [[_cell(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        table = Table(*columns)
        for row in cells:
            table.add_row(*map(Text, row))  # never markup: names come from data
        Console().print(table)
    else:
        write("\n".join(aligned([list(columns), *cells])))


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines whose columns begin at the same place.

    >>> list(aligned([["a", "b"], ["long", "c"]]))
    ['a     b', 'long  c']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield BETWEEN.join(cells).rstrip()


def _cell(value: Any) -> str:
    """Text on one line and without control characters, which would move a terminal's cursor."""
    text = "" if value is None else str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


@contextmanager
def progress_of(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal, a line per stage elsewhere."""
    if not err.is_terminal:
        began, stage = time.monotonic(), [""]

        def line(step: str, done: float) -> None:
            name = step.partition(" ")[0].lower()
            if name != stage[0]:
                stage[0] = name
                say(f"{title}: {name} ({done:.0%}, {time.monotonic() - began:.1f} s)")

        yield line
        return
    columns = (
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(title, total=1.0, step="")
        yield lambda step, done: bar.update(task, completed=done, step=step)


def write_file(data: bytes, path: Path | None) -> None:
    """Bytes to a file, whole or not at all, or to stdout."""
    if path is None:
        if sys.stdout.isatty() and b"\x00" in data:
            raise MetricsError("A terminal cannot show a Parquet file.", "Write it: -o file.")
        stream = getattr(sys.stdout, "buffer", None)
        sys.stdout.flush()
        if stream is None:
            sys.stdout.write(data.decode())
        else:
            stream.write(data)
            stream.flush()
        return
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        raise MetricsError(
            f"'{path}' cannot be written: {error.strerror}.", "Choose another place with -o."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    say(f"Wrote {path}")
