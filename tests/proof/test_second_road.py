"""The second road itself, and the layer, on small tables with answers worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.proof import answer
from tests.proof.compare import Case, cells_of, plain, same
from tests.proof.days import bucket_start, buckets, months_before
from tests.proof.engines import copy_tables
from tests.proof.question import Value
from tests.proof.roads import Roads, open_roads
from tests.proof.score_rules import on_scale
from tests.proof.warehouses import write_warehouse

CASES = sorted((Path(__file__).parents[1] / "data/proof").glob("*.yml"))


def read_case(path: Path) -> dict[str, Any]:
    """One case: tables as columns and rows, settings, questions with the right rows."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows_of(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The case's tables as rows by column."""
    return {
        name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        for name, table in case["tables"].items()
    }


def right_cells(question: dict[str, Any]) -> dict[tuple[str, date, Any], Value]:
    """The expected values by metric, start of the period and member ('' for the total)."""
    cells = {}
    for start, rows in question["rows"].items():
        members = rows if question.get("by") else {"": rows}
        for member, values in members.items():
            for metric, value in zip(question["metrics"], values, strict=True):
                cells[metric, start, member] = value
    return cells


def proved(roads: Roads, question: dict[str, Any]) -> dict[tuple[str, date, Any], Value]:
    """What the second road answers, for the members that are expected."""
    world, by = roads.world, question.get("by")
    periods = buckets(
        question["start"],
        question["end"],
        question.get("grain"),
        world.week_start,
        world.fiscal_month,
    )
    cells = {}
    for metric in question["metrics"]:
        for start, end in periods:
            members = list(question["rows"][start]) if by else None
            told = answer(world, metric, start, end, by, question.get("where"), members)
            cells |= {(metric, start, member): value for member, value in told.items()}
    return cells


def layered(roads: Roads, question: dict[str, Any]) -> dict[tuple[str, date, Any], Value]:
    """What the layer answers, members as the case writes them."""
    by = question.get("by")
    case = Case(
        tuple(question["metrics"]),
        question["start"],
        question["end"],
        question.get("grain"),
        (by,) if by else (),
        tuple((name, tuple(members)) for name, members in question.get("where", {}).items()),
    )
    with roads.layer.hold() as pinned:
        result = pinned.query_many([case.query()])[0]
    written = {plain(one): one for rows in question["rows"].values() for one in rows} if by else {}
    return {
        (metric, start, written.get(member[0], member[0]) if by else ""): value
        for (metric, start), values in cells_of(result, case.by).items()
        for member, value in values.items()
    }


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read_case(request.param)


@pytest.fixture(scope="module")
def roads(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Roads:
    """The second road reads every table, the layer is built of those the case names."""
    folder = tmp_path_factory.mktemp("case")
    path, named = folder / "warehouse.duckdb", folder / "named.duckdb"
    write_warehouse(path, rows_of(case))
    write_warehouse(named, rows_of(case), others_too=False)
    settings = case.get("settings", {})
    return open_roads(path, case["last_day"], **settings, url=f"duckdb:///{named}")


def differences(
    right: dict[tuple[str, date, Any], Value], found: dict[tuple[str, date, Any], Value]
) -> list[str]:
    """Cells that are not as they should be; a member without rows may be left out."""
    return [
        f"{cell}: {found.get(cell, 'no row')} instead of {value}"
        for cell, value in right.items()
        if not (same(found[cell], value) if cell in found else cell[2] != "" and not value)
    ]


def test_second_road(case: dict[str, Any], roads: Roads) -> None:
    for question in case["questions"]:
        assert differences(right_cells(question), proved(roads, question)) == []


def test_layer(case: dict[str, Any], roads: Roads) -> None:
    for question in case["questions"]:
        right, found = right_cells(question), layered(roads, question)
        assert differences(right, found) == []
        assert {cell for cell, value in found.items() if cell not in right and value} == set()


@pytest.mark.slow
def test_layer_on_postgresql(case: dict[str, Any], tmp_path: Path, pg_url: str) -> None:
    path = tmp_path / "warehouse.duckdb"
    write_warehouse(path, rows_of(case))
    copy_tables(path, pg_url)
    roads = open_roads(path, case["last_day"], **case.get("settings", {}), url=pg_url)
    for question in case["questions"]:
        assert differences(right_cells(question), layered(roads, question)) == []
    roads.layer.close()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 1, 31)),
        (date(2024, 2, 28), 1, date(2024, 1, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 4, 30), 12, date(2025, 4, 30)),
    ],
)
def test_months_before(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_buckets() -> None:
    assert buckets(date(2024, 1, 6), date(2024, 1, 9), "week") == [
        (date(2024, 1, 6), date(2024, 1, 7)),
        (date(2024, 1, 8), date(2024, 1, 9)),
    ]
    assert bucket_start(date(2024, 1, 9), "week", week_start=6) == date(2024, 1, 7)
    assert bucket_start(date(2024, 1, 9), "quarter", fiscal_month=2) == date(2023, 11, 1)
    assert bucket_start(date(2024, 1, 9), "year", fiscal_month=2) == date(2023, 2, 1)


def test_scale() -> None:
    points = (("0", 0), ("4", 50), ("12", 100))
    assert [float(on_scale(value, points)) for value in (-1, 2, 8, 20)] == [0, 25, 75, 100]
