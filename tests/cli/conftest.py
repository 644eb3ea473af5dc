"""A home with the tiny demo warehouse and a build, made once by the commands themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from metrics.cli import app
from metrics.parts.model import Model, load_model
from metrics.settings import Settings

runner = CliRunner()
FEW_DAYS = {"METRICS_PUBLISHED_DAYS": "2", "METRICS_PUBLISHED_MONTHS": "1"}
"""All of history is published in the tests of the models; here it would only take time."""
Run = Callable[..., Any]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home; tests only read it."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    env = {"METRICS_HOME": str(folder), "METRICS_DEMO_SCALE": "tiny", "METRICS_WAREHOUSE_URL": ""}
    env |= {"METRICS_CONFIG": str(folder / "none.toml"), **FEW_DAYS}
    made = runner.invoke(app, ["demo", "--end-date", "2026-10-31"], env=env)
    assert made.exit_code == 0, made.output
    assert "18," in made.output
    build = runner.invoke(app, ["build"], env=env)
    assert build.exit_code == 0, build.output
    assert "data to 2026-10-31" in build.output
    return folder


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it."""
    _point_to(tmp_path / "home", monkeypatch)
    return tmp_path / "home"


@pytest.fixture
def home(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home with a build, which the commands of a test find."""
    _point_to(built, monkeypatch)
    return built


def _point_to(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("METRICS_HOME", str(folder))
    patch.setenv("METRICS_DEMO_SCALE", "tiny")
    patch.setenv("METRICS_CONFIG", str(folder / "none.toml"))
    patch.delenv("METRICS_WAREHOUSE_URL", raising=False)
    for name, value in FEW_DAYS.items():
        patch.setenv(name, value)


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    """Models by the folders they were read from: the shipped ones are read once."""
    return {}


@pytest.fixture
def run(models: dict[str, Model], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; `code` is how it should end."""

    def load(settings: Settings) -> Model:
        key = repr((settings.queries, settings.definitions, settings.sources))
        if key not in models:
            models[key] = load_model(settings)
        return models[key]

    for place in ("metrics.layer", "metrics.pipeline", "metrics.doctor", "metrics.parts.model"):
        monkeypatch.setattr(f"{place}.load_model", load)

    def invoke(*arguments: str, code: int = 0, text: str | None = None) -> Any:
        result = runner.invoke(app, list(arguments), input=text)
        assert result.exit_code == code, f"{arguments}\n{result.output}\n{result.exception!r}"
        assert "Traceback" not in result.output
        return result

    return invoke
