"""A file that a spreadsheet opens must not run anything, and must hold what the table held."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.export import STARTS_FORMULA, safe_cell, to_csv

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


def test_every_row_carries_the_stamp():
    table = read(to_csv(pd.DataFrame({"=head": [1.5, float("nan")]}), STAMP))
    assert table == [
        ["'=head", "build_id", "definition"],
        ["1.5", "b1", "mrr@12345678"],
        ["", "b1", "mrr@12345678"],
    ]
