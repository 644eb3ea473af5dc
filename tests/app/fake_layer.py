"""A metrics layer made of formulas: the same API, steady numbers, no warehouse.

Pages are tested against it where the point is the screen, not the number: empty states, errors,
waiting metrics, hostile member names. Whatever `FakeLayer.fault` holds is raised by a query.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pandas as pd

from metrics import (
    OTHER,
    Chain,
    Explanation,
    FactRows,
    Impact,
    Operand,
    Query,
    Result,
    Stamp,
    Step,
)
from metrics.errors import MetricWaitingError, UnknownNameError
from metrics.lineage.chain import QueryUse, SourceUse
from metrics.periods import (
    Calendar,
    Period,
    comparison_shift,
    move_period,
    split,
)
from metrics.query.search import search
from metrics.query.wanted import ranked
from metrics.result import Ran
from metrics.settings import Settings, load_settings
from tests.app.fake_builds import BUILD, COMPUTED, builds
from tests.app.fake_explore import explained, fact_rows, operands
from tests.app.fake_known import ACCOUNTS, FakeKnown
from tests.app.fake_metrics import AS_OF, FIRST_DAY, infos
from tests.app.fake_quality import FakeQuality

MEMBERS = {
    "tier": ["Enterprise", "Mid-market", "SMB", "Self-serve"],
    "industry": ["Bar", "Brewery", "Hotel", "Restaurant", "Stadium"],
    "region": ["Americas", "APAC", "EMEA"],
    "customer": list(ACCOUNTS),
}


class FakeCatalog:
    """Definitions parsed from the tables above."""

    def __init__(self) -> None:
        self.metrics = {info.name: info for info in infos()}
        self.quality = FakeQuality()
        self.dimensions = {
            name: SimpleNamespace(name=name, label=name.capitalize(), description=f"By {name}.")
            for name in MEMBERS
        }

    def resolve(self, name: str, domain: str | None = None) -> Any:
        if name not in self.metrics:
            raise UnknownNameError("metric", name, self.metrics)
        return self.metrics[name]

    def domain(self, domain: str) -> list[Any]:
        return [info for info in self.metrics.values() if domain in info.domains]

    def search(self, text: str = "", **narrowed: Any) -> list[Any]:
        return search(self.metrics.values(), text, **narrowed)

    def wanted(self) -> tuple[Any, ...]:
        return ranked(self.metrics.values())

    def chain(self, name: str) -> Chain:
        info = self.metrics[name]
        root = Step("metric", name, info.label, (Step("measure", "mrr", "stock of periods"),))
        query = QueryUse("fact.periods", "Periods", "facts/periods.sql", False, (), info.sources)
        sources = tuple(SourceUse(one, ("price",), ("id",), (), True, 2) for one in info.sources)
        return Chain(name, root, (query,), sources, {})

    def without(self, place: str) -> Impact:
        waits = tuple(name for name, info in self.metrics.items() if place in info.sources)
        return Impact(place, ("facts/periods.sql",), waits, waits, {}, ())


class FakeLayer(FakeKnown):
    """The layer and its lease in one; counts batches so that tests can hold pages to one."""

    def __init__(self, members: dict[str, list[str]] | None = None) -> None:
        self.catalog = FakeCatalog()
        self.member_lists = members or MEMBERS
        self.fault: Exception | None = None
        self.empty = False
        self.batches = 0
        self.explained = 0
        self.read = 0
        self.gone: Exception | None = None
        self.agrees = True
        self.asked: list[Query] = []
        self.history = builds
        self.store = SimpleNamespace(current_id=lambda: BUILD)
        self.build = SimpleNamespace(
            id=BUILD,
            finished_at=COMPUTED,
            as_of=AS_OF,
            first_day=FIRST_DAY,
            warehouse="Demo warehouse",
            engine="duckdb",
            is_demo=True,
            identities=(),
        )

    @property
    def settings(self) -> Settings:
        return load_settings()

    @contextmanager
    def hold(self) -> Iterator[FakeLayer]:
        yield self

    def members(self, dimension: str) -> list[str]:
        return self.member_lists[dimension]

    def query_many(self, queries: Sequence[Query]) -> list[Result]:
        self.batches += 1
        self.asked += queries
        if self.fault is not None:
            raise self.fault
        return [self._answer(query) for query in queries]

    def explain_query(self, query: Query, top: int = 8) -> Explanation:
        self.explained += 1
        return explained(self._answer(query), self.catalog.metrics[query.metrics[0]], top)

    def operands(self, metric: str) -> list[Operand]:
        return operands(self.catalog.metrics[metric])

    def rows_of(self, query: Query, of: str, page: int) -> FactRows:
        self.read += 1
        if self.gone is not None:
            raise self.gone
        return fact_rows(query, self.operands(query.metrics[0])[0], page, self.agrees)

    def _answer(self, query: Query) -> Result:
        names = list(query.metrics)
        for name in names:
            if self.catalog.metrics[name].status != "live":
                raise MetricWaitingError(f"{name} waits for data.")
        by = list(query.by)
        rows = [row for name in names for row in self._rows(name, query, by)]
        if self.empty:
            rows = [
                {**row, **dict.fromkeys(("value", "change", "growth"), math.nan)} for row in rows
            ]
        hashes = {name: self.catalog.metrics[name].hash for name in names}
        as_of = dict.fromkeys(names, AS_OF)
        stamp = Stamp(BUILD, "duckdb", "Demo warehouse", hashes, as_of, COMPUTED, "store", ())
        ran = Ran("part", "exact", len(rows), _statement)
        known = self.member_lists[by[0]] if by else []
        left_out = max(0, len(known) - (query.top or len(known)))
        return Result(pd.DataFrame(rows), stamp, query.by, (ran,), left_out=left_out)

    def _rows(self, name: str, query: Query, by: list[str]) -> Iterator[dict[str, Any]]:
        assert query.start
        assert query.end
        start, end, grain = query.start, query.end, query.grain
        shift = comparison_shift(query.compare, start, end, grain) if query.compare else None
        members: list[Any] = list(itertools.product(*[self.member_lists[one] for one in by]))
        if query.top and len(members) > query.top:
            members = [*members[: query.top], *([(OTHER,)] if query.other else [])]
        for period in split(start, end, grain, Calendar()):
            earlier = move_period(period, shift, grain) if shift else None
            for member in members:
                yield self._row(name, period, earlier, by, member, dict(query.where))

    def _row(
        self,
        name: str,
        period: Period,
        earlier: Period | None,
        by: list[str],
        member: tuple[str, ...],
        where: dict[str, tuple[str | None, ...]],
    ) -> dict[str, Any]:
        value = self._value(name, period, member, where)
        before = self._value(name, earlier, member, where) if earlier else math.nan
        return {
            "metric": name,
            "start": period.start,
            "end": period.end,
            "complete": period.complete and period.end <= AS_OF,
            "covered_days": period.days,
            "bucket_days": period.bucket_days,
            **dict(zip(by, member, strict=True)),
            "value": value,
            "numerator": value,
            "denominator": math.nan,
            "previous_value": before,
            "change": value - before,
            "growth": (value - before) / before if before > 0 else math.nan,
            "previous_start": earlier.start if earlier else None,
            "previous_end": earlier.end if earlier else None,
        }

    def _value(
        self,
        name: str,
        period: Period,
        member: tuple[str, ...],
        where: dict[str, tuple[str | None, ...]],
    ) -> float:
        info = self.catalog.metrics[name]
        if period.end < FIRST_DAY:
            return math.nan
        years = (period.end - AS_OF).days / 365
        wave = 0.03 * math.sin(period.end.toordinal() / 40 + _share(name) * 6)
        value = info.size * (1 + info.rise) ** years * (1 + wave)
        if info.unit in ("currency", "count"):
            for one in member:
                value *= 0.15 + 0.5 * _share(str(one))
            for members in where.values():
                value *= 0.3 * len(members)
        for one in member if info.unit not in ("currency", "count") else ():
            value *= 0.9 + 0.1 * _share(str(one))
        if info.kind == "movement":
            value *= period.days / 30
        return round(value) if info.unit == "count" else value


def _statement() -> str:
    return "SELECT day, sum(value) FROM parts GROUP BY day"


def _share(text: str) -> float:
    return hashlib.sha256(text.encode()).digest()[0] / 255
