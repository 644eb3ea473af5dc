"""What the build found out about its data: figures, findings, sources, one metric's findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.files import file_buttons
from app.components.states import box
from app.components.table import ROW_HEIGHT
from app.components.url import bound
from app.data import Run
from app.specs import EXPLORE, QUALITY, SEVERITY_NAMES, SOURCE_STATUS_NAMES
from app.text import code, plain
from metrics import CheckInfo, MetricInfo, SourceInfo
from metrics.format import format_value

MOST_ROWS = 16
MOST_LINKS = 12
MOST_LINES = 4
BADGE_COLOURS = ["green", "red", "gray"]
NUMBERS = ("Rows", "Of", "Metrics", "Checks", "Findings", "Rows left out")
NUMBER = st.column_config.NumberColumn(format="%,d")
MILLIONS = st.column_config.NumberColumn(format="%,d", width=90)


def figures(run: Run) -> None:
    """How much was looked at and how much of it was found wanting."""
    quality = run.catalog.quality
    sources = [source for source in quality.sources if source.status != "unused"]
    present = sum(source.status == "read" for source in sources)
    failing = quality.failing
    touched = {name for check in failing for name in quality.touched(check)}
    cards = {
        "Sources found": (_of(present, len(sources)), "Tables of the warehouse that queries read."),
        "Checks that hold": (
            _of(len(quality.checks) - len(failing), len(quality.checks)),
            "Promises of queries/schema.yml that no row broke at this build.",
        ),
        "Rows left out": (
            _count(sum(check.failing for check in failing if check.severity == "error")),
            "Rows no number can use: without a time, in the future, backwards or twice.",
        ),
        "Metrics touched": (
            _of(len(touched), len(run.catalog.metrics)),
            "Metrics made of data in which some check found rows, or split by it.",
        ),
    }
    grid = st.grid(4, min_column_width=160, gap="small")
    for label, (value, explained) in cards.items():
        with grid.container(border=True, height="stretch", gap="xsmall"):
            st.metric(label, value, help=explained)


def identities(run: Run) -> None:
    """Equations between metrics: one line, and a line more for each that does not hold."""
    known = run.build.identities
    broken = [one for one in known if one.broken]
    holding = _of(len(known) - len(broken), len(known))
    st.markdown(f"{holding} equations between metrics hold in every period of the last year.")
    for one in broken:
        st.markdown(f"- {plain(one.description)} {plain(one.example)}")


def listing(run: Run) -> None:
    """Findings or sources: one table at a time, as two on a page confuse screen readers."""
    views = {"Findings": findings, "Sources": sources}
    view = st.segmented_control(
        "What is listed",
        list(views),
        required=True,
        label_visibility="collapsed",
        **bound("list", "Findings", views),
    )
    views[view](run)


def findings(run: Run) -> None:
    """The checks some row broke, narrowed by source and by what follows; a row opens its card."""
    source, severities = _controls(run)
    found = [
        check
        for check in run.catalog.quality.failing
        if (source is None or source in check.sources)
        and (not severities or check.severity in severities)
    ]
    if not found:
        box("Nothing was found", "Every check that fits holds in all rows.")
        return
    chosen = _table(
        "findings",
        [_finding(run, check) for check in found],
        {
            "Data": st.column_config.TextColumn(width=150),
            "What was found": st.column_config.TextColumn(width=290),
            "For example": st.column_config.TextColumn(width=210),
            "Consequence": st.column_config.MultiselectColumn(
                options=list(SEVERITY_NAMES.values()), color=["red", "gray"]
            ),
            "Source": st.column_config.TextColumn(width=260),
        },
        "Checks that rows broke, with the rows, examples, consequence, metrics and source",
    )
    if chosen is not None:
        _finding_card(run, found[chosen])


def sources(run: Run) -> None:
    """Every source with its checks; a row opens what was found in it and what rests on it."""
    known = sorted(run.catalog.quality.sources, key=_by_urgency)
    chosen = _table(
        "sources",
        [_source(source) for source in known],
        {
            "Table": st.column_config.TextColumn(width=290),
            "Status": st.column_config.MultiselectColumn(
                options=list(SOURCE_STATUS_NAMES.values()), color=BADGE_COLOURS
            ),
            "Becomes": st.column_config.TextColumn(width=260),
        },
        "Sources with their system, status, checks, findings and metrics",
    )
    if chosen is not None:
        _source_card(run, known[chosen])


def found_in(run: Run, info: MetricInfo) -> None:
    """What checks found in the data of one metric; nothing where they all hold."""
    quality = run.catalog.quality
    if without := quality.without(info.name):
        st.markdown("**Made without** what the warehouse lacks:")
        _small_list([plain(text) for text in without])
    found = quality.of(info.name)
    if not found:
        return
    st.markdown("**Data.** Some of its rows break a check:")
    _small_list([_line(check) for check in found])
    st.page_link(QUALITY, label="See data quality", icon=":material/fact_check:")


def _small_list(texts: Sequence[str]) -> None:
    lines = [f"- :small[{text}]" for text in texts[:MOST_LINES]]
    if len(texts) > MOST_LINES:
        lines.append(f"- :small[and {len(texts) - MOST_LINES} more]")
    st.markdown("\n".join(lines))


def _controls(run: Run) -> tuple[str | None, tuple[str, ...]]:
    failing = run.catalog.quality.failing
    tables = sorted({table for check in failing for table in check.sources})
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        source = st.selectbox(
            "Source",
            tables,
            placeholder="All sources",
            label_visibility="collapsed",
            width=320,
            index=None,
            **bound("source", None, tables),
        )
        names = st.pills(
            "Consequence",
            list(SEVERITY_NAMES.values()),
            selection_mode="multi",
            label_visibility="collapsed",
            **bound("consequence", [], SEVERITY_NAMES.values()),
        )
    return source, tuple(key for key, name in SEVERITY_NAMES.items() if name in names)


def _table(
    key: str, rows: Sequence[dict[str, Any]], columns: dict[str, Any], alt: str
) -> int | None:
    """A table and its file; gives the number of the row that is chosen."""
    frame = pd.DataFrame(rows)
    event: Any = st.dataframe(
        frame,
        key=f"{key}_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (min(len(frame), MOST_ROWS) + 1) + 3,
        column_config={**dict.fromkeys(NUMBERS, NUMBER), "Of": MILLIONS, **columns},
        alt=alt,
    )
    plain_rows = [
        {name: cell[0] if isinstance(cell, list) else cell for name, cell in row.items()}
        for row in rows
    ]
    file_buttons(pd.DataFrame(plain_rows), None, (), f"data_quality_{key}")
    chosen: list[int] = event.selection.rows
    return chosen[0] if chosen and chosen[0] < len(frame) else None


def _finding(run: Run, check: CheckInfo) -> dict[str, Any]:
    return {
        "Data": _name(check),
        "What was found": check.found,
        "Rows": check.failing,
        "Of": check.rows,
        "For example": ", ".join(check.examples),
        "Consequence": [SEVERITY_NAMES[check.severity]],
        "Metrics": len(run.catalog.quality.touched(check)),
        "Source": ", ".join(check.sources),
    }


def _source(source: SourceInfo) -> dict[str, Any]:
    return {
        "Table": source.table,
        "System": source.system.replace("_", " "),
        "Status": [SOURCE_STATUS_NAMES[source.status]],
        "Checks": source.checks,
        "Findings": source.failing,
        "Rows left out": source.set_aside,
        "Metrics": len(source.metrics),
        "Becomes": ", ".join(query.partition(".")[2] for query in source.queries),
    }


def _by_urgency(source: SourceInfo) -> tuple[bool, int, str]:
    """Missing sources that metrics wait for, then those with findings."""
    return (source.status != "missing" or not source.metrics, -source.failing, source.table)


def _finding_card(run: Run, check: CheckInfo) -> None:
    with st.container(border=True):
        st.header(f"{plain(_name(check))}: {plain(check.found)}", anchor=False)
        st.markdown(f"In {_rows(check)}, {check.effect}.")
        if check.examples:
            st.markdown("For example: " + ", ".join(map(code, check.examples)))
        if check.kind == "accepted":
            st.markdown(f"Known are: {code(check.wanted)}")
        st.markdown("Read from " + ", ".join(map(code, check.sources)))
        _links(run, run.catalog.quality.touched(check))


def _source_card(run: Run, source: SourceInfo) -> None:
    quality = run.catalog.quality
    with st.container(border=True):
        st.header(plain(source.table), anchor=False)
        if source.status == "missing":
            st.markdown("The warehouse has no such table.")
        lines = [f"- {_line(check)}" for check in quality.failing if source.table in check.sources]
        if lines:
            st.markdown("\n".join(lines))
        _links(run, source.metrics)


def _links(run: Run, names: Iterable[str]) -> None:
    """Ways to the metrics, important ones first; the rest is counted."""
    known = sorted(
        (run.catalog.metrics[name] for name in names), key=lambda info: (info.tier, info.label)
    )
    if not known:
        st.markdown("No metric uses it.")
        return
    st.markdown(f"**{len(known)}** {'metric uses' if len(known) == 1 else 'metrics use'} it:")
    grid = st.grid(4, min_column_width=160, gap="xsmall")
    for info in known[:MOST_LINKS]:
        label = run.labels[info.name]
        with grid.cell():
            st.page_link(EXPLORE, label=label, icon="", query_params={"metric": label})
    if len(known) > MOST_LINKS:
        st.markdown(f":small[:gray[and {len(known) - MOST_LINKS} more]]")


def _line(check: CheckInfo) -> str:
    return f"{plain(_name(check))}: {_sentence(check)}"


def _sentence(check: CheckInfo) -> str:
    return plain(f"{check.found} in {_rows(check)}, {check.effect}")


def _rows(check: CheckInfo) -> str:
    return f"{_of(check.failing, check.rows)} rows"


def _name(check: CheckInfo) -> str:
    return check.about.partition(".")[2]


def _of(part: int, whole: int) -> str:
    return f"{_count(part)} of {_count(whole)}"


def _count(value: int) -> str:
    return format_value(value, "count", style="full")
