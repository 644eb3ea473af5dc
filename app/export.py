"""Answers as CSV that a spreadsheet cannot be tricked by, with the stamp of every number.

A cell that starts like a formula gets a quote in front, unless the whole cell is a number.
Control characters are dropped, every cell is quoted, rows end with CRLF, and the byte order
mark makes spreadsheets read UTF-8.
"""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

STARTS_FORMULA = frozenset("=+-@|\t\r\n＝＋－＠")
SKIPPED_FIRST = frozenset(" \"'\ufeff\u200b\u200c\u200d\u2060\u00a0")
CSV_MIME = "text/csv"


def to_csv(frame: pd.DataFrame, stamp: Sequence[tuple[str, str]] = ()) -> bytes:
    """The frame as CSV bytes; stamp entries are repeated as trailing columns of every row.

    Columns keep one table readable by any program; a header block would not.
    """
    names = [*map(str, frame.columns), *(name for name, _ in stamp)]
    trailing = [value for _, value in stamp]
    rows = ([*row, *trailing] for row in frame.itertuples(index=False, name=None))
    return _written(names, rows).encode("utf-8-sig", errors="replace")


def safe_cell(value: Any) -> str:
    """A value as cell text that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell(-5), safe_cell("-5.3%"), safe_cell(float("nan"))
    ("'=1+1", '-5', '-5.3%', '')
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    text = str(value)
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs"))
    starts = _starts_formula(text) or _starts_formula(kept)
    return f"'{kept}" if starts and not _is_number(kept) else kept


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
