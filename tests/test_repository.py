"""Rules the repository keeps about itself: files, locks, secrets, import direction, module size."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent

LOCKS = ("requirements.lock", "requirements-dev.lock")

FLOW = (
    "errors",
    "periods",
    "settings",
    "format",
    "kinds",
    "definitions",
    "engines",
    "sources",
    "parts",
    "lineage",
    "store",
    "build",
    "result",
    "export",
    "query",
    "layer",
    "models",
    "reference",
    "selection",
    "pipeline",
    "parity",
    "published",
    "doctor",
    "cli",
)
"""The parts of `metrics` in the order data flows; each may import those before it."""

APART = {
    "demo": {"errors", "settings", "periods", "engines"},
    "app_state": {"errors"},
}
"""Parts outside the flow and all they may import; only the last part of the flow may use them."""

APP_SEES = {
    "metrics",
    "app_state",
    "errors",
    "export",
    "format",
    "layer",
    "periods",
    "settings",
}
"""What the app may import of `metrics`; `metrics` itself stands for the names of its __init__."""

NEVER_IMPORTED = {
    "metrics": {"app", "streamlit"},
    "app": {"duckdb", "psycopg", "sqlglot"},
}

LONGEST_MODULE = 400
LONGER_MODULES: dict[str, int] = {}
"""Modules that are longer nevertheless, with their length: it may only shrink."""

EXAMPLE_PASSWORDS = {"password", "secret", "***"}
SECRETS = {
    "a password in a URL": r"://[^/\s:@\"'{]*:(?P<password>[^@\s/\"'{}$<>]+)@",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})",
    "a Google key": r"\bAIza[0-9A-Za-z_-]{35}",
    "a Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a Stripe key": r"\b[rs]k_live_[0-9A-Za-z]{16,}",
}
MACHINE_PATH = r"(?<![\w.:-])/(?:work|root|home/\w+|Users/\w+)/"
UNWANTED_FILES = r"(^|/)(\.env|secrets\.toml|id_rsa)$|\.(duckdb|wal|pem|key|pyc)$"


@cache
def repository_files() -> tuple[Path, ...]:
    """Files git knows or would add; outside a git checkout every file that is not hidden."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        names = [name for name in done.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [str(p) for p in found if not p.parts[0].startswith(".") and p.suffix != ".pyc"]
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def lines() -> Iterator[tuple[str, str]]:
    """Every line of every text file with its place, as `path:number`."""
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def secrets_in(line: str) -> Iterator[str]:
    for kind, pattern in SECRETS.items():
        for match in re.finditer(pattern, line):
            if match.groupdict().get("password") not in EXAMPLE_PASSWORDS:
                yield kind


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [place for place, line in lines() if re.search(MACHINE_PATH, line)] == []


def test_no_file_holds_a_secret() -> None:
    assert [(place, kind) for place, line in lines() for kind in secrets_in(line)] == []


def test_no_file_is_there_that_should_be_ignored() -> None:
    names = [str(path.relative_to(ROOT)) for path in repository_files()]
    assert [name for name in names if re.search(UNWANTED_FILES, name)] == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("postgresql://me:" + "hunter2@db.internal/prod", "a password in a URL"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("key = AKIA" + "A" * 16, "an AWS key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("sk_live_" + "4" * 24, "a Stripe key"),
    ],
)
def test_the_scan_finds_secrets(line: str, kind: str) -> None:
    assert list(secrets_in(line)) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "postgresql+psycopg://user:password@host/db",
        "postgresql://postgres:@/postgres?host=/tmp/x",
        "f'postgresql://{user}:{password}@{host}/db'",
        "http://127.0.0.1:8501/_stcore/health",
    ],
)
def test_the_scan_leaves_examples_alone(line: str) -> None:
    assert list(secrets_in(line)) == []


def pins(lock: str) -> dict[str, list[str]]:
    """Versions a lock file names, by package; several where they depend on the Python version."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text()):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_host_and_hash_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"(?m)^(?=\S)", text)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_locks_agree() -> None:
    run, dev = (pins(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_locks_fit_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for group in project["optional-dependencies"].values() for line in group]
    for wanted, lock in ((project["dependencies"], LOCKS[0]), (extras, LOCKS[1])):
        locked = pins(lock)
        for requirement in map(Requirement, wanted):
            versions = locked.get(canonicalize_name(requirement.name), [])
            assert versions, f"{lock} lacks {requirement.name}: make lock"
            assert all(version in requirement.specifier for version in versions), requirement


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def part_of(path: Path) -> str:
    """Name of the part a file belongs to: `metrics/build/plan.py` and `metrics/build.py` alike."""
    first = path.relative_to(ROOT).parts[1]
    return "metrics" if first == "__init__.py" else first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Dotted names a file imports, relative ones resolved; `from a import b` gives `a.b`."""
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module.split(".") if node.module else [])]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def parts_imported(path: Path) -> set[str]:
    """Parts of `metrics` a file imports; `metrics` where it takes a name of the package itself."""
    parts = {part_of(module) for module in modules("metrics")} | {*FLOW, *APART}
    names = [name.split(".") for name in imports(path)]
    taken = [name[1] if len(name) > 1 else "" for name in names if name[0] == "metrics"]
    return {part if part in parts else "metrics" for part in taken}


def may_import(part: str) -> set[str]:
    """Parts that a part of `metrics` may import."""
    if part == "metrics":
        return {*FLOW, *APART}
    if part in APART:
        return {part} | APART[part]
    allowed = set(FLOW[: FLOW.index(part) + 1])
    return allowed | set(APART) if part == FLOW[-1] else allowed


def test_every_part_of_the_layer_has_its_place_in_the_flow() -> None:
    known = {"metrics", *FLOW, *APART}
    assert {part_of(path) for path in modules("metrics")} - known == set()


@pytest.mark.parametrize("part", ["metrics", *FLOW, *APART])
def test_imports_follow_the_flow(part: str) -> None:
    against = {
        str(path.relative_to(ROOT)): wrong
        for path in modules("metrics")
        if part_of(path) == part and (wrong := parts_imported(path) - may_import(part))
    }
    assert against == {}


@pytest.mark.parametrize("package", NEVER_IMPORTED)
def test_imports_that_must_not_be(package: str) -> None:
    against = {
        str(path.relative_to(ROOT)): wrong
        for path in modules(package)
        if (wrong := {n.partition(".")[0] for n in imports(path)} & NEVER_IMPORTED[package])
    }
    assert against == {}


def test_the_app_uses_the_public_face_of_the_layer() -> None:
    against = {
        str(path.relative_to(ROOT)): wrong
        for path in modules("app")
        if (wrong := parts_imported(path) - APP_SEES)
    }
    assert against == {}


def test_no_module_grows_too_long() -> None:
    python = [path for path in repository_files() if path.suffix == ".py"]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in python}
    long = {name: n for name, n in lengths.items() if n > LONGER_MODULES.get(name, LONGEST_MODULE)}
    assert long == {}, "split these, do not list them"
    slack = {name: n for name, n in LONGER_MODULES.items() if lengths.get(name, 0) < n}
    assert slack == {}, "these shrank: lower or remove their entries"


def test_ci_runs_the_command_of_the_readme_and_nothing_less() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"(?m)^make test$", script)
    assert "REQUIRE_PG=1" in script
    assert "REQUIRE_BROWSER=1" in script
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test" in readme


def test_the_image_runs_as_a_user_with_hashed_packages_and_a_health_check() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes" in text
    assert re.search(r"(?m)^USER (?!root|0\b)", text)
    assert re.search(r"(?m)^HEALTHCHECK .*\n?.*/_stcore/health", text)
