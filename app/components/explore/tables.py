"""The numbers behind the picture: by period, or members against periods; and the statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.chart_data import member_text
from app.components.explore.choices import LIST, PIVOT, TOTAL, Choice
from app.components.explore.views import Shown, shown, title
from app.components.files import file_buttons
from app.components.url import bound
from app.data import Answer, Run
from app.readings import rows_of
from metrics.format import MISSING, format_delta, format_value, period_text

MOST_ROWS = 1000
MOST_PERIODS = 60
TABLE_HEIGHT = 388
MOST_SHOWN = 11

Text = Callable[[Any], str]


def numbers(run: Run, answers: Mapping[str, Answer], choice: Choice) -> None:
    """The table of what was chosen, in one of two forms, and its file."""
    answer = answers.get("cut")
    if answer is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        form = st.segmented_control(
            "Table",
            [LIST, PIVOT],
            required=True,
            label_visibility="collapsed",
            **bound("table", LIST, (LIST, PIVOT)),
        )
        scope = run.asked
        names = [name for name in choice.names if len(rows_of(answer, name))]
        file_buttons(
            answer.result.frame,
            answer.result.stamp,
            names,
            f"{choice.name}_{scope.start}_{scope.end}",
        )
    if form == PIVOT:
        _pivot(run, answer, answers.get("whole"), choice, names)
    else:
        _list(run, answer, choice, names)


def statement(answer: Answer | None) -> None:
    """The SQL that was run; rendered only when opened, its highlighter is a large download."""
    if answer is None:
        return
    opened = st.expander("SQL", icon=":material/code:", on_change="rerun")
    if opened.open:
        with opened:
            st.code(answer.result.sql, language="sql", wrap_lines=True)
            st.markdown(
                f":small[:gray[Build {answer.result.stamp.build_id}, {answer.result.stamp.engine}]]"
            )


def _writer(run: Run, unit: Shown) -> Text:
    return lambda value: format_value(value, unit.unit, unit.display_unit, "full", run.notation)


def _kept(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    return rows[rows["complete"].astype(bool)] if choice.complete_only else rows


def _list(run: Run, answer: Answer, choice: Choice, names: Sequence[str]) -> None:
    """Newest period first, one column per metric; one metric has its comparison beside it."""
    first = _kept(rows_of(answer, names[0]), choice)
    first = first.sort_values("start", ascending=False, kind="stable")
    order = first.index.to_numpy() - rows_of(answer, names[0]).index[0]
    shown_rows, unit = first.head(MOST_ROWS), shown(run, choice)
    frame = pd.DataFrame({"Period": [_period(run, day) for day in shown_rows["start"]]})
    if choice.dimension:
        label = run.catalog.dimensions[choice.dimension].label
        frame[label] = [member_text(member) for member in shown_rows[choice.dimension]]
    written = []
    for name in names:
        label = unit.label if name == choice.name else run.catalog.metrics[name].label
        rows = rows_of(answer, name)["value"].astype(float).to_numpy()
        frame[label] = rows[order[:MOST_ROWS]]
        written.append(label)
    if len(names) == 1 and run.asked.comparison is not None:
        frame["Compared with"] = shown_rows["previous_value"].astype(float).to_numpy()
        written.append("Compared with")
        frame["Change"] = [
            format_delta(change, growth, unit.unit, unit.display_unit, run.notation)
            for change, growth in zip(shown_rows["change"], shown_rows["growth"], strict=True)
        ]
    frame["Complete"] = shown_rows["complete"].astype(bool).to_numpy()
    st.dataframe(
        frame.style.format(dict.fromkeys(written, _writer(run, unit))),
        hide_index=True,
        height=_height(len(frame)),
        placeholder=MISSING,
        column_config={"Change": st.column_config.TextColumn(alignment="right")},
        alt=f"{title(run, choice, names)} by period, newest first",
    )
    if len(first) > len(shown_rows):
        _note(f"The newest {MOST_ROWS} rows of {len(first)}; the file has all")


def _pivot(
    run: Run, answer: Answer, whole: Answer | None, choice: Choice, names: Sequence[str]
) -> None:
    """Members down, periods across; totals are asked for, never summed here."""
    lines: dict[str, pd.DataFrame] = {}
    if choice.dimension is None:
        lines = {run.catalog.metrics[name].label: rows_of(answer, name) for name in names}
    else:
        several = len(names) > 1
        for name in names:
            before = f"{run.catalog.metrics[name].label} · " if several else ""
            rows = rows_of(answer, name)
            for member, part in _by_member(rows, choice.dimension):
                lines[f"{before}{member}"] = part
            if not choice.share and len(rows_of(whole, name)):
                lines[f"{before}{TOTAL}"] = rows_of(whole, name)
    first = _kept(next(iter(lines.values())), choice)
    days = list(first["start"])[-MOST_PERIODS:]
    label = run.catalog.dimensions[choice.dimension].label if choice.dimension else "Metric"
    cells = {
        _period(run, day): [
            dict(zip(rows["start"], rows["value"], strict=True)).get(day) for rows in lines.values()
        ]
        for day in days
    }
    frame = pd.DataFrame({label: list(lines), **cells})
    periods = list(cells)
    frame[periods] = frame[periods].astype(float)
    st.dataframe(
        frame.style.format(dict.fromkeys(periods, _writer(run, shown(run, choice)))),
        hide_index=True,
        height=_height(len(frame)),
        placeholder=MISSING,
        alt=f"{title(run, choice, names)}: one row each, one column per period",
    )
    if len(first) > len(days):
        _note(f"The newest {MOST_PERIODS} periods of {len(first)}; the file has all")


def _by_member(rows: pd.DataFrame, dimension: str) -> list[tuple[str, pd.DataFrame]]:
    members = pd.Series([member_text(one) for one in rows[dimension]])
    return [(name, rows[(members == name).to_numpy()]) for name in dict.fromkeys(members)]


def _period(run: Run, day: Any) -> str:
    return period_text(pd.Timestamp(day).date(), run.asked.grain)


def _height(rows: int) -> Any:
    """As high as its rows, a bar to scroll sideways included, until it gets too long."""
    return "content" if rows < MOST_SHOWN else TABLE_HEIGHT


def _note(text: str) -> None:
    st.markdown(f":small[:gray[{text}.]]")
