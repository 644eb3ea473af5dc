"""From which day on a published table is made anew, and what is copied of the build before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from metrics.layer import Pinned
from metrics.models.columns import BUILD, Column, names_of
from metrics.models.days import customer_days
from metrics.models.spec import ModelSpec
from metrics.parts.model import digest
from metrics.query.catalog import MetricInfo
from metrics.settings import Settings
from metrics.store.base import Previous, Writing
from metrics.store.changes import FROM_THE_BEGINNING, earliest

SHAPED_BY = ("published_days", "published_months", "currency_symbol", "company")


@dataclass(frozen=True)
class Reuse:
    """What the previous build's models are good for."""

    writing: Writing
    pinned: Pinned
    settings: Settings

    @property
    def previous(self) -> Previous | None:
        """The build before, where its tables may be used."""
        before = self.writing.previous
        return None if isinstance(before, str) or self.pinned.build.changes.full else before

    @property
    def known_models(self) -> Mapping[str, int]:
        """Published tables of the build before, if only to compare with."""
        before = self.writing.previous
        return {} if isinstance(before, str) else before.info.models

    def shape(self, spec: ModelSpec, columns: Sequence[Column], more: object) -> str:
        """What a model looks like and how its rows are written, as a digest."""
        told = [
            (name, info.hash, info.status, info.first_day, info.dimensions, *_written(info))
            for name, info in spec.named(self.pinned.catalog).items()
        ]
        settings = [getattr(self.settings, name) for name in SHAPED_BY]
        first = str(self.pinned.build.first_day)
        return digest([spec.model_dump(), list(map(repr, columns)), told, settings, first, more])

    def since(self, spec: ModelSpec, shape: str) -> date | None:
        """First day whose rows are made; None where all of them are copied."""
        before = self.previous
        if before is None or before.info.models_shapes.get(spec.name) != shape:
            return FROM_THE_BEGINNING
        info, build = spec.named(self.pinned.catalog).values(), self.pinned.build
        facts = {fact for one in info for fact in one.facts}
        days = [build.changes.of(facts, build.changes.entities), self._first_new_customer]
        if before.info.as_of != build.as_of:
            days.append(min(before.info.as_of, build.as_of) + timedelta(days=1))
        first = earliest(days)
        if first is None or first == FROM_THE_BEGINNING:
            return first
        return first - timedelta(days=self._settling(info))

    def _settling(self, infos: Any) -> int:
        """Days until the youngest cohorts are told: so much older a number may still become one."""
        trees = self.pinned.catalog.model.trees
        leaves = (leaf for info in infos for leaf in trees[info.name].leaves())
        return max((leaf.settles for leaf in leaves), default=0)

    @cached_property
    def _first_new_customer(self) -> date | None:
        """Day of the first account the previous build did not know: it has rows from then on."""
        before = self.previous
        if before is None or "customers" not in self.pinned.entities:
            return None
        own = self.pinned.entities["customers"]
        place = f'"{own.schema}"."{own.name}"' if own.schema else f'"{own.name}"'
        found = self.writing.connection.exec_driver_sql(
            f"SELECT COUNT(*), MIN(created_date), COUNT(created_date) FROM {place} "  # noqa: S608
            f"WHERE customer_id NOT IN (SELECT customer_id FROM {before.qualified(own.name)} "
            "WHERE customer_id IS NOT NULL)"
        ).one()
        if not found[0]:
            return None
        first: date = found[1] if found[2] == found[0] else FROM_THE_BEGINNING
        return first

    def copy(
        self,
        spec: ModelSpec,
        columns: Sequence[Column],
        since: date | None,
        days: Sequence[date],
    ) -> str | None:
        """The statement that copies rows of days that are still published, before a day."""
        before = self.previous
        if before is None or since == FROM_THE_BEGINNING:
            return None
        own = [name for name in names_of(columns) if name != BUILD.name]
        listed = ", ".join(f'"{name}"' for name in own)
        target = f'"{self.writing.models_schema}"."{spec.name}"'
        terms = [f"metric_date < DATE '{since}'"] if since else []
        return (
            f"INSERT INTO {target} ({listed}, {BUILD.name}) "  # noqa: S608
            f"SELECT {listed}, '{self.writing.id}' FROM {before.model(spec.name)} "
            f"WHERE {' AND '.join([*terms, _still_published(spec, days)])}"
        )


def _written(info: MetricInfo) -> tuple[object, ...]:
    """What a row says of a metric beside its numbers."""
    return (info.unit, info.display_unit, info.direction, sorted(info.tiers.items()))


def _still_published(spec: ModelSpec, days: Sequence[date]) -> str:
    """Which rows are still published, as a condition on `metric_date` and what else there is."""
    inside = f"metric_date IN ({_listed(days)})"
    if spec.shape != "long":
        return inside
    of_customers = f"metric_date IN ({_listed(customer_days(days[-1]))})"
    return f"{inside} AND (entity_type <> 'customer' OR {of_customers})"


def _listed(days: Sequence[date]) -> str:
    return ", ".join(f"DATE '{day}'" for day in days)
