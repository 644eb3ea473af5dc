"""The published models as `models.yml` declares them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from metrics.query.catalog import DOMAINS, Catalog, MetricInfo

FILE = Path(__file__).with_name("models.yml")
Shape = Literal["wide", "long", "comparisons", "overview", "restated"]


class ModelSpec(BaseModel):
    """One published table.

    `domain` and `by` say which metrics are its columns: those of the domain that can be split so.
    A list of `metrics` does instead, of which definitions of one's own may lack some. `whole` adds
    the company's rows, `days` shortens history. `answers` says which questions it is for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    answers: str
    shape: Shape
    tags: tuple[Literal["base", "domain", "unified"], ...]
    domain: str | None = None
    by: str | None = None
    whole: bool = False
    days: Annotated[int, Field(ge=1)] | None = None
    metrics: tuple[str, ...] = ()

    def named(self, catalog: Catalog) -> dict[str, MetricInfo]:
        """Columns or rows by name: metrics and their aliases, each with what it stands for.

        A model of all domains has the domain in front of its names.
        """
        if self.metrics:
            known = [name for name in self.metrics if catalog.knows(name.partition(".")[2])]
            return {name.partition(".")[2]: catalog.resolve(name) for name in known}
        if self.domain is None:
            return {
                f"{domain}.{name}": info
                for domain in DOMAINS
                for name, info in catalog.names(domain).items()
            }
        names = catalog.names(self.domain)
        offered = catalog.model.definitions.metrics
        return {
            name: info
            for name, info in names.items()
            if self.by is None or self.by in offered[info.name].dimensions
        }


@cache
def published_models() -> dict[str, ModelSpec]:
    """Every model by its name, in the order of the file."""
    declared = yaml.safe_load(FILE.read_text(encoding="utf-8"))["models"]
    return {name: ModelSpec(name=name, **spec) for name, spec in declared.items()}
