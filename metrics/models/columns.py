"""What each published table looks like, column by column, with the words of the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metrics.models.days import STEPS
from metrics.models.spec import ModelSpec
from metrics.query.catalog import Catalog, MetricInfo

Kind = Literal["text", "number", "date", "boolean"]


@dataclass(frozen=True)
class Column:
    """A column of a published table; `indexed` ones are looked up by."""

    name: str
    kind: Kind
    description: str
    indexed: bool = False


DAY = Column("metric_date", "date", "Day of the value, or day at whose end it holds.", True)
BUILD = Column("build_id", "text", "The build the row was published by.")
CUSTOMER = (
    Column("customer_id", "text", "Id of the account; empty for rows that name none.", True),
    Column("customer_name", "text", "Name of the account."),
    Column("customer_tier", "text", "Size band of the plan in force on the day."),
    Column("industry", "text", "Industry of the account."),
    Column("plan", "text", "Plan in force on the day; after churn the last one."),
)
MEMBERS: Mapping[str, tuple[Column, ...]] = {
    "customer": CUSTOMER,
    "location": (
        Column("location_id", "text", "Id of the location.", True),
        Column("location_name", "text", "Name of the location."),
    ),
    "owner": (
        Column("row_type", "text", "'rep' for a sales rep, 'company' for all of them together."),
        Column("sales_rep", "text", "Person the deals belong to; empty for deals without one."),
    ),
    "role": (Column("role", "text", "Role of the user; empty where it is unknown."),),
    "feature_name": (Column("feature_name", "text", "Feature of the product."),),
    "channel": (Column("channel", "text", "Channel of the touch."),),
    "platform": (Column("platform", "text", "Ad platform."),),
}
NAME = (
    Column("domain", "text", "Domain the metric is read in."),
    Column("metric_name", "text", "Name of the metric, or an alias of it.", True),
)
UNIT = Column("unit", "text", "What the value is in: currency, percentage as a share, count, ...")
VALUE = Column("metric_value", "number", "The value; empty where there is none.")
TIER = Column("importance_tier", "text", "'tier_1' to 'tier_3', in the domain of the row.")
COMPLETE = Column("is_complete", "boolean", "Whether the metric's sources are known for the day.")
LONG = (
    DAY,
    *NAME,
    VALUE,
    Column("numerator", "number", "What a ratio divides; empty for other metrics."),
    Column("denominator", "number", "What a ratio is divided by."),
    UNIT,
    TIER,
    Column("entity_type", "text", "'company' or 'customer'."),
    Column("entity_id", "text", "Id of the customer, or 'company'.", True),
    Column("entity_name", "text", "Name of the customer, or of the company."),
    Column(
        "is_placeholder", "boolean", "Whether the metric waits for data; it may have a history."
    ),
    COMPLETE,
)
OVERVIEW = (
    DAY,
    NAME[1],
    Column("metric_category", "text", "Domain the metric comes from."),
    Column("current_value", "number", "The value; empty where there is none."),
    Column("display_value", "text", "The value as it is written on a card."),
    UNIT,
    Column("direction", "text", "Whether 'up' or 'down' is good; 'neutral' for neither."),
    Column("previous_value", "number", "The value one month earlier."),
    Column("change", "number", "current_value - previous_value, in the metric's unit."),
    Column("growth", "number", "change / previous_value, where that was above zero."),
    Column(
        "target", "number", "What the company wants to reach in the period; none for sums of a day."
    ),
    Column("status", "text", "'reached' or 'missed', where there is a target and a value."),
    COMPLETE,
)


RESTATED = (
    DAY,
    NAME[1],
    Column("value_before", "number", "What the build before told of the day."),
    Column("value_now", "number", "What this build tells of it; empty where it tells nothing."),
)


def _comparisons() -> tuple[Column, ...]:
    found = [
        DAY,
        *NAME,
        VALUE,
        COMPLETE,
    ]
    for step in STEPS:
        found += [
            Column(f"value_{step}_before", "number", f"The value one {step} earlier."),
            Column(f"change_{step}", "number", f"What was added since one {step} earlier."),
            Column(f"growth_{step}", "number", f"The same as a share of the value one {step} ago."),
        ]
    return (*found, UNIT, TIER)


FIXED: Mapping[str, tuple[Column, ...]] = {
    "long": LONG,
    "comparisons": _comparisons(),
    "overview": OVERVIEW,
    "restated": RESTATED,
}
"""Columns of the shapes that are the same whatever metrics there are."""


def columns_of(spec: ModelSpec, catalog: Catalog) -> tuple[Column, ...]:
    """The columns of a model, those of its shape first; `build_id` is added by its view."""
    if spec.shape in FIXED:
        return FIXED[spec.shape]
    members = MEMBERS[spec.by] if spec.by else ()
    numbers = [metric_column(name, info) for name, info in spec.named(catalog).items()]
    return (DAY, *members, *numbers)


def metric_column(name: str, info: MetricInfo) -> Column:
    """The column of a metric, in the words of its definition."""
    if name != info.name:
        return Column(name, "number", f"The same as {info.name}.")
    unit = f"{info.unit}, {info.display_unit}" if info.display_unit else info.unit
    return Column(name, "number", f"{info.description} Unit: {unit}.")


def names_of(columns: Sequence[Column]) -> list[str]:
    """Names of columns."""
    return [column.name for column in columns]
