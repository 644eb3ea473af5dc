"""Panels of points: members by two metrics, members at their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.components.panels import axis_of, draw_chart, panel
from app.components.url import go_to
from app.data import Ask, Run
from app.panels.frame import cannot_be_split, has_number, said, shown_member, text_of
from app.panels.members import values_by_member
from app.specs import CUSTOMER_PAGE
from app.specs.model import CUSTOMER, Places, Scatter

POINTS_HEIGHT = 330
PLACE = ("latitude", "longitude")


def ask_scatter(run: Run, one: Scatter) -> Sequence[Ask]:
    """All three metrics of all members."""
    return [Ask((one.x, one.y, one.size), by=one.by)]


def draw_scatter(run: Run, one: Scatter, answers: Any) -> None:
    """A point per member that has both metrics; a click on a customer opens its page."""
    infos = [run.catalog.metrics[name] for name in (one.x, one.y, one.size)]
    with panel(one.title):
        if any(cannot_be_split(run, name, (one.by,)) for name in (one.x, one.y)):
            return
        metrics = (one.x, one.y, one.size)
        table = values_by_member(answers.get(ask_scatter(run, one)[0]), one.by, metrics)
        table = table.reindex(columns=list(metrics)).dropna(subset=[one.x, one.y])
        if not has_number(run, infos[1], table[one.y]):
            return
        names = run.names(one.by, one.named) if one.named else None
        frame = pd.DataFrame(
            {
                "key": [str(member) for member in table.index],
                "member": [shown_member(one.by, member, names) for member in table.index],
                **{
                    part: table[name].to_numpy()
                    for part, name in zip("xy", metrics[:2], strict=True)
                },
                "size": table[one.size].fillna(0).to_numpy(),
            }
        )
        for part, info in zip(("x", "y", "size"), infos, strict=True):
            frame[f"text_{part}"] = [text_of(run, info, value, "card") for value in frame[part]]
        axes = [
            axis_of(run, info, frame[[part]]) for part, info in zip("xy", infos[:2], strict=True)
        ]
        titles = (infos[0].label, infos[1].label, infos[2].label)
        spec = charts.scatter(axes[0], axes[1], titles, POINTS_HEIGHT)
        event: Any = st.vega_lite_chart(
            frame,
            spec,
            key=f"scatter {one.by} {one.title}",
            on_select="rerun",
            alt=f"{one.title}: {len(frame)} points.",
        )
        said(one.note)
    picked = event.selection.get("picked") if one.by == CUSTOMER else None
    if picked:
        go_to(CUSTOMER_PAGE, customer=str(picked[0]["key"]))


def ask_places(run: Run, one: Places) -> Sequence[Ask]:
    """Both metrics of all places."""
    return [Ask((one.size, one.shade), by=one.by)]


def draw_places(run: Run, one: Places, answers: Any) -> None:
    """A point per place that has coordinates; those to watch stand out."""
    size, shade = run.catalog.metrics[one.size], run.info(one.shade)
    with panel(one.title):
        if cannot_be_split(run, one.size, (one.by,)):
            return
        table = values_by_member(
            answers.get(ask_places(run, one)[0]), one.by, (one.size, one.shade)
        ).reindex(columns=[one.size, one.shade])
        known = run.attributes(one.by, (one.named, *PLACE))
        table = table[table[one.size] > 0]
        placed = table[
            [all(known.get(m, {}).get(p) is not None for p in PLACE) for m in table.index]
        ]
        if not has_number(run, size, placed[one.size]):
            return
        watched = placed[one.shade].fillna(0) > 0
        frame = pd.DataFrame(
            {
                "member": [str(known[member][one.named] or member) for member in placed.index],
                **{part: [known[member][part] for member in placed.index] for part in PLACE},
                "size": placed[one.size].to_numpy(),
                "shade": ["watch" if one else "fine" for one in watched],
                "text_size": [text_of(run, size, value, "card") for value in placed[one.size]],
                "text_shade": [
                    text_of(run, shade or size, value, "card") for value in placed[one.shade]
                ],
            }
        ).sort_values("shade")
        titles = (size.label, (shade or size).label)
        alt = f"{one.title}: {len(frame)} places, {int(watched.sum())} to watch."
        draw_chart(frame, charts.places(titles, POINTS_HEIGHT), alt)
        missing = len(table) - len(placed)
        said(f"{one.note} {missing} without coordinates are not shown." if missing else one.note)
