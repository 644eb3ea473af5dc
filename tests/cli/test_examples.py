"""Every example of the help and of the documents, executed in the order a reader meets them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from metrics import BuildInfo, open_layer, parity
from metrics.cli import COMMANDS
from metrics.settings import Settings
from tests.cli.conftest import Run, runner

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ENDS = {"doctor": 12, "check": 10}
"""The demo company lacks tables and has dirty rows, and these commands say so."""

REAL = ([], ["--select", "win_rate"])
"""Builds that are made; once more would say nothing new."""

OURS = {
    "postgresql://reader@localhost/warehouse": "duckdb:///{demo}",
    "postgresql://reader@localhost/demo": "duckdb:///{demo}",
    "duckdb:///warehouse.duckdb": "duckdb:///{demo}",
    "duckdb:///demo.duckdb": "duckdb:///{demo}",
}
"""Addresses in examples, and what stands in for them."""


def examples_of_help() -> list[str]:
    """Lines under `Examples:` in the help of every command."""
    from metrics.cli import app

    found = []
    for name in COMMANDS:
        text = runner.invoke(app, [name, "--help"]).output
        block = re.search(r"Examples:\n((?:    metrics .*\n)+)", text)
        assert block, name
        found += [line.strip() for line in block[1].splitlines()]
    return found


def examples_of_documents() -> list[str]:
    """Commands in the shell blocks of the documents."""
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    blocks = [block for text in texts for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("metrics ")]


def again(info: BuildInfo) -> Callable[..., BuildInfo]:
    """A build that was made before."""

    def run_build(settings: Settings, progress: object, **how: object) -> BuildInfo:
        assert how.keys() == {"full", "only"}
        return info

    return run_build


def test_every_example_runs(
    home: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = next(home.glob("demo-*.duckdb"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("metrics.cli.serve.os.execv", lambda *arguments: None)
    monkeypatch.setattr("metrics.cli.serve._refuse_taken", lambda *arguments: None)
    # What a server is needed for is tested where there is one.
    monkeypatch.setattr("metrics.demo.copy.copy_to_new_database", lambda path, url: {"raw.x": 1})
    one = partial(parity.compare, metrics=["total_mrr"])  # all of them is another test's work
    monkeypatch.setattr(parity, "compare", one)
    seen: set[str] = set()
    for line in dict.fromkeys([*examples_of_documents(), *examples_of_help()]):
        _, command, *rest = shlex.split(line)
        seen.add(command)
        arguments = [OURS.get(word, word).format(demo=demo) for word in rest]
        if command == "init" and "--file" not in arguments:
            arguments += ["--file", str(tmp_path / f"{len(seen)}.toml"), "--force"]
        ends = 0 if "--warehouse" in arguments else ENDS.get(command, 0)
        if command == "build" and arguments not in REAL:
            with closing(open_layer()) as layer, layer.hold() as pinned:
                monkeypatch.setattr("metrics.pipeline.run_build", again(pinned.build))
        run(command, *arguments, code=ends)
        monkeypatch.chdir(tmp_path)
    assert seen == set(COMMANDS), "every command has an example that runs"


def test_the_readme_lists_every_command() -> None:
    table = re.findall(r"(?m)^\| (`.*?`) \|", (ROOT / "README.md").read_text(encoding="utf-8"))
    named = set(re.findall(r"`(\w+)`", " ".join(table)))
    assert set(COMMANDS) <= named
    guide = re.findall(r"(?m)^\| (`.*?`) \|", (ROOT / "docs/cli.md").read_text(encoding="utf-8"))
    assert set(COMMANDS) <= set(re.findall(r"`(\w+)`", " ".join(guide)))
