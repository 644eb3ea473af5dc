"""What docs/scores.md says of each score, read from its words and tables as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from metrics.definitions.score import Score, ScoreInput
from tests.definitions.reading import MEASURES, ROOT, SCORES

LOOKS_BACK = ("sum", "days", "keys", "ratio")


def written() -> dict[str, dict[str, Any]]:
    """Each score of the page."""
    text = (ROOT / "docs/scores.md").read_text(encoding="utf-8")
    found = {}
    for section in text.split("\n## ")[1:]:
        flat = " ".join(section.split())
        named = re.search(r"(?:Score|Flag) `(\w+)`, entity `(\w+)`(?:, blend `(\w+)`)?", flat)
        version = re.search(r"version (\d+)", section)
        if named is None or version is None:
            continue
        floor = re.search(r"Floor: ([\d.]+) %", flat)
        sums = re.search(r"Sums: ([^.]*)\.", flat)
        population = re.search(r"Population: `(\w+)`", flat)
        found[named[1]] = {
            "entity": named[2],
            "blend": named[3] or "mean",
            "version": int(version[1]),
            "population": population and population[1],
            "floor": float(floor[1]) if floor else 60.0,
            "bounds": tuple(int(bound) for bound in re.findall(r"from (\d+) [a-z]+", flat)),
            "sums": tuple(re.findall(r"`(\w+)`", sums[1])) if sums else (),
            "inputs": dict(_rows(section, "input")),
            "requires": dict(_rows(section, "requirement")),
        }
    return found


def _rows(section: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of the tables whose first column is of a kind."""
    header: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif header[0] == kind and set(line) - set("|- "):
            row = dict(zip(header, cells, strict=True))
            yield row[kind], _input(row)


def _input(row: dict[str, str]) -> dict[str, Any]:
    points = re.findall(r"([\d.]+) -> ([\d.]+)", row.get("cut points", ""))
    bound = re.fullmatch(r"(at least|below) ([\d.]+)", row.get("condition", ""))
    window, _, denominator_window = row["window"].partition(" / ")
    looks_back = row["take"] in LOOKS_BACK
    return {
        "take": row["take"],
        "weight": float(row.get("weight", 1)),
        "window": window if looks_back else None,
        "denominator_window": denominator_window or None,
        "scale": tuple((float(x), float(y)) for x, y in points) or None,
        "condition": (bound[1], float(bound[2])) if bound else None,
    }


def defined() -> dict[str, dict[str, Any]]:
    """Each score of the definitions, in the same shape."""
    return {name: _defined(score) for name, score in SCORES.items()}


def _defined(score: Score) -> dict[str, Any]:
    return {
        "entity": score.entity,
        "blend": score.blend,
        "version": score.version,
        "population": MEASURES[score.population].fact,
        "floor": round(100 * score.minimum_weight, 6),
        "bounds": score.bounds,
        "sums": score.sums,
        "inputs": {name: _defined_input(part) for name, part in score.inputs.items()},
        "requires": {name: _defined_input(part) for name, part in score.requires.items()},
    }


def _defined_input(part: ScoreInput) -> dict[str, Any]:
    bounds = {"at least": part.at_least, "below": part.below}
    return {
        "take": part.take,
        "weight": part.weight,
        "window": part.window if part.take in LOOKS_BACK else None,
        "denominator_window": part.denominator_window,
        "scale": part.scale,
        "condition": next(((word, at) for word, at in bounds.items() if at is not None), None),
    }
