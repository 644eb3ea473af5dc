"""What was proved, metric by metric, as a file that the catalog reads: metrics/proofs.json."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.proof.compare import Tally
from tests.proof.engines import ENGINES
from tests.proof.roads import Roads

PROOFS_FILE = Path(__file__).parents[2] / "metrics/proofs.json"


@dataclass
class Record:
    """Comparisons of several warehouses together, with the definitions they were made for.

    `tallies` are by engine; `uneven` says where engines do not bring the same metrics to life.
    """

    warehouses: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    uneven: list[str] = field(default_factory=list)

    def add(self, warehouse: str, engine: str, roads: Roads, tally: Tally) -> None:
        """Add the comparison of one warehouse on one engine."""
        self.warehouses.append(f"{warehouse} on {engine}")
        known = roads.layer.catalog.metrics
        self.hashes |= {name: known[name].hash for name in roads.live}
        self.tallies.setdefault(engine, Tally()).add(tally)

    @property
    def differences(self) -> int:
        """Cells in which the roads disagree, on whatever engine."""
        return sum(len(tally.differences) for tally in self.tallies.values())

    def as_data(self) -> dict[str, Any]:
        """By metric: the definition's hash, the engines it was compared on, and the cells.

        `cases` is how many cells were compared on each of the engines, `values` how many of
        them hold a value, `differences` how many are not the same.
        """
        data: dict[str, Any] = {}
        for name, mark in sorted(self.hashes.items()):
            mine = {engine: one for engine, one in self.tallies.items() if one.cells.get(name)}
            data[name] = {
                "definition": mark,
                "cases": min((one.cells[name] for one in mine.values()), default=0),
                "values": min((one.values[name] for one in mine.values()), default=0),
                "engines": sorted(mine),
                "differences": sum(
                    difference.metric == name
                    for one in mine.values()
                    for difference in one.differences
                ),
            }
        return data

    def summary(self) -> str:
        """One line for people."""
        tallies = self.tallies.values()
        cells = sum(sum(tally.cells.values()) for tally in tallies)
        values = sum(sum(tally.values.values()) for tally in tallies)
        refused = sum(len(tally.refused) for tally in tallies)
        return (
            f"{len(self.hashes)} metrics, {len(self.warehouses)} builds, {cells} cells compared, "
            f"{values} of them with a value, {self.differences} differences, "
            f"{refused} questions refused"
        )

    def report(self) -> str:
        """What is open: metrics without a case that has a value, and the first differences."""
        empty = [name for name, entry in self.as_data().items() if not entry["values"]]
        lines = [f"no case has a value: {', '.join(empty)}"] if empty else []
        lines += self.uneven
        for engine, tally in self.tallies.items():
            if tally.differences:
                lines.append(f"{engine}: {tally.report()}")
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        """Write the record as JSON, one line a metric so that a change is one line of a diff."""
        lines = [f' "{name}": {json.dumps(entry)}' for name, entry in self.as_data().items()]
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def read_record(path: Path = PROOFS_FILE) -> dict[str, dict[str, Any]]:
    """The record as it was written; empty where there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def is_proof(entry: dict[str, Any], definition: str) -> bool:
    """Whether an entry of the record proves a definition: on every engine, and with values."""
    return (
        entry.get("definition") == definition
        and entry.get("engines") == list(ENGINES)
        and entry["values"] > 0
        and entry["differences"] == 0
    )
