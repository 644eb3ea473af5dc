"""A file that a spreadsheet opens must not run anything, and must hold what the table held."""

import csv
import io
import math
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.export import STARTS_FORMULA, safe_cell, to_csv, to_xlsx

NO_NUMBERS = st.sampled_from([math.nan, math.inf, -math.inf])
STAMP = [("build_id", "b1"), ("definition", "mrr@12345678")]


def read(data: bytes) -> list[list[str]]:
    """The file as a spreadsheet splits it."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@SUM(A1)", "+44 20 7946", "-2+3", "|calc", "\t=1", "\r=1", " =1", "\ufeff=1", "＝1"],
)
def test_formula_is_quoted(text):
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "-5.3%", "1e3", "plain", "a=b", ""])
def test_numbers_and_words_stay(text):
    assert safe_cell(text) == text


@settings(max_examples=2000)
@given(st.text(max_size=20))
def test_no_cell_starts_a_formula_unless_it_is_a_number(text):
    cell = safe_cell(text)
    if cell and cell[0] in STARTS_FORMULA:
        float(cell.removesuffix("%"))


@given(st.lists(st.tuples(st.text(max_size=9), st.floats()), min_size=1, max_size=8))
def test_rows_and_columns_out_are_rows_and_columns_in(rows):
    table = read(to_csv(pd.DataFrame(rows, columns=["name", "value"]), STAMP))
    assert len(table) == len(rows) + 1
    assert {len(row) for row in table} == {4}


def test_what_is_unknown_is_an_empty_cell():
    frame = pd.DataFrame({"a": pd.array([None, 1], dtype="Int64"), "b": [pd.NaT, None]})
    assert read(to_csv(frame))[1:] == [["", ""], ["1", ""]]


def test_every_row_carries_the_stamp():
    table = read(to_csv(pd.DataFrame({"=head": [1.5, float("nan")]}), STAMP))
    assert table == [
        ["'=head", "build_id", "definition"],
        ["1.5", "b1", "mrr@12345678"],
        ["", "b1", "mrr@12345678"],
    ]


def book(data: bytes) -> dict[str, list[list[Any]]]:
    """The cells of a workbook by sheet, as a spreadsheet reads them."""
    found = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [[c.value for c in row] for row in sheet] for sheet in found}


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://127.0.0.1:9")', "@x", "+1", "\t=1"])
def test_a_formula_is_a_text_in_excel(text):
    data = to_xlsx(pd.DataFrame({text: [text]}))
    for row in openpyxl.load_workbook(io.BytesIO(data))["Data"]:
        [cell] = row
        assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", text.strip(), True)
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        assert b"<f>" not in files.read("xl/worksheets/sheet1.xml")


def test_excel_holds_numbers_dates_and_instants_as_such():
    instant = pd.Timestamp("2026-11-18 01:30", tz="Europe/Berlin")
    frame = pd.DataFrame(
        {
            "number": [1.5, float("nan")],
            "count": pd.array([3, None], dtype="Int64"),
            "exact": [Decimal("2.50"), None],
            "day": [date(2026, 11, 18), None],
            "at": [instant, pd.NaT],
            "yes": [True, False],
            "key": [2**60, 7],
            "name": ["Łódź 🍺", "a\x00b"],
        }
    )
    sheets = book(to_xlsx(frame, STAMP))
    assert sheets["Data"][1] == [
        1.5,
        3,
        2.5,
        datetime(2026, 11, 18),
        datetime(2026, 11, 18, 0, 30),
        True,
        "1152921504606846976",
        "Łódź 🍺",
    ]
    assert sheets["Data"][2] == [None, None, None, None, None, False, 7, "ab"]
    assert sheets["Where from"] == [["what", "value"], *map(list, STAMP)]


@given(st.lists(st.tuples(st.text(max_size=9), st.floats(-1e300, 1e300) | NO_NUMBERS), min_size=1))
@settings(max_examples=30, deadline=None)
def test_whatever_a_cell_holds_the_workbook_opens(rows):
    sheets = book(to_xlsx(pd.DataFrame(rows, columns=["name", "value"])))
    assert len(sheets["Data"]) == len(rows) + 1
    for (_, value), row in zip(rows, sheets["Data"][1:], strict=True):
        # Fifteen digits is what a spreadsheet keeps of a number.
        assert row[1] == (pytest.approx(value, rel=1e-14) if math.isfinite(value) else None)
