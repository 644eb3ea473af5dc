"""Rows behind the number, read from the warehouse when the section is opened."""

from __future__ import annotations

import logging

import streamlit as st

from app.components.explore.choices import Choice
from app.components.files import file_buttons
from app.components.states import remark
from app.components.status import filters_text
from app.components.url import bound, seed, write
from app.data import Run, Span
from app.text import plain
from metrics import FactRows, MetricInfo, Operand
from metrics.errors import MetricsError, QueryError, UnsafeAggregationError
from metrics.format import day_text, format_value, range_text

PAGE, TURN, ABOUT = "rows_page", "rows_turn", "rows about"
log = logging.getLogger("metrics.app")


def rows_behind(run: Run, choice: Choice, span: Span | None) -> None:
    """The section; closed it costs nothing."""
    opened = st.expander(
        "Rows behind the number",
        icon=":material/table_rows:",
        **bound("rows", False, ("True", "False")),
    )
    if not opened.open:
        return
    with opened:
        info = run.catalog.metrics[choice.name]
        if not info.answerable or run.blocked_by(info.name) or span is None:
            remark("It has no number here, so there are no rows.")
            return
        operand = _operand(run.operands(info.name))
        if operand.refused:
            remark(f"There are no rows to show: {operand.refused}.")
            return
        page = _page((info.name, operand.name, span, str(run.asked.filters)))
        try:
            found = run.rows(info.name, operand.name, span, page)
            if page > found.pages:
                found = run.rows(info.name, operand.name, span, found.pages)
        except (QueryError, UnsafeAggregationError) as refusal:
            remark(f"{str(refusal).rstrip('.')}.")
        except MetricsError as failure:  # the rest of the page is the build's and stays
            log.warning("rows of %s could not be read: %s", info.name, failure.code)
            remark("The warehouse cannot be read now; the numbers above are of the last build.")
        else:
            _show(run, info, found)


def _operand(operands: list[Operand]) -> Operand:
    """Which of the numbers a metric is made of; the first that has rows by default."""
    names = {one.name.replace("_", " "): one for one in operands}
    first = next((name for name, one in names.items() if not one.refused), next(iter(names)))
    if len(names) == 1 or names[first].refused:  # the first that has rows, if any has
        return names[first]
    chosen = st.segmented_control(
        "Rows of",
        list(names),
        required=True,
        label_visibility="collapsed",
        **bound("of", first, names),
    )
    return names[chosen]


def _page(about: tuple[object, ...]) -> int:
    """The page in the URL; other rows begin at their first."""
    seed(PAGE, "1", lambda text: text.isdecimal() and 0 < int(text) < 100_000)
    if st.session_state.get(ABOUT, about) != about:
        st.session_state[PAGE] = "1"
        write(PAGE, "1")
    st.session_state[ABOUT] = about
    return int(st.session_state[PAGE])


def _show(run: Run, info: MetricInfo, found: FactRows) -> None:
    days = found.days
    when = range_text(days.lo, days.hi)
    if found.operand.leaf.take == "level":
        when = f"in force at the end of {day_text(days.hi)}"
    filters = filters_text(run)
    st.markdown(
        f"**{found.rows:,}** rows, {when}{', ' + filters if filters else ''}. "
        f"{plain(found.operand.about)}"
    )
    _agreement(run, found)
    if found.frame.empty:
        return
    st.dataframe(
        found.frame,
        hide_index=True,
        height="content" if len(found.frame) < 12 else 460,
        column_config={
            name: st.column_config.Column(help=plain(text)) for name, text in found.columns.items()
        },
        placeholder="",
        alt=f"Rows of {found.operand.name}, newest first",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if found.pages > 1:
            st.session_state[TURN] = found.page
            st.pagination(found.pages, key=TURN, on_change=_turn)
        file_buttons(found.frame, found.stamp, (info.name,), f"{info.name}_rows_{found.page}")


def _turn() -> None:
    st.session_state[PAGE] = str(st.session_state[TURN])
    write(PAGE, "1")


def _agreement(run: Run, found: FactRows) -> None:
    """Whether the rows make the number the page shows."""
    number, total = (_plain_number(run, one) for one in (found.number, found.total))
    read = f"read at {found.read_at:%H:%M} UTC"
    if found.agrees:
        st.markdown(f":green-badge[{plain(total)}] {found.together}, as in the build; {read}.")
        return
    st.markdown(
        f":orange-badge[{plain(total)}] {found.together}, {read}; the build of "
        f"{day_text(run.build.as_of)} says {plain(number)}. The warehouse has changed since."
    )


def _plain_number(run: Run, value: float) -> str:
    return format_value(value, "count", "", "full", run.notation)
