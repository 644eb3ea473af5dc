"""Small companies with a question each that well-meant arithmetic gets wrong, on every engine.

The cases are data: `tests/data/cases/*.yml`. Rows are given as the columns in `show` (start and
value by default, the members in between); `wrong` are the rows a plausible mistake gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from metrics import Layer
from metrics.result import Result
from tests.support.mini import opened

FOLDER = Path(__file__).resolve().parents[1] / "data/cases"
CASES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FOLDER.glob("*.yml")}


@pytest.fixture(params=["duckdb", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where the case's warehouse lies; None for a DuckDB file."""
    if request.param == "duckdb":
        yield None
    else:
        yield request.getfixturevalue("pg_module_url")


@pytest.mark.parametrize("name", sorted(CASES))
def test_case(name: str, url: str | None, tmp_path: Path) -> None:
    case = CASES[name]
    with opened(case, tmp_path, url) as layer:
        for question in case["questions"]:
            answered = rows_of(layer, question)
            assert answered == expected(question["rows"]), f"{case['title']}: {question['ask']}"
            assert answered != expected(question.get("wrong", [])), "the mistake itself"


def rows_of(layer: Layer, question: dict[str, Any]) -> list[list[Any]]:
    """The answer's rows, only the columns to show."""
    ask = dict(question["ask"])
    result: Result = layer.query(ask.pop("metrics"), **ask)
    show = question.get("show", ["start", *result.by, "value"])
    return [[plain(row[column]) for column in show] for _, row in result.frame.iterrows()]


def expected(rows: list[list[Any]]) -> list[list[Any]]:
    return [[plain(value) for value in row] for row in rows]


def plain(value: Any) -> Any:
    """Dates as text, numbers to nine digits, no value as None."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    number = float(value)
    return None if math.isnan(number) else float(f"{number:.9g}")


def test_every_case_says_what_it_shows() -> None:
    assert CASES
    silent = [name for name, case in CASES.items() if not (case["title"] and case["why"])]
    assert silent == []
