"""The definition of a metric as a card: what it means, how it is counted, what to mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from app.components.quality import found_in
from app.data import Run
from app.readings import known_to
from app.specs import (
    DOMAIN_NAMES,
    EXPLORE,
    GOOD_WHEN,
    STATUS_TEXTS,
    TIER_NAMES,
    WINDOW_NAMES,
)
from app.text import code, plain
from metrics import Lack, MetricInfo
from metrics.format import day_text, unit_text

STATUS_BADGES = {
    "live": ":green-badge[Live]",
    "ready": ":blue-badge[Ready]",
    "waiting": ":gray-badge[Waiting]",
    "blocked": ":orange-badge[Blocked]",
}


def definition(run: Run, info: MetricInfo) -> None:
    """Everything the catalog knows about one metric, in reading order."""
    st.markdown(plain(info.description))
    st.markdown(code(info.formula))
    st.table(_facts(run, info), border="horizontal", alt=f"Facts about {info.label}")
    for title, text in (("Mind", info.caveats), ("Differs from", info.differs)):
        if text:
            st.markdown(f"**{title}.** {plain(text)}")
    found_in(run, info)


def waiting_for(run: Run, info: MetricInfo) -> None:
    """What a metric without a number needs before it has one: columns, and what rows stand for."""
    queries = run.catalog.chain(info.name).queries
    about = {table: query.description for query in queries for table in query.tables}
    st.markdown(STATUS_TEXTS[info.status])
    st.markdown("\n".join(f"- {_need(lack, about.get(lack.place, ''))}" for lack in info.lacks))


def _need(lack: Lack, about: str) -> str:
    """A table with the columns and types that are needed of it, or what is lacking in words."""
    if lack.kind != "table" or not lack.columns:
        return code(str(lack))
    columns = ", ".join(f"{code(name)} {kind}" for name, kind in lack.columns)
    rows = f". {plain(about)}" if about else ""
    return f"{code(lack.place)} with {columns}{rows}"


def related(
    run: Run,
    names: Iterable[str],
    inside: bool = False,
    kept: Mapping[str, list[str]] | None = None,
) -> None:
    """Links to neighbouring metrics, with what is `kept` of the state of Explore.

    `inside` a card they stand in a row under a smaller title.
    """
    known = [name for name in names if run.info(name)]
    if not known:
        return
    (st.subheader if inside else st.header)("Related metrics", anchor=False)
    with st.container(horizontal=inside, gap="small"):
        for name in known:
            label = run.labels[name]
            st.page_link(
                EXPLORE, label=label, icon="", query_params={**(kept or {}), "metric": label}
            )


def _facts(run: Run, info: MetricInfo) -> dict[str, str]:
    cuts = ", ".join(
        run.catalog.dimensions[d].label for d in info.dimensions if d in run.catalog.dimensions
    )
    facts = {
        "Name": code(info.name),
        "Status": STATUS_BADGES[info.status],
        "Importance": plain(_importance(info)),
        "Unit": plain(unit_text(info.unit, info.display_unit)),
        "Good when": GOOD_WHEN[info.direction],
        "Window": WINDOW_NAMES.get(info.window, f"the {info.window} up to its last day"),
        "Can be cut by": plain(cuts) or "total only",
        "Owner": plain(info.owner),
        "Not here by": _lost(run, info),
        "Data since": day_text(info.first_day) if info.first_day else "",
        "Data to": known_to(info),
        "Version": code(info.hash),
        "Proof": _proof(info),
    }
    return {name: text for name, text in facts.items() if text}


def _proof(info: MetricInfo) -> str:
    """The badge of a definition that was recomputed from raw rows; it is of this version alone."""
    if info.proof is None:
        return "this version has not been proven"
    engines = " and ".join(map(plain, info.proof.engines))
    many = f"{info.proof.cases:,}"
    return f":green-badge[Proven] on {many} cases on {engines} for definition {code(info.hash)}"


def _lost(run: Run, info: MetricInfo) -> str:
    """Dimensions the warehouse lacks the data for, and which data that is."""
    return ", ".join(
        f"{plain(run.catalog.dimensions[name].label)} (lacks {', '.join(map(code, lacks))})"
        for name, lacks in info.lost_dimensions.items()
    )


def _importance(info: MetricInfo) -> str:
    """Tier with the domains it holds in; one metric can matter more to one team."""
    domains: dict[int, list[str]] = {}
    for domain, tier in info.tiers.items():
        domains.setdefault(tier, []).append(DOMAIN_NAMES.get(domain, domain))
    texts = [f"{TIER_NAMES[tier]} ({', '.join(names)})" for tier, names in sorted(domains.items())]
    return ", ".join(texts) or TIER_NAMES[info.tier]
