"""Reads `queries/`: two YAML files, the SQL they name, and everything that must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from metrics.definitions.yaml_loader import Lines, load_yaml, validation_problems
from metrics.errors import DefinitionError, Problem, SettingsError, did_you_mean
from metrics.sources.lineage import check_file, order
from metrics.sources.model import Dependencies, Entity, Fact, Queries, Source, SqlFile

SOURCES = "sources.yml"
SCHEMA = "schema.yml"
OURS = ("name", "files")  # filled in by the reader, never written by a person

Entry = TypeVar("Entry", Source, Entity, Fact)


def read_queries(folder: Path, tables: Mapping[str, str] | None = None) -> Queries:
    """Everything in the folder, checked. Raises DefinitionError with all problems found.

    `tables` says for sources which table they are instead of the one in the folder (the setting
    `sources`); SettingsError for a source that does not exist.
    """
    problems: list[Problem] = []
    source_data, source_lines = _load(folder / SOURCES, ("sources",), problems)
    schema_data, lines = _load(folder / SCHEMA, ("entities", "facts"), problems)
    files = _sql_files(folder, problems)
    sources = _entries(Source, "sources", source_data, source_lines, {}, problems)
    sources = _mapped(sources, tables or {}, problems)
    entities = _entries(Entity, "entities", schema_data, lines, files, problems)
    facts = _entries(Fact, "facts", schema_data, lines, files, problems)
    queries = Queries(sources, entities, facts)
    problems += _one_table_each(sources, source_lines)
    problems += _unknown_references(queries, lines)
    if schema_data:
        problems += _unused(files, schema_data)
    queries = replace(queries, reads=_reads(queries, problems))
    if problems:
        raise DefinitionError(problems)
    order(queries)  # raises where they depend on each other in a circle
    return queries


def _mapped(
    sources: Mapping[str, Source], tables: Mapping[str, str], problems: Sequence[Problem]
) -> dict[str, Source]:
    """The sources with the tables a company names for them."""
    for name in tables:
        if name not in sources and not problems:
            hint = did_you_mean(name, sources) or f"See {SOURCES} for the sources there are."
            raise SettingsError(f"Settings cannot be used: there is no source '{name}'.", hint)
    return {
        name: source.model_copy(update={"table": tables[name]}) if name in tables else source
        for name, source in sources.items()
    }


def _load(path: Path, sections: tuple[str, ...], problems: list[Problem]) -> tuple[Any, Lines]:
    """A YAML file's mapping of sections; what is wrong with it as a whole is a problem."""
    try:
        data, lines = load_yaml(path)
    except DefinitionError as error:
        problems += error.problems
        return {}, Lines(path.name, {})
    if not isinstance(data, dict):
        problems.append(lines.problem((), f"must hold {' and '.join(sections)}"))
        return {}, lines
    for name in data:
        if name not in sections:
            hint = did_you_mean(name, sections)
            problems.append(lines.problem((name,), f"'{name}' is not known here. {hint}".strip()))
    for name in sections:
        if not isinstance(data.get(name), dict):
            problems.append(lines.problem((name,), f"'{name}' is missing or not a mapping"))
            data[name] = {}
    return {name: data[name] for name in sections}, lines


def _sql_files(folder: Path, problems: list[Problem]) -> dict[str, SqlFile]:
    """Every SQL file by its path relative to the folder, such as `facts/sessions.sql`."""
    files = {}
    for path in sorted(folder.glob("*/*.sql")):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = SqlFile(path.stem, name, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(name, 0, f"cannot be read: {error}"))
    return files


def _entries(
    model: type[Entry],
    section: str,
    data: Mapping[str, Any],
    lines: Lines,
    files: Mapping[str, SqlFile],
    problems: list[Problem],
) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    known = [name for name in model.model_fields if name not in OURS]
    for name, raw in data.get(section, {}).items():
        path: tuple[str, ...] = (section, name)
        if not isinstance(raw, dict):
            problems.append(lines.problem(path, f"{section}.{name}: must be a mapping"))
            continue
        for key in OURS:
            if key in raw:
                problems.append(lines.problem((*path, key), f"'{key}' is not known here"))
        own: dict[str, Any] = {"name": name}
        if model is not Source:
            own["files"] = tuple(_files_of(section, name, raw, lines, files, problems))
        try:
            entries[name] = model.model_validate({**raw, **own})
        except ValidationError as error:
            problems += validation_problems(error, lines, path, known)
    return entries


def _files_of(
    section: str,
    name: str,
    raw: Mapping[str, Any],
    lines: Lines,
    files: Mapping[str, SqlFile],
    problems: list[Problem],
) -> Iterator[SqlFile]:
    """The query's own file, then its alternatives in order."""
    for path in _paths(section, name, raw):
        if path in files:
            yield files[path]
        else:
            problems.append(lines.problem((section, name), f"{section}.{name}: no file {path}"))


def _one_table_each(sources: Mapping[str, Source], lines: Lines) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, source in sources.items():
        twin = first.setdefault(source.table.lower(), name)
        if twin != name:
            message = f"sources.{name}: {source.table} is already the source '{twin}'"
            yield lines.problem(("sources", name, "table"), message)


def _unknown_references(queries: Queries, lines: Lines) -> Iterator[Problem]:
    for qualified, query in queries.named():
        section = "entities" if qualified.startswith("entity.") else "facts"
        for column, entity in query.references.items():
            if entity not in queries.entities:
                path = (section, query.name, "references", column)
                hint = did_you_mean(entity, queries.entities)
                yield lines.problem(path, f"there is no entity '{entity}'. {hint}".strip())


def _paths(section: str, name: str, raw: Any) -> list[str]:
    others = raw.get("alternatives") if isinstance(raw, dict) else None
    stems = [name, *(others if isinstance(others, list) else [])]
    return [f"{section}/{stem}.sql" for stem in stems]


def _unused(files: Mapping[str, SqlFile], schema: Mapping[str, Any]) -> Iterator[Problem]:
    used = {
        path
        for section, entries in schema.items()
        for name, raw in entries.items()
        for path in _paths(section, name, raw)
    }
    for path in sorted(set(files) - used):
        yield Problem(path, 0, f"is not named in {SCHEMA}; describe it there or delete it")


def _reads(queries: Queries, problems: list[Problem]) -> dict[str, Dependencies]:
    """What each file depends on; a file that is not what it should be is a problem instead."""
    reads = {}
    for _, query in queries.named():
        for file in query.files:
            try:
                reads[file.path] = check_file(file, frozenset(query.columns), queries)
            except DefinitionError as error:
                problems += error.problems
    return reads
