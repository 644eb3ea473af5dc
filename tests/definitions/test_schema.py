"""The schema editors use says what the loader says."""

import json

from metrics.definitions.schema import FILE, schema_text
from metrics.settings import ROOT


def test_schema_file_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), (
        "write it again: python -m metrics.definitions.schema"
    )


def test_every_definition_file_names_the_schema() -> None:
    files = sorted((ROOT / "metrics" / "definitions").glob("*.yml"))
    assert files
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=definitions.schema.json", file.name


def test_schema_refuses_unknown_keys() -> None:
    schema = json.loads(schema_text())
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Metric"]["additionalProperties"] is False
