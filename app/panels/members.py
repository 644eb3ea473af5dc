"""Tables of members: the largest of a metric, or all in an order of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.panels import left_out, panel
from app.components.url import go_to
from app.data import Answer, Ask, Run
from app.panels.frame import (
    cannot_be_split,
    dimension_label,
    has_number,
    said,
    shown_member,
    text_of,
)
from app.readings import rows_of
from app.specs import CUSTOMER_PAGE, MEMBER_NAMES
from app.specs.model import CUSTOMER, Members, Stages
from metrics import MetricInfo
from metrics.format import MISSING

ROW_HEIGHT = 35
MOST_ROWS_SEEN = 10


def ask_members(run: Run, one: Members) -> Sequence[Ask]:
    """All metrics of all members, over the range or at its end."""
    return [Ask(one.metrics, by=one.by)]


def draw_members(run: Run, one: Members, answers: Any) -> None:
    """The members that lead by the first metric; a row of a customer opens its page."""
    leading = run.catalog.metrics[one.metrics[0]]
    with panel(one.title):
        if cannot_be_split(run, leading.name, (one.by,)):
            return
        answer = answers.get(ask_members(run, one)[0])
        table = values_by_member(answer, one.by, one.metrics)
        if not has_number(run, leading, table[leading.name] if len(table) else ()):
            return
        table = table[table[leading.name].notna()]
        if one.positive in table:
            table = table[table[one.positive] > 0]
        if one.above is not None:
            table = table[table[leading.name] > one.above]
        if table.empty:
            said(one.empty)
            return
        if one.positive in table:  # among equals those that weigh more come first
            table = table.sort_values(one.positive, ascending=False, kind="stable")
        table = table.sort_values(leading.name, ascending=one.smallest, kind="stable")
        known, table = len(table), table.head(one.most)
        _table(run, one, table)
        left_out(len(table), known, order="smallest" if one.smallest else "largest")
        said(one.note)


def values_by_member(answer: Answer | None, by: str, metrics: Sequence[str]) -> pd.DataFrame:
    """One row per member, one column per metric, of an answer over one period."""
    columns = {}
    for name in metrics:
        rows = rows_of(answer, name)
        if len(rows):
            keys = [None if pd.isna(member) else member for member in rows[by]]
            columns[name] = pd.Series(rows["value"].astype(float).to_numpy(), index=keys)
    return pd.DataFrame(columns) if columns else pd.DataFrame(columns=list(metrics))


def _table(run: Run, one: Members, table: pd.DataFrame) -> None:
    label = dimension_label(run, one.by)
    columns = tuple(filter(None, (one.named, *(name for name, _ in one.also))))
    known = run.attributes(one.by, columns) if columns else {}
    names = {key: str(row[one.named]) for key, row in known.items() if one.named and row[one.named]}
    frame = pd.DataFrame({label: [shown_member(one.by, m, names) for m in table.index]})
    for column, title in one.also:
        words = MEMBER_NAMES.get(column, {})
        told = [known.get(member, {}).get(column) for member in table.index]
        frame[title] = [words.get(str(value), value) for value in told]
    event = number_table(
        run,
        frame,
        {
            title: (name, table[name])
            for name, title in zip(one.metrics, one.labels, strict=True)
            if name in table
        },
        key=f"members {one.by} {one.title}" if one.by == CUSTOMER else None,
        alt=one.title,
    )
    if event and event.selection.rows:
        member = table.index[event.selection.rows[0]]
        if member is not None:
            go_to(CUSTOMER_PAGE, customer=str(member))


def number_table(
    run: Run,
    frame: pd.DataFrame,
    numbers: Mapping[str, tuple[str, pd.Series]],
    key: str | None,
    alt: str,
) -> Any:
    """Texts and numbers side by side; numbers sort as numbers and read as their unit."""
    formats = {}
    for title, (name, values) in numbers.items():
        frame[title] = values.to_numpy()
        formats[title] = _writer(run, run.catalog.metrics[name])
    selecting: dict[str, Any] = (
        {"key": key, "on_select": "rerun", "selection_mode": "single-row"} if key else {}
    )
    event = st.dataframe(
        frame.style.format(formats),
        placeholder=MISSING,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(frame), MOST_ROWS_SEEN) + 1) + 3,
        alt=alt,
        **selecting,
    )
    return event if key else None


def _writer(run: Run, info: MetricInfo) -> Any:
    return lambda value: text_of(run, info, value, "card")


def ask_stages(run: Run, one: Stages) -> Sequence[Ask]:
    """All metrics of all stages."""
    return [Ask(one.metrics, by=one.by)]


def draw_stages(run: Run, one: Stages, answers: Any) -> None:
    """The members in their own order; those without a place in it are left out."""
    leading = run.catalog.metrics[one.metrics[0]]
    with panel(one.title):
        if cannot_be_split(run, leading.name, (one.by,)):
            return
        answer = answers.get(ask_stages(run, one)[0])
        table = values_by_member(answer, one.by, one.metrics)
        if not has_number(run, leading, table[leading.name] if len(table) else ()):
            return
        places = {
            member: row[one.order] for member, row in run.attributes(one.by, (one.order,)).items()
        }
        table = table[table[leading.name].notna()]
        table = table.loc[
            sorted(table.index, key=lambda m: (places.get(m) is None, places.get(m) or 0))
        ]
        frame = pd.DataFrame(
            {dimension_label(run, one.by): [shown_member(one.by, m) for m in table.index]}
        )
        numbers = zip(one.metrics, one.labels, strict=True)
        number_table(
            run, frame, {t: (n, table[n]) for n, t in numbers if n in table}, None, one.title
        )
        said(one.note)
