"""The JSON schema of definition files, for editors that check YAML while it is typed.

`python -m metrics.definitions.schema` writes it beside the definitions; a test holds it current.
"""

from __future__ import annotations

import json
from pathlib import Path

from metrics.definitions.model import DefinitionFile

FILE = Path(__file__).parent / "definitions.schema.json"


def schema_text() -> str:
    """The schema as the file has it."""
    return json.dumps(DefinitionFile.model_json_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
