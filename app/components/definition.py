"""The definition of a metric as a card: what it means, how it is counted, what to mind."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from app.components.quality import found_in
from app.data import Run
from app.specs import DOMAIN_NAMES, EXPLORE, GOOD_WHEN, TIER_NAMES, WINDOW_NAMES
from app.text import code, plain
from metrics import MetricInfo
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


def waiting_for(info: MetricInfo) -> None:
    """What a metric without a number needs before it has one."""
    st.markdown("Defined, but the warehouse lacks what it needs:")
    st.markdown("\n".join(f"- {code(need)}" for need in info.waiting_for))


def related(run: Run, names: Iterable[str]) -> None:
    """Links to neighbouring metrics."""
    known = [name for name in names if run.info(name)]
    if not known:
        return
    st.header("Related metrics", anchor=False)
    for name in known:
        label = run.labels[name]
        st.page_link(EXPLORE, label=label, icon="", query_params={"metric": label})


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
        "Facts": ", ".join(map(code, info.facts)),
        "Data to": day_text(info.as_of) if info.as_of else "",
        "Version": code(info.hash),
    }
    return {name: text for name, text in facts.items() if text}


def _importance(info: MetricInfo) -> str:
    """Tier with the domains it holds in; one metric can matter more to one team."""
    domains: dict[int, list[str]] = {}
    for domain, tier in info.tiers.items():
        domains.setdefault(tier, []).append(DOMAIN_NAMES.get(domain, domain))
    texts = [f"{TIER_NAMES[tier]} ({', '.join(names)})" for tier, names in sorted(domains.items())]
    return ", ".join(texts) or TIER_NAMES[info.tier]
