"""What panels share: texts of values, names of members, the words under a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from app.chart_data import member_text
from app.components.panels import explained
from app.components.states import nothing_here
from app.components.status import filters_text
from app.data import Run
from app.readings import no_value_text
from app.scope import NONE_LABEL
from app.specs import MEMBER_NAMES
from app.text import plain
from metrics import MetricInfo
from metrics.format import format_value, is_missing

CUSTOMER_NAME = "customer_name"


def text_of(run: Run, info: MetricInfo, value: Any, style: Any = "full") -> str:
    """A value as people read it."""
    return format_value(value, info.unit, info.display_unit, style, run.notation)


def has_number(run: Run, info: MetricInfo, values: Iterable[Any]) -> bool:
    """Whether any of the values is a number; if none is, why not is said."""
    if any(not is_missing(value) for value in values):
        return True
    nothing_here(no_value_text(run, info), filters_text(run))
    return False


def cannot_be_split(run: Run, name: str, dimensions: Sequence[str]) -> bool:
    """Say why a metric has no picture by some dimensions; False when it has one."""
    if explained(run, name):
        return True
    info = run.catalog.metrics[name]
    lost = [d for d in dimensions if d not in info.dimensions]
    if not lost:
        return False
    labels = " and ".join(dimension_label(run, d).lower() for d in lost)
    said(f"This warehouse cannot tell {info.label} by {labels}.")
    return True


def said(sentence: str) -> None:
    """A sentence in small grey print; nothing for none."""
    if sentence:
        st.markdown(f":small[:gray[{plain(sentence)}]]")


def shown_member(dimension: str, member: Any, names: dict[str, str] | None = None) -> str:
    """What a member is called on the screen."""
    if member in MEMBER_NAMES.get(dimension, {}):
        return MEMBER_NAMES[dimension][member]
    if dimension == "hour" and member is not None:
        return f"{int(member):02d}"
    text = member_text(member)
    return text if names is None or text == NONE_LABEL else names.get(text, text)


def dimension_label(run: Run, dimension: str) -> str:
    """What a dimension is called; one the installation does not define, by its name."""
    known = run.catalog.dimensions.get(dimension)
    return known.label if known else dimension.replace("_", " ").capitalize()
