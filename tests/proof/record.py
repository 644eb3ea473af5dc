"""What was proved, metric by metric, as a file that others can read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.proof.compare import Tally
from tests.proof.roads import Roads


@dataclass
class Record:
    """Comparisons of several warehouses together, with the definitions they were made for."""

    warehouses: list[str] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def add(self, warehouse: str, roads: Roads, tally: Tally) -> None:
        """Add the comparison of one warehouse."""
        self.warehouses.append(warehouse)
        known = roads.layer.catalog.metrics
        self.hashes |= {name: known[name].hash for name in roads.live}
        self.tally.add(tally)

    def as_data(self) -> dict[str, Any]:
        """By metric: the definition's hash, cells compared, those with a value, and differences."""
        wrong = [difference.metric for difference in self.tally.differences]
        return {
            "warehouses": self.warehouses,
            "metrics": {
                name: {
                    "definition": mark,
                    "cells": self.tally.cells.get(name, 0),
                    "values": self.tally.values.get(name, 0),
                    "differences": wrong.count(name),
                }
                for name, mark in sorted(self.hashes.items())
            },
        }

    def summary(self) -> str:
        """One line for people."""
        cells, values = sum(self.tally.cells.values()), sum(self.tally.values.values())
        proved = sum(cells > 0 for cells in self.tally.cells.values())
        return (
            f"{proved} metrics, {len(self.warehouses)} warehouses, {cells} cells compared, "
            f"{values} of them with a value, {len(self.tally.differences)} differences, "
            f"{len(self.tally.refused)} questions refused"
        )

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        path.write_text(json.dumps(self.as_data(), indent=1) + "\n", encoding="utf-8")
