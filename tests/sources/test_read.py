"""Reading `queries/`: what a good folder gives, and every way a bad one is told apart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from metrics.demo.write import table_statements
from metrics.errors import DefinitionError
from metrics.sources.lineage import order
from metrics.sources.model import Interval, Queries, Test
from metrics.sources.read import read_queries

SOURCES = """
sources:
  people:
    table: raw.People
    system: app_database
    columns: {id: text, team: text, born: date, extra: json}
  visits:
    table: raw.visits
    system: web
    columns: {id: integer, person: text, at: instant}
"""
SCHEMA = """
entities:
  persons:
    description: A person.
    key: person_id
    columns:
      person_id: {type: text, description: Id}
      team: {type: text, description: Team}
facts:
  calls:
    description: A visit.
    grain: one visit
    key: [call_id]
    time: called_at
    references: {person_id: persons}
    tests: [not_null: person_id, {accepted: {team: [a, b]}}]
    columns:
      call_id: {type: text, description: Id}
      person_id: {type: text, description: Person}
      team: {type: text, description: Team}
      called_at: {type: instant, description: When}
"""
PERSONS = "SELECT id AS person_id, team FROM source.people"
CALLS = """
SELECT v.id AS call_id, v.person AS person_id, p.team, v.at AS called_at
FROM source.visits AS v
LEFT JOIN entity.persons AS p ON p.person_id = v.person
"""
PLACES = {
    "sources": "sources.yml",
    "schema": "schema.yml",
    "persons": "entities/persons.sql",
    "calls": "facts/calls.sql",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place, text in zip(PLACES.values(), (SOURCES, SCHEMA, PERSONS, CALLS), strict=True):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def problems(folder: Path) -> Callable[..., list[str]]:
    """What is said after `old` was replaced by `new` in one of the files."""

    def change_and_read(place: str, old: str, new: str) -> list[str]:
        path = folder / PLACES[place]
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        with pytest.raises(DefinitionError) as caught:
            read_queries(folder)
        return [str(problem) for problem in caught.value.problems]

    return change_and_read


def test_a_good_folder(folder: Path) -> None:
    queries = read_queries(folder)
    assert queries.sources["people"].table == "raw.People"
    calls = queries.facts["calls"]
    assert (calls.key, calls.time, calls.moments) == (("call_id",), "called_at", ("called_at",))
    assert calls.tests[1] == Test.model_validate({"accepted": {"team": ["a", "b"]}})
    assert calls.files[0].path == "facts/calls.sql"
    reads = queries.reads["facts/calls.sql"]
    assert reads.sources == {"visits": {"id", "person", "at"}}
    assert reads.queries == {"entity.persons"}
    assert order(queries) == ["entity.persons", "fact.calls"]
    assert queries.query("fact.calls") is calls


def test_only_what_is_read_counts_as_needed(folder: Path) -> None:
    (folder / PLACES["persons"]).write_text(
        """
        WITH all_of_them AS (SELECT * FROM source.people AS p)
        SELECT UPPER(id) AS person_id, (SELECT MAX(team) FROM all_of_them) AS team
        FROM source.people WHERE EXISTS (SELECT 1 FROM source.visits WHERE person = people.id)
        """
    )
    reads = read_queries(folder).reads[PLACES["persons"]]
    assert reads.sources["visits"] == {"person"}
    assert reads.sources["people"] == {"id", "team", "born", "extra"}, "the star reads all"


def test_an_interval_and_a_snapshot(folder: Path) -> None:
    path = folder / PLACES["schema"]
    interval = "interval: {from: called_at, to: called_at}"
    path.write_text(SCHEMA.replace("time: called_at", interval))
    assert read_queries(folder).facts["calls"].interval == Interval(
        **{"from": "called_at", "to": "called_at"}
    )
    path.write_text(SCHEMA.replace("time: called_at", "snapshot: true"))
    assert read_queries(folder).facts["calls"].moments == ()


@pytest.mark.parametrize(
    ("place", "old", "new", "expected"),
    [
        ("sources", "people:", "People:", "sources.yml:3: sources.People.name: String should"),
        ("sources", "born: date", "born: day", "sources.yml:6: sources.people.columns.born: Input"),
        ("sources", "born: date", "Born: date", "write 'Born' in lower case"),
        ("sources", "raw.People", "People", "sources.yml:4: sources.people.table: String should"),
        ("sources", "raw.visits", "raw.PEOPLE", "raw.PEOPLE is already the source 'people'"),
        ("sources", "system: web", "sistem: web", "Did you mean 'system'?"),
        ("sources", "sources:", "source:", "Did you mean 'sources'?"),
        ("schema", "entities:", "entities: []\nentitees:", "'entities' is missing or not a"),
        ("schema", "key: [call_id]", "", "schema.yml:10: facts.calls.key: 'key' is missing"),
        ("schema", "key: [call_id]", "key: [id]", "facts.calls: there is no column 'id'"),
        ("schema", "time: called_at", "", "exactly one of time, interval and snapshot"),
        ("schema", "time: called_at", "time: team", "'team' says when, so it must be a date"),
        ("schema", "type: instant", "type: timestamp", "schema.yml:21: facts.calls.columns.call"),
        ("schema", "id: persons}", "id: person}", "schema.yml:15: there is no entity 'person'."),
        ("schema", "not_null: person_id", "not_null: who", "there is no column 'who'"),
        ("schema", "not_null: person_id", "nonnull: who", "facts.calls.tests.0.kind: Input"),
        ("schema", "{team: [a, b]}", "[a, b]", "write accepted as {column: [value, ...]}"),
        ("schema", "grain: one", "name: x\n    grain: one", "schema.yml:12: 'name' is not known"),
        ("schema", "grain: one", "alternatives: [calls_b]\n    grain: one", "calls_b.sql"),
        ("schema", "  persons:\n    desc", "  peers:\n    desc", "entities/persons.sql:0: is not"),
        ("persons", "team", "born AS team, id", "produces 'id', which the schema does not name"),
        ("persons", ", team", "", "persons.sql:0: does not produce the promised column 'team'"),
        ("persons", ", team", ", team, team", "produces 'team' twice"),
        ("persons", "source.people", "source.peoples", "Did you mean 'source.people'?"),
        ("persons", "source.people", "people", "'people' needs source., entity. or fact."),
        ("persons", "source.people", "raw.people", "as source.<name>, see sources.yml"),
        ("persons", "source.people", "read_csv('/etc/passwd')", "persons.sql:1: not a table"),
        ("persons", "id AS", "ids AS", "persons.sql:0: Column 'ids' could not be resolved"),
        ("persons", "SELECT", "SELEC", "persons.sql:1:"),
        ("persons", "id AS", "pg_read_file(id) AS", "this function is not known on every engine"),
        ("persons", "id AS", "DATE_TRUNC('day', born) AS", "calendar arithmetic belongs to the"),
        ("persons", "id AS", "born + INTERVAL '1 day' AS", "calendar arithmetic belongs to the"),
        ("persons", "id AS", "NOW() AS", "a query must not depend on when it runs"),
        ("persons", "SELECT", "DELETE FROM source.people; SELECT", "a file holds one SELECT"),
        ("persons", "SELECT id", "WITH d AS (DELETE FROM source.people) SELECT id", "only reads"),
        ("persons", "id AS", "COALESCE(extra -> 'a' ->> 'b', id) AS", "in parentheses inside a"),
        ("persons", "source.people", "fact.calls", "schema.yml:0: a circle: "),
    ],
)
def test_what_does_not_hold_is_named(
    problems: Callable[..., list[str]], place: str, old: str, new: str, expected: str
) -> None:
    if new == "fact.calls":
        old, new = PERSONS, "SELECT person_id, team FROM fact.calls"
    said = problems(place, old, new)
    assert any(expected in problem for problem in said), said


def test_problems_of_all_files_come_together(folder: Path) -> None:
    (folder / "sources.yml").write_text(SOURCES.replace("system: web", "system: web\n    a: 1"))
    (folder / "facts/calls.sql").write_text("SELECT 1 AS one")
    (folder / "facts/other.sql").write_text("SELECT 1 AS one")
    with pytest.raises(DefinitionError) as caught:
        read_queries(folder)
    assert {problem.file for problem in caught.value.problems} == {
        "sources.yml",
        "facts/calls.sql",
        "facts/other.sql",
    }


def test_an_empty_folder_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_queries(tmp_path)
    assert {problem.file for problem in caught.value.problems} == {"sources.yml", "schema.yml"}


def test_the_shipped_folder_is_good(queries: Queries) -> None:
    read = {source.table for source in queries.sources.values()}
    assert {f"raw.{table}" for table in table_statements()} <= read, "a demo table nothing reads"
    names = order(queries)
    assert names.index("fact.subscription_periods") < names.index("entity.customer_plans")
