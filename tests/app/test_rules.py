"""Rules of the app that a reviewer should not have to remember."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from metrics.settings import ROOT

APP = ROOT / "app"
FILES = sorted(APP.rglob("*.py"))
SOURCES = {path.relative_to(APP).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
CONFIG = tomllib.loads((APP / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def imports(source: str) -> set[str]:
    """Modules a file imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def calls(source: str, name: str) -> list[ast.Call]:
    """Calls whose function ends in that name."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_no_page_knows_an_engine(name):
    banned = {"sqlalchemy", "duckdb", "psycopg", "sqlglot"}
    assert not {module.split(".")[0] for module in imports(SOURCES[name])} & banned


@pytest.mark.parametrize("name", SOURCES)
def test_only_the_door_opens_the_layer(name):
    opens = "open_layer" in SOURCES[name] or "query_many" in SOURCES[name]
    assert opens == (name == "data.py")


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_renders_html(name):
    source = SOURCES[name]
    assert "unsafe_allow" not in source
    assert "st.html" not in source
    assert "components.v1" not in source


@pytest.mark.parametrize("name", SOURCES)
def test_no_colour_outside_the_theme(name):
    assert not re.search(r"[\"']#[0-9a-fA-F]{3,8}[\"']", SOURCES[name])


@pytest.mark.parametrize("name", SOURCES)
def test_bound_controls_show_their_options_as_they_are(name):
    for node in ast.walk(ast.parse(SOURCES[name])):
        if isinstance(node, ast.Call):
            keywords = {keyword.arg for keyword in node.keywords}
            assert "format_func" not in keywords
            assert ast.unparse(node.func) != "st.popover"


def test_caches_have_an_end_and_no_data_in_their_keys():
    tree = ast.parse(SOURCES["data.py"])
    cached = [
        (function, decorator)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "st.cache_data"
    ]
    assert cached
    for function, decorator in cached:
        assert {"ttl", "max_entries"} <= {keyword.arg for keyword in decorator.keywords}
        assert function.args.args[0].arg == "build_id"
        body = ast.unparse(function)
        assert "DataFrame" not in body
        assert not re.search(r"session_state|st\.user|query_params|st\.context", body)


def test_the_cache_is_only_in_the_door():
    assert [name for name, source in SOURCES.items() if "st.cache" in source] == ["data.py"]


def test_server_settings_are_the_safe_ones():
    server = CONFIG["server"]
    assert server["address"] == "127.0.0.1"
    assert server["enableStaticServing"] is False
    assert "enableXsrfProtection" not in server
    assert "trustedUserHeaders" not in server
    assert CONFIG["client"] == {
        "showErrorDetails": "none",
        "showErrorLinks": False,
        "toolbarMode": "viewer",
        "disableDataExport": True,
    }
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["runner"] == {"fastReruns": False, "magicEnabled": False}


def test_both_modes_define_the_same_colours():
    light, dark = CONFIG["theme"]["light"], CONFIG["theme"]["dark"]
    assert light.keys() == dark.keys()
    assert len(light["chartCategoricalColors"]) == len(dark["chartCategoricalColors"]) == 8
    assert not [key for key in CONFIG["theme"] if key.endswith("Color")], "it would leak into dark"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_marks_and_texts_have_contrast(mode):
    theme = CONFIG["theme"][mode]
    background = theme["backgroundColor"]
    for mark in (*theme["chartCategoricalColors"], theme["greenColor"], theme["redColor"]):
        assert _contrast(mark, background) >= 2.99, mark
    for name in ("green", "red", "blue", "gray"):
        chip = _contrast(theme[f"{name}TextColor"], theme[f"{name}BackgroundColor"])
        assert chip >= 6, name


def test_the_icon_is_a_local_file():
    assert Path(APP / "favicon.png").read_bytes()[:4] == b"\x89PNG"
