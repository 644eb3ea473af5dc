"""What the YAML loader reads, and what it refuses, always with the line."""

import time
from pathlib import Path
from typing import Any

import pytest

from metrics.definitions.yaml_loader import MAX_BYTES, MAX_DEPTH, load_yaml
from metrics.errors import DefinitionError


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def load(folder: Path, text: str) -> Any:
    return load_yaml(write(folder, text))[0]


def refusals(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_yaml(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_values_are_what_they_look_like(tmp_path: Path) -> None:
    text = """
    words: [yes, no, on, off, Yes, 1:30, 012, 1e3, 0x1f, 2024-01-01, 1_000, .5, "true", '7']
    numbers: [0, 7, -3, 2.50]
    others: [true, false, null, ~]
    empty:
    """
    assert load(tmp_path, text) == {
        "words": "yes no on off Yes 1:30 012 1e3 0x1f 2024-01-01 1_000 .5 true 7".split(),
        "numbers": [0, 7, -3, 2.5],
        "others": [True, False, None, None],
        "empty": None,
    }


def test_keys_are_always_text(tmp_path: Path) -> None:
    text = "on: 1\nyes: 2\n3: 3\ntrue: 4\nnull: 5"
    assert load(tmp_path, text) == {"on": 1, "yes": 2, "3": 3, "true": 4, "null": 5}


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "# only a comment\n") is None


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    text = "first: 1\nlist:\n  - a: 1\n    b: 2\n  - c\nlast: {x: {y: z}}\n"
    _, lines = load_yaml(write(tmp_path, text))
    assert lines.line_of(("first",)) == 1
    assert lines.line_of(("list", 0, "b")) == 4
    assert lines.line_of(("list", 1)) == 5
    assert lines.line_of(("last", "x", "y")) == 6
    assert lines.line_of(("list", 0, "missing", "below")) == 3, "the nearest thing that was written"
    assert lines.line_of(("nowhere",)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", ["file.yml:3: 'a' is written twice, first in line 1"]),
        ("a:\n  b: 1\n  b: 2", ["file.yml:3: 'b' is written twice, first in line 2"]),
        (
            "a: &x 1\nb: *x",
            [
                "file.yml:1: anchor '&x': aliases are not used here",
                "file.yml:2: alias '*x': write the value again instead",
            ],
        ),
        ("a:\n  <<: {b: 1}", ["file.yml:2: merge key '<<': write the values again instead"]),
        (
            "a: !!python/object/apply:os.system [ls]",
            [
                "file.yml:1: tag 'tag:yaml.org,2002:python/object/apply:os.system': "
                "only plain values are used here"
            ],
        ),
        ("a:\n\tb: 1", ["file.yml:2: a tab in the indentation; use spaces"]),
        ("? [a]\n: 1", ["file.yml:1: a key that is not text"]),
        ('a: 1\n"": 2', ["file.yml:2: an empty key"]),
        ("--- {a: 1}\n--- {b: 2}", ["file.yml:2: a second document; write one document per file"]),
        (
            b"\xef\xbb\xbfa: 1",
            ["file.yml:1: starts with a byte order mark; save it as plain UTF-8"],
        ),
        (b"a: 1\nb: caf\xe9", ["file.yml:2: not UTF-8; save it as UTF-8"]),
    ],
)
def test_what_is_hard_to_see_is_refused(
    tmp_path: Path, text: str | bytes, expected: list[str]
) -> None:
    assert refusals(tmp_path, text) == expected


def test_broken_syntax_names_its_line(tmp_path: Path) -> None:
    (problem,) = refusals(tmp_path, "a: 1\nb: [1, 2\nc: 3")
    assert problem.startswith(("file.yml:2:", "file.yml:3:"))
    assert "not valid YAML" in problem


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    assert len(refusals(tmp_path, "a: 1\na: 2\nb: *x\nc: &y 1\n<<: {d: 1}")) == 4


def test_a_missing_file_is_a_problem_of_that_file(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"gone\.yml:0: cannot be read: No such file"):
        load_yaml(tmp_path / "gone.yml")


def test_depth_is_limited(tmp_path: Path) -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert load(tmp_path, deepest) is not None
    (problem,) = refusals(tmp_path, f"[{deepest}]")
    assert problem == f"file.yml:1: nested deeper than {MAX_DEPTH} levels"


def test_size_is_limited(tmp_path: Path) -> None:
    assert load(tmp_path, "# " + "x" * (MAX_BYTES - 2)) is None
    (problem,) = refusals(tmp_path, "# " + "x" * (MAX_BYTES - 1))
    assert problem == "file.yml:0: larger than 256 kB; split it into several files"


@pytest.mark.parametrize(
    "bomb",
    [
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
        "a0: &a0 {k: 1}\n"
        + "".join(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
        "[" * 100_000,
        "{a: " * 50_000,
        "- " * 100_000,
    ],
    ids=["aliases", "merge keys", "brackets", "braces", "dashes"],
)
def test_bombs_are_refused_at_once(tmp_path: Path, bomb: str) -> None:
    started = time.perf_counter()
    assert refusals(tmp_path, bomb)
    assert time.perf_counter() - started < 1
