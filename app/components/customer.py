"""The pieces of the customer page: who it is, what its scores are made of, what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.components.panels import draw_chart, panel
from app.data import Run
from app.panels.frame import said, text_of
from app.specs.customer_success import EVENTS, FACTS, INPUTS, NAME, SCORES
from app.specs.model import CUSTOMER
from app.text import plain
from metrics import Happening, Makeup
from metrics.format import MISSING, day_text, format_value

PARAMETER = "customer"
BOX = "customer box"
BAR = 30
MOST_EVENTS = 200
ROW_HEIGHT = 35
ROWS_SEEN = 12


def pick_customer(run: Run) -> str | None:
    """The box of all customers by name, in step with the URL, which holds the id."""
    labels = _labels(run)
    ids = {label: member for member, label in labels.items()}
    wanted = labels.get(st.query_params.get(PARAMETER, ""))
    if st.session_state.get(f"{BOX} seen") != wanted or BOX not in st.session_state:
        st.session_state[BOX] = st.session_state[f"{BOX} seen"] = wanted
    label = st.selectbox(
        "Customer",
        sorted(ids),
        key=BOX,
        index=None,
        placeholder="Type a customer's name",
        label_visibility="collapsed",
        icon=":material/search:",
        width=360,
        on_change=_write,
        args=(ids,),
    )
    return ids.get(label) if label else None


def _write(ids: dict[str, str]) -> None:
    label = st.session_state[BOX]
    if label in ids:
        st.query_params[PARAMETER] = ids[label]
    else:
        st.query_params.pop(PARAMETER, None)
    st.session_state[f"{BOX} seen"] = label


def _labels(run: Run) -> dict[str, str]:
    """What each customer is called in the box; those of one name are told apart by their id."""
    names = run.names(CUSTOMER, NAME)
    known = {member: names.get(member, member) for member in run.attributes(CUSTOMER, (NAME,))}
    seen: dict[str, int] = {}
    for name in known.values():
        seen[name] = seen.get(name, 0) + 1
    return {m: name if seen[name] == 1 else f"{name} ({m})" for m, name in known.items()}


def who(run: Run, member: str) -> None:
    """Name and what is known of the account, in one line."""
    columns = (NAME, *(name for name, _ in FACTS))
    row = run.attributes(CUSTOMER, columns).get(member, {})
    st.header(plain(str(row.get(NAME) or member)), anchor=False)
    told = [
        f"{title}: {plain(_fact(row[name]))}" for name, title in FACTS if row.get(name) is not None
    ]
    st.markdown(f":small[{' · '.join([*told, f'Id: {plain(member)}'])}]")


def _fact(value: Any) -> str:
    return day_text(value) if isinstance(value, date) else str(value)


def made_of(run: Run, metric: str, member: str) -> None:
    """A score with its inputs: the number, its points, and what it adds."""
    info = run.catalog.metrics[metric]
    with panel(f"What its {info.label.lower()} is made of"):
        if info.status != "live":
            said(f"Waiting for {', '.join(info.waits_on)}.")
            return
        found = run.makeup(metric, member)
        if found.value is None:
            said("It has no score: too few of its inputs are known, or it does not pay.")
            return
        mean = found.blend == "mean"
        rows = _inputs(found)
        known = [row for row in rows if row["value"] is not None]
        frame = pd.DataFrame(known)
        if len(frame):
            alt = ", ".join(f"{row.member} {row.text}" for row in frame.itertuples())
            draw_chart(frame, charts.ranked(BAR * len(frame)), f"{SCORES[metric]}: {alt}.")
        score = text_of(run, info, found.value, "card")
        said(
            f"The bars add up to {score}."
            if mean
            else f"The strongest sign decides: {score}. Each is on 0 to 100, higher is worse."
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "Input": [row["member"] for row in rows],
                    "Number": [row["number"] for row in rows],
                    "Points": [row["points"] for row in rows],
                    **({"Weight": [row["weight"] for row in rows]} if mean else {}),
                }
            ),
            hide_index=True,
            row_height=ROW_HEIGHT,
            height="content",
            column_config={
                name: st.column_config.TextColumn(alignment="right")
                for name in ("Number", "Points", "Weight")
            },
            alt=f"Inputs of the score {SCORES[metric]}",
        )


def _inputs(found: Makeup) -> list[dict[str, Any]]:
    mean = found.blend == "mean"
    rows = [
        {
            "member": INPUTS.get(part.name, part.name),
            "value": part.adds if mean else part.points,
            "text": _points(part.adds if mean else part.points),
            "complete": True,
            "state": "complete",
            "number": MISSING
            if part.number is None
            else f"{part.number:,.2f}".rstrip("0").rstrip("."),
            "points": _points(part.points),
            "weight": format_value(part.weight, "percentage") if part.weight else MISSING,
        }
        for part in found.parts
    ]
    return sorted(
        rows, key=lambda row: -1.0 if row["value"] is None else row["value"], reverse=True
    )


def _points(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1f}"


def timeline(run: Run, member: str) -> None:
    """What happened to the account, newest first."""
    with panel("What happened"):
        found = run.happened(tuple(EVENTS), CUSTOMER, member)
        if not found:
            said("Nothing that is kept by day in this period.")
            return
        shown = found[:MOST_EVENTS]
        st.dataframe(
            pd.DataFrame(
                {
                    "Day": [day_text(one.day) for one in shown],
                    "What": [EVENTS[one.name] for one in shown],
                    "How much": [_amount(run, one) for one in shown],
                }
            ),
            hide_index=True,
            row_height=ROW_HEIGHT,
            height=ROW_HEIGHT * (min(len(shown), ROWS_SEEN) + 1) + 3,
            column_config={"How much": st.column_config.TextColumn(alignment="right")},
            alt="What happened to the account, newest first",
        )
        if len(found) > len(shown):
            said(f"The newest {len(shown)} of {len(found)} in this period.")


def _amount(run: Run, one: Happening) -> str:
    info = run.info(one.name)
    if info:
        return text_of(run, info, one.value, "card")
    return format_value(one.value, "count")
