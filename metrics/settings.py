"""One place for everything a company sets: a `metrics.toml` file and `METRICS_*` variables.

The environment wins over the file, the file over the defaults. Unknown keys and impossible
values are refused by name; values that may hold a password are never repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from metrics.errors import SettingsError, did_you_mean
from metrics.periods import Calendar

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "METRICS_"
DRIVERS = {
    "duckdb": "duckdb",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


TableName = Annotated[str, Field(pattern=r"^[A-Za-z_][\w$]*\.[A-Za-z_][\w$]*$")]


class Settings(BaseModel):
    """What a company sets; see docs/settings.md for one line on each.

    Money is in `currency`; prices are per litre and per kilowatt hour in that currency.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    warehouse_url: str | None = None
    store_url: str | None = None
    home: Path = ROOT / ".metrics"
    queries: Path = ROOT / "queries"
    definitions: Path = ROOT / "metrics" / "definitions"
    targets: Path | None = None
    sources: dict[str, TableName] = {}
    as_of: date | None = None
    time_zone: str = "UTC"
    week_start: Annotated[int, Field(ge=0, le=6)] = 0
    fiscal_month: Annotated[int, Field(ge=1, le=12)] = 1
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    currency_symbol: str = "$"
    company: str = "Metrics explorer"
    price_per_litre: Annotated[float, Field(ge=0)] = 8.0
    energy_price_kwh: Annotated[float, Field(ge=0)] = 0.12
    published_days: Annotated[int, Field(ge=0, le=3660)] = 400
    published_months: Annotated[int, Field(ge=0, le=360)] = 60
    keep_builds: Annotated[int, Field(ge=1, le=50)] = 3
    build_memory_gb: Annotated[float, Field(ge=0.5, le=1024)] = 2.0
    demo_scale: str = "demo"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone. {did_you_mean(value, available_timezones())}")
        return value

    @field_validator("warehouse_url", "store_url")
    @classmethod
    def _known_driver(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("not a database URL such as postgresql://user@host/db") from error
        if url.drivername not in DRIVERS:
            raise ValueError(f"engine '{url.drivername}' is not one of duckdb, postgresql")
        return url.set(drivername=DRIVERS[url.drivername]).render_as_string(hide_password=False)

    @property
    def calendar(self) -> Calendar:
        """The reporting calendar."""
        return Calendar(self.time_zone, self.week_start, self.fiscal_month)

    @property
    def demo_path(self) -> Path:
        """Where the demo warehouse lies when no warehouse is configured."""
        return self.home / f"demo-{self.demo_scale}.duckdb"

    @property
    def demo_note(self) -> Path:
        """What the demo warehouse was made with: end date, scale and seed."""
        return self.demo_path.with_suffix(".json")

    @property
    def warehouse(self) -> str:
        """URL of the warehouse to read: the configured one, else the demo file's."""
        return self.warehouse_url or f"duckdb:///{self.demo_path}"

    @property
    def store(self) -> str:
        """URL of the database that keeps the builds: the configured one, else the warehouse's."""
        return self.store_url or self.warehouse

    @property
    def targets_file(self) -> Path:
        """The company's targets: the configured file, else the one beside a warehouse file."""
        url = make_url(self.warehouse)
        beside = url.get_backend_name() == "duckdb" and url.database
        default = Path(url.database or "") if beside else self.home / "targets"
        return self.targets or default.with_suffix(".targets.yml" if beside else ".yml")

    @property
    def store_folder(self) -> Path:
        """Folder of embedded builds: the configured one, else one for each warehouse file."""
        if self.store_url:
            return Path(make_url(self.store_url).database or self.home / "store")
        database = make_url(self.warehouse).database or "memory"
        mark = hashlib.sha256(str(Path(database).resolve()).encode()).hexdigest()[:8]
        return self.home / "store" / f"{Path(database).stem}-{mark}"

    @property
    def is_demo(self) -> bool:
        """Whether the demo warehouse is read."""
        return self.warehouse_url is None

    @property
    def warehouse_label(self) -> str:
        """Name of the warehouse for screens and stamps, without any password or query."""
        if self.is_demo:
            return "Demo warehouse"
        url = make_url(self.warehouse)
        place = Path(url.database or "").name if url.get_backend_name() == "duckdb" else url.host
        name = url.database if url.get_backend_name() != "duckdb" else ""
        return " ".join(part for part in (url.get_backend_name(), place, name) if part)

    def last_full_day(self, now: datetime | None = None) -> date:
        """The last day that can be complete: `as_of`, else yesterday in the reporting zone.

        The demo warehouse ends on the day it was made for, however old it is.
        """
        if self.as_of:
            return self.as_of
        if self.is_demo and self.demo_note.exists():
            note = json.loads(self.demo_note.read_text(encoding="utf-8"))
            return date.fromisoformat(note["end_date"])
        return (now or datetime.now(ZoneInfo(self.time_zone))).date() - timedelta(days=1)


def load_settings(
    env: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any
) -> Settings:
    """Settings from file, environment and keyword overrides (strongest last).

    Raises SettingsError naming every bad key; a value is never quoted.
    """
    env = os.environ if env is None else env
    values = _read(file or settings_file(env))
    values.update(_from_environment(env))
    values.update(overrides)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(
            "Settings cannot be used: " + "; ".join(_explain(item) for item in error.errors()),
            "See docs/settings.md.",
        ) from None


def settings_file(env: Mapping[str, str] | None = None) -> Path:
    """The settings file, whether it is there or not: METRICS_CONFIG, else metrics.toml."""
    env = os.environ if env is None else env
    return Path(env.get(f"{PREFIX}CONFIG", ROOT / "metrics.toml"))


def settings_origins(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where each setting that is not a default comes from: a variable's or the file's name."""
    env = os.environ if env is None else env
    file = settings_file(env)
    found = dict.fromkeys(_read(file), file.name)
    found |= {name: f"{PREFIX}{name.upper()}" for name in _from_environment(env)}
    return found


def _from_environment(env: Mapping[str, str]) -> dict[str, str]:
    names = {name: env.get(f"{PREFIX}{name.upper()}", "") for name in Settings.model_fields}
    return {name: text for name, text in names.items() if text}


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.") from error
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.") from error


def _explain(item: Any) -> str:
    name = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"there is no setting '{name}'. {did_you_mean(name, Settings.model_fields)}"
    return f"{name}: {item['msg'].removeprefix('Value error, ')}"
