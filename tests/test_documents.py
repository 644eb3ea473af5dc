"""What the documents say is true: examples, settings, commands and links."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_example_metric_is_a_valid_definition() -> None:
    model = pytest.importorskip("metrics.definitions.model")
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example is not None
    model.DefinitionFile.model_validate(yaml.safe_load(example[1]))


def test_every_setting_is_documented_and_no_other() -> None:
    settings = pytest.importorskip("metrics.settings")
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `(\w+)`", text)) == set(settings.Settings.model_fields)


def test_documented_defaults_are_those_of_the_settings() -> None:
    settings = pytest.importorskip("metrics.settings")
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"(?m)^\| `(\w+)` \| (.*?) \|", text))
    for name, field in settings.Settings.model_fields.items():
        if field.default in (None, {}):  # said in words: what is taken instead
            assert "`" not in told[name].removeprefix("as in `sources.yml`"), name
            continue
        default = field.default
        shown = default.relative_to(ROOT) if isinstance(default, Path) else default
        assert told[name] == f"`{shown}`", name


def test_make_knows_every_target_the_documents_name() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    named = {n for text in texts for n in re.findall(r"(?m)(?:^|`)make ([a-z-]+)", text)}
    assert named - targets == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (path.parent / link).exists()] == []


def anchors(path: Path) -> set[str]:
    """Headings of a document as a link names them."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"(?m)^#+ (.*)$", text)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_headings_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s:]*)#([^)]*)\)", path.read_text(encoding="utf-8"))
    known = {name: anchors(path.parent / name if name else path) for name, _ in links}
    assert [(name, anchor) for name, anchor in links if anchor not in known[name]] == []
