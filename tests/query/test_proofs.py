"""A proof is of one definition and says nothing of the next."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metrics.query import proofs
from metrics.query.listing import metric_data
from metrics.query.proofs import Proof, proof_of
from tests.lineage.shop import built, shop

ENTRY = {
    "definition": "3f9a12bc",
    "cases": 1240,
    "values": 1100,
    "engines": ["duckdb", "postgresql"],
    "differences": 0,
}


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of its own, empty."""
    path = tmp_path / "proofs.json"
    monkeypatch.setattr(proofs, "RECORD", path)
    return path


def write(path: Path, **entries: Any) -> None:
    path.write_text(json.dumps(entries), encoding="utf-8")
    proofs._record.cache_clear()


def test_a_proof_falls_off_with_another_definition(record: Path) -> None:
    write(record, win_rate=ENTRY)
    proof = proof_of("win_rate", "3f9a12bc")
    assert proof == Proof("3f9a12bc", 1240, 1100, ("duckdb", "postgresql"))
    assert str(proof) == "proven on 1,240 cases for definition 3f9a12bc (duckdb, postgresql)"
    assert proof_of("win_rate", "00000000") is None
    assert proof_of("deals_won", "3f9a12bc") is None


@pytest.mark.parametrize("change", [{"differences": 1}, {"values": 0}])
def test_a_difference_or_no_value_is_no_proof(record: Path, change: dict[str, int]) -> None:
    write(record, win_rate={**ENTRY, **change})
    assert proof_of("win_rate", "3f9a12bc") is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"win_rate": {"cases": 1}}'])
def test_a_record_that_cannot_be_read_proves_nothing(record: Path, text: str) -> None:
    record.write_text(text, encoding="utf-8")
    proofs._record.cache_clear()
    assert proof_of("win_rate", "3f9a12bc") is None


def test_the_badge_goes_when_the_definition_changes(record: Path, tmp_path: Path) -> None:
    spec = shop()
    with built(spec, tmp_path / "one") as layer:
        mark = layer.catalog.resolve("win_rate").hash
    write(record, win_rate={**ENTRY, "definition": mark})
    with built(spec, tmp_path / "two") as layer:
        info = layer.catalog.resolve("win_rate")
        assert info.proof == Proof(mark, 1240, 1100, ("duckdb", "postgresql"))
        assert metric_data(info)["proof"] == {
            "definition": mark,
            "cases": 1240,
            "values": 1100,
            "engines": ["duckdb", "postgresql"],
        }
    spec["metrics"]["win_rate"]["label"] = "Rate of wins"
    with built(spec, tmp_path / "three") as layer:
        assert layer.catalog.resolve("win_rate").proof, "its texts are not its meaning"
    spec["measures"]["won_deals"]["where"] = {"is_won": False}
    with built(spec, tmp_path / "four") as layer:
        assert layer.catalog.resolve("win_rate").proof is None


def test_the_record_of_the_repository_can_be_read() -> None:
    if proofs.RECORD.exists():
        assert proofs._record(proofs.RECORD)
