"""The app on a layer of formulas, one fresh cache per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import data
from tests.app.fake_layer import FakeLayer

MAIN = Path(data.__file__).with_name("main.py")
Open = Callable[..., AppTest]


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeLayer]:
    """The double behind the door; nothing of an earlier test is cached."""
    fake = FakeLayer()
    monkeypatch.setattr(data, "open_layer", lambda: fake)
    monkeypatch.setenv("METRICS_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("METRICS_AS_OF", "2026-11-18")
    monkeypatch.setenv("METRICS_HOME", str(tmp_path))
    _clear()
    yield fake
    _clear()


@pytest.fixture
def open_page(layer: FakeLayer) -> Open:
    """Run one page: `open_page("revenue", tier="SMB")`; keywords are URL parameters."""

    def run(page: str = "overview", **params: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in params.items():
            at.query_params[name] = value
        if page != "overview":
            at.switch_page(f"app_pages/{page}.py")
        return at.run()

    return run


def _clear() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
