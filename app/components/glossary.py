"""The glossary page: each word with its meaning, how many metrics it is true of, an example."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components.table import ROW_HEIGHT
from app.data import Run
from app.glossary import CHAPTERS, Chapter
from metrics import MetricInfo


def glossary(run: Run) -> None:
    """One table per chapter, then what numbers can be cut by."""
    infos = sorted(run.catalog.metrics.values(), key=lambda info: info.tier)
    for chapter in CHAPTERS:
        rows = []
        for key, meaning in chapter.meanings.items():
            found = [info for info in infos if _is(info, chapter, key)]
            if found:
                rows.append((chapter.names.get(key, key), meaning, len(found), found[0].name))
        _table(chapter.title, (chapter.word, "Meaning", "Metrics", "For example"), rows)
    cuts = [
        (one.label, one.description, sum(one.name in info.dimensions for info in infos), one.name)
        for one in run.catalog.dimensions.values()
    ]
    _table("What numbers can be cut by", ("Dimension", "Meaning", "Metrics", "Name"), cuts)


def _is(info: MetricInfo, chapter: Chapter, key: str) -> bool:
    if chapter.of == "name":
        return info.name.endswith(tuple(key.split()))
    return str(getattr(info, chapter.of)) == key


def _table(
    title: str, columns: tuple[str, str, str, str], rows: list[tuple[str, str, int, str]]
) -> None:
    if not rows:
        return
    st.header(title, anchor=False)
    st.dataframe(
        pd.DataFrame(rows, columns=list(columns)),
        key=f"glossary {title}",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content",
        column_config={
            columns[0]: st.column_config.TextColumn(width=230),
            "Meaning": st.column_config.TextColumn(width=480),
            columns[3]: st.column_config.TextColumn(width=230),
        },
        alt=f"{title}: each word with its meaning",
    )
