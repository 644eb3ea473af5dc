"""The record of proofs: which definitions were recomputed from raw rows, and how often.

The record is a file of the repository that the proof itself writes. A proof is of one definition:
when the definition changes, its hash does, and the old proof says nothing of it any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

RECORD = Path(__file__).parents[1] / "proofs.json"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    definition: str
    cases: int
    values: int
    engines: tuple[str, ...]
    differences: int


@dataclass(frozen=True)
class Proof:
    """One definition against its recomputation: numbers compared, and on which engines."""

    definition: str
    cases: int
    values: int
    engines: tuple[str, ...]

    def __str__(self) -> str:
        """Such as `proven on 1,240 cases for definition 3f9a12bc (duckdb, postgresql)`."""
        engines = f" ({', '.join(self.engines)})" if self.engines else ""
        return f"proven on {self.cases:,} cases for definition {self.definition}{engines}"


def proof_of(name: str, definition: str) -> Proof | None:
    """The proof of a metric's definition, None where there is none of this very definition."""
    entry = _record(RECORD).get(name)
    if entry is None or entry.definition != definition or entry.differences or not entry.values:
        return None
    return Proof(entry.definition, entry.cases, entry.values, entry.engines)


@cache
def _record(path: Path) -> Mapping[str, _Entry]:
    """The record; a file that is not there or cannot be read proves nothing."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, _Entry]).validate_python(data)
    except (OSError, ValueError, ValidationError):
        return {}
