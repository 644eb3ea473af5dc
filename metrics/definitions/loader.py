"""Reads every definition file of a folder and reports all problems at once, with file and line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from metrics.definitions.forms import Frozen
from metrics.definitions.model import DefinitionFile, Dimension, Identity, Measure, Metric
from metrics.definitions.score import Score
from metrics.definitions.yaml_loader import Lines, load_yaml, validation_problems
from metrics.errors import DefinitionError, Problem

SECTIONS = ("measures", "scores", "metrics", "identities", "dimensions", "rollups")
KNOWN = sorted({key for model in Frozen.__subclasses__() for key in model.model_fields})


@dataclass
class Definitions:
    """All declared things of a folder by name; `place` says where each was written.

    Metric, measure and score names share one namespace, so an operand is never ambiguous.
    """

    measures: dict[str, Measure] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    rollups: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    place: dict[str, tuple[str, int]] = field(default_factory=dict)

    def problem(self, name: str, message: str) -> Problem:
        """A problem at the place where `name` was declared."""
        file, line = self.place.get(name, ("definitions", 0))
        return Problem(file, line, f"{name}: {message}")


def load_definitions(folder: Path) -> Definitions:
    """Every `*.yml` of a folder as one set. Raises DefinitionError with all problems."""
    definitions = Definitions()
    problems: list[Problem] = []
    files = sorted(folder.glob("*.yml"))
    if not files:
        problems.append(Problem(str(folder), 0, "there is no definition file (*.yml)"))
    for path in files:
        try:
            data, lines = load_yaml(path)
        except DefinitionError as error:
            problems += error.problems
            continue
        parsed = _parse(data, lines, problems)
        if parsed:
            _merge(definitions, parsed, lines, problems)
    if problems:
        raise DefinitionError(problems)
    return definitions


def _parse(data: Any, lines: Lines, problems: list[Problem]) -> DefinitionFile | None:
    if data is not None and not isinstance(data, dict):
        problems.append(lines.problem((), f"must hold sections: {', '.join(SECTIONS)}"))
        return None
    try:
        return DefinitionFile.model_validate(data or {})
    except ValidationError as error:
        problems += validation_problems(error, lines, known=KNOWN)
        return None


def _merge(
    definitions: Definitions, parsed: DefinitionFile, lines: Lines, problems: list[Problem]
) -> None:
    for section in SECTIONS:
        target = getattr(definitions, section)
        for name, item in getattr(parsed, section).items():
            file, line = lines.file, lines.line_of((section, name))
            twin = _taken(definitions, section, name)
            if twin:
                first, first_line = definitions.place[f"{twin}.{name}"]
                problems.append(
                    Problem(file, line, f"{name} is already declared in {first}:{first_line}")
                )
                continue
            target[name] = _with_file_defaults(item, parsed) if section == "metrics" else item
            definitions.place[f"{section}.{name}"] = (file, line)
            definitions.place.setdefault(name, (file, line))


def _taken(definitions: Definitions, section: str, name: str) -> str | None:
    shared = ("measures", "scores", "metrics")
    sections = shared if section in shared else (section,)
    return next((other for other in sections if name in getattr(definitions, other)), None)


def _with_file_defaults(metric: Metric, parsed: DefinitionFile) -> Metric:
    domains = metric.domains or ((parsed.domain,) if parsed.domain else ())
    update: dict[str, Any] = {"domains": domains}
    if not metric.owner:
        update["owner"] = parsed.owner
    if not metric.tiers:
        update["tiers"] = dict.fromkeys(domains, metric.tier)
    return metric.model_copy(update=update)
