"""Answers as files: CSV and Excel that cannot be tricked by what they hold, JSON, Parquet.

Each carries the stamp of its numbers. In CSV a cell that starts like a formula gets a quote in
front, unless the whole cell is a number. Control characters are dropped, every cell is quoted, rows
end with CRLF, and the byte order mark makes spreadsheets read UTF-8. In Excel a text is stored as a
text, whatever it starts with; the stamp has a sheet of its own.
"""

from __future__ import annotations

import csv
import io
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from metrics.result import Stamp

STARTS_FORMULA = frozenset("=+-@|\t\r\n＝＋－＠")
SKIPPED_FIRST = frozenset(" \"'\ufeff\u200b\u200c\u200d\u2060\u00a0")
CSV_MIME = "text/csv"
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATA_SHEET, STAMP_SHEET = "Data", "Where from"
EXACT_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number
LONGEST_CELL = 32_767
COLUMN_WIDTHS = (10, 48)
MEASURED_ROWS = 200


def to_csv(frame: pd.DataFrame, stamp: Sequence[tuple[str, str]] = ()) -> bytes:
    """The frame as CSV bytes; stamp entries are repeated as trailing columns of every row.

    Columns keep one table readable by any program; a header block would not.
    """
    names = [*map(str, frame.columns), *(name for name, _ in stamp)]
    trailing = [value for _, value in stamp]
    rows = ([*row, *trailing] for row in frame.itertuples(index=False, name=None))
    return _written(names, rows).encode("utf-8-sig", errors="replace")


def stamp_columns(stamp: Stamp, metrics: Iterable[str]) -> list[tuple[str, str]]:
    """What a stamp says of some metrics, as columns beside their numbers."""
    names = [name for name in metrics if name in stamp.definitions]
    days = sorted({str(stamp.as_of[name]) for name in names if name in stamp.as_of})
    return [
        ("build_id", stamp.build_id),
        ("data_to", " / ".join(days)),
        ("definitions", " ".join(f"{name}@{stamp.definitions[name]}" for name in names)),
        ("source", stamp.source),
    ]


def stamp_data(stamp: Stamp) -> dict[str, Any]:
    """A stamp as plain data."""
    return {
        "build_id": stamp.build_id,
        "warehouse": stamp.warehouse,
        "engine": stamp.engine,
        "definitions": dict(stamp.definitions),
        "as_of": {name: day.isoformat() for name, day in stamp.as_of.items()},
        "computed_at": stamp.computed_at.isoformat(),
        "source": stamp.source,
        "warnings": list(stamp.warnings),
    }


def to_json(frame: pd.DataFrame, stamp: Mapping[str, Any]) -> bytes:
    """One object with the stamp and the rows; no value is null, days are ISO texts."""
    names = list(map(str, frame.columns))
    rows = [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]
    text = json.dumps({"stamp": dict(stamp), "rows": rows}, indent=2, allow_nan=False)
    return (text + "\n").encode()


def to_parquet(frame: pd.DataFrame, stamp: Mapping[str, Any]) -> bytes:
    """A Parquet file; the stamp is in its metadata under `stamp`, as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({"stamp": json.dumps(dict(stamp))})
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def to_xlsx(frame: pd.DataFrame, stamp: Sequence[tuple[str, str]] = ()) -> bytes:
    """The frame as an Excel workbook: numbers as numbers, dates as dates, texts as texts.

    Instants are in UTC, because a spreadsheet knows no time zone. The stamp is in a second sheet.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    names = list(map(str, frame.columns))
    rows = list(frame.itertuples(index=False, name=None))
    _fill(book.create_sheet(DATA_SHEET), names, rows)
    if stamp:
        _fill(book.create_sheet(STAMP_SHEET), ("what", "value"), stamp)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _fill(sheet: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from openpyxl.utils import get_column_letter

    low, high = COLUMN_WIDTHS
    for place, name in enumerate(names):
        texts = (name, *(_words(row[place]) for row in rows[:MEASURED_ROWS]))
        width = min(max(len(text) for text in texts) + 2, high)
        sheet.column_dimensions[get_column_letter(place + 1)].width = max(width, low)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, name, bold=True) for name in names])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    known = _typed(value)
    cell = WriteOnlyCell(sheet, value=known)
    if isinstance(known, str):
        cell.data_type = "s"  # the writer would take "=" at the start for a formula
        if _starts_formula(known):
            cell.style = "Normal"
            cell.quotePrefix = True  # and a person who edits the cell would make it one
    if bold:
        cell.font = Font(bold=True)
    return cell


def _typed(value: Any) -> Any:
    """A cell as a spreadsheet knows it."""
    if hasattr(value, "item"):
        value = value.item()
    if _unknown(value):
        return None
    if isinstance(value, datetime):
        value = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, (bool, date, float)):
        return value
    if isinstance(value, (int, Decimal)):
        return value if -EXACT_DIGITS < value < EXACT_DIGITS else str(value)
    return _words(value)


def _words(value: Any) -> str:
    kept = (c for c in str(value) if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return "".join(kept)[:LONGEST_CELL]


def _plain(value: Any) -> Any:
    """A cell as JSON knows it."""
    if _unknown(value):
        return None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if hasattr(value, "item"):  # a number of numpy
        return _plain(value.item())
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def safe_cell(value: Any) -> str:
    """A value as cell text that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell(-5), safe_cell("-5.3%"), safe_cell(float("nan"))
    ("'=1+1", '-5', '-5.3%', '')
    """
    if _unknown(value):
        return ""
    text = str(value)
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    starts = _starts_formula(text) or _starts_formula(kept)
    return f"'{kept}" if starts and not _is_number(kept) else kept


def _unknown(value: Any) -> bool:
    """Whether a cell stays empty."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or value is pd.NaT or value is pd.NA


def _starts_formula(text: str) -> bool:
    first = next((c for c in text if c not in SKIPPED_FIRST), "")
    return first in STARTS_FORMULA and first != ""


def _is_number(text: str) -> bool:
    body = text.removesuffix("%")
    if body.strip() != body or "_" in body:
        return False
    try:
        return math.isfinite(float(body))
    except ValueError:
        return False


def _written(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in names])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return target.getvalue()
