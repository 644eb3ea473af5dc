"""Where numbers come from, which data is wanted, and what breaks without a table."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import streamlit as st

from app.components.files import file_buttons
from app.components.states import box
from app.components.table import ROW_HEIGHT
from app.components.url import bound
from app.data import Run
from app.text import code, plain
from metrics import Chain, Impact, MetricInfo, Step, Wanted

INDENT = "    "


def where_from(run: Run, info: MetricInfo) -> None:
    """A metric's chain: what it is made of, and the tables and columns below.

    Each table tells how many metrics rest on it.
    """
    chain = run.catalog.chain(info.name)
    st.subheader("Where it comes from", anchor=False)
    st.markdown("\n".join(_steps(chain.root, set())))
    st.markdown("\n".join(_tables(chain)))
    st.markdown(f":small[:gray[{_files(chain)}]]")


def data_wanted(run: Run) -> None:
    """What metrics wait for, the most useful first."""
    items = run.catalog.wanted()
    if not items:
        box("Nothing is wanted", "Every metric has the data it needs.")
        return
    st.markdown(f"**{len(items)}** tables, columns or rows that metrics wait for")
    frame = pd.DataFrame([_wanted(item, run.labels) for item in items])
    st.dataframe(
        frame,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content",
        column_config={
            "Wanted": st.column_config.TextColumn(width=260),
            "Unlocks": st.column_config.NumberColumn(width=70),
            "Metrics": st.column_config.TextColumn(width=340),
            "Also needed by": st.column_config.TextColumn(width=160),
            "Columns": st.column_config.TextColumn(width=320),
        },
        alt="Wanted data with the metrics each would unlock",
    )
    file_buttons(frame, None, (), "data_wanted")


def resting(run: Run) -> None:
    """What breaks if a table goes: the way back from the warehouse to the metrics."""
    tables = sorted({table for info in run.catalog.metrics.values() for table in info.sources})
    table = st.selectbox(
        "Table",
        tables,
        placeholder="What breaks without this table?",
        label_visibility="collapsed",
        width=420,
        index=None,
        **bound("table", None, tables),
    )
    if table is None:
        st.markdown(f"**{len(tables)}** tables; choose one to see what rests on it.")
        return
    impact = run.catalog.without(table)
    st.markdown(_summary(impact))
    frame = pd.DataFrame(list(_affected(run, impact)))
    if not frame.empty:
        st.dataframe(
            frame,
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=ROW_HEIGHT * (min(len(frame), 20) + 1) + 3,
            column_config={
                "Metric": st.column_config.TextColumn(width=260),
                "Without the table": st.column_config.TextColumn(width=560),
            },
            alt=f"Metrics that would wait or lose something without {table}",
        )
        file_buttons(frame, None, (), f"without_{table}")


def _steps(step: Step, told: set[str], depth: int = 0) -> Iterator[str]:
    """Operands as a list in a list; what a measure is, is told where it comes first."""
    about = f"**{plain(step.text)}** {code(step.name)}"
    if step.kind != "metric":
        about = f"{step.kind} {code(step.name)}"
        about += "" if step.name in told else f" {plain(step.text)}"
        told.add(step.name)
    yield f"{INDENT * depth}- {about}"
    for below in step.below:
        yield from _steps(below, told, depth + 1)


def _tables(chain: Chain) -> Iterator[str]:
    """Tables with the columns a number is made of, and how many metrics rest on each."""
    for one in chain.sources:
        made_of = plain(", ".join((*one.counted, *one.choosing)))
        read = plain(f"; read too: {', '.join(one.read)}") if one.read else ""
        many = f":blue-badge[{one.metrics} metrics]"
        yield f"- {code(one.table)} {many} {made_of}:gray[{read}]"


def _files(chain: Chain) -> str:
    names = ", ".join(code(query.file) for query in chain.queries)
    unread = [one.table for one in chain.sources if not one.exact]
    exact = " Columns were followed through the SQL."
    if unread:
        exact = f" The SQL over {', '.join(map(code, unread))} cannot be followed by column."
    return f"Read by {names}.{exact}" if names else ""


def _wanted(item: Wanted, labels: dict[str, str]) -> dict[str, object]:
    return {
        "Wanted": str(item),
        "Unlocks": len(item.unlocks),
        "Metrics": ", ".join(labels[name] for name in item.unlocks),
        "Also needed by": ", ".join(labels[name] for name in item.helps),
        "Columns": ", ".join(f"{name} {kind}" for name, kind in item.columns.items()),
    }


def _summary(impact: Impact) -> str:
    files = ", ".join(code(path) for path in impact.read_by)
    return (
        f"Without {code(impact.name)} **{len(impact.waits)}** metrics would wait and "
        f"**{len(impact.loses)}** would go on with less. It is read by {files}."
    )


def _affected(run: Run, impact: Impact) -> Iterator[dict[str, str]]:
    for name in impact.waits:
        yield {"Metric": run.labels[name], "Without the table": "waits"}
    for name, changes in impact.loses.items():
        yield {"Metric": run.labels[name], "Without the table": "; ".join(changes)}
    for name in impact.already:
        yield {"Metric": run.labels[name], "Without the table": "waits for it now"}
