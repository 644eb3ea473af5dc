"""Random rows about marketing: campaigns, contacts, leads, touches, the website and e-mail."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.proof.random_values import Maker, Row

CHANNELS = (
    "paid_search",
    "Paid Social",
    "organic-search",
    "Email",
    "direct",
    "Direct",
    "event",
    "",
)
MEDIUMS = ("cpc", "CPC", "organic", "paid social", "email", "none", " ")


def advertising(m: Maker) -> dict[str, list[Row]]:
    """Campaigns with and without dates, one id on two platforms, and what their days cost."""
    google, facebook, linkedin = (_campaigns(m, ids) for ids in ("k1 k4", "k1 k2", "k3"))
    spend = [
        {
            "id": f"a{index}",
            "platform": m.maybe(m.one_of("google", "google", "Facebook", "linkedin", "TikTok")),
            "campaign_id": m.maybe(m.one_of("k1", "k2", "k3", "k4", "k9")),
            "date": m.maybe(m.day(40)),
            "impressions": m.maybe(m.one_of(0, 40, 900)),
            "clicks": m.maybe(m.one_of(0, 1, 12, 60)),
            "cost": m.maybe(m.one_of(0, 12.34, 100)),
            "conversions": m.maybe(m.one_of(0, 0.5, 3)),
            "conversion_value": m.maybe(m.one_of(0, 180, 99.99)),
        }
        for index in range(m.count())
    ]
    return {
        "google_ads_campaigns": [
            {
                "id": row["id"],
                "name": row["id"],
                "campaign_type": m.maybe(m.one_of("SEARCH", "VIDEO")),
                "advertising_channel_type": m.maybe("DISPLAY"),
                "start_date": row["first"],
                "end_date": row["last"],
                "budget_amount": row["budget"],
            }
            for row in google
        ],
        "facebook_ads_campaigns": [
            {
                "id": row["id"],
                "objective": m.maybe("LEAD_GENERATION"),
                "start_time": row["from"],
                "stop_time": row["until"],
                "lifetime_budget": row["budget"],
            }
            for row in facebook
        ],
        "linkedin_ads_campaigns": [
            {
                "id": row["id"],
                "objective_type": m.maybe("WEBSITE_VISITS"),
                "start_date": row["first"],
                "end_date": row["last"],
                "total_budget": row["budget"],
            }
            for row in linkedin
        ],
        "ad_performance_daily": _one_a_day(spend),
    }


def _campaigns(m: Maker, ids: str) -> list[Row]:
    return [
        {
            "id": one,
            "first": m.maybe(m.day(60, ahead=20)),
            "last": m.maybe(m.day(0, ahead=60), 0.5),
            "from": m.maybe(m.instant(60)),
            "until": m.maybe(m.instant(), 0.5),
            "budget": m.maybe(m.one_of(0, 500, 1234.5)),
        }
        for one in ids.split()
        if m.maybe(True)
    ]


def _one_a_day(spend: list[Row]) -> list[Row]:
    told = {(row["platform"], row["campaign_id"], row["date"]): row for row in spend}
    return list(told.values())


def leads(m: Maker) -> dict[str, list[Row]]:
    """Contacts, the leads made of some, and touches; some of each join nothing."""
    contacts = [
        {
            "id": one,
            "properties": m.maybe(_properties(m, index), 0.97),
            "createdAt": m.maybe(m.one_of(m.instant(250), m.instant(500)), 0.95),
        }
        for index, one in enumerate(m.contacts)
    ]
    qualified = [
        {
            "id": f"q{index}",
            "contact_id": m.maybe(int(m.id_of(m.contacts, "999", 0.95)), 0.97),
            "account_id": m.maybe(m.chance.randint(0, 9)),
            "lead_source": m.maybe(m.one_of("email", "google_ads")),
            "campaign_id": m.maybe(m.one_of("k1", "k2", "k3", "k9")),
            "mql_date": m.maybe(m.one_of(m.instant(150), m.instant(430)), 0.95),
            "mql_score": m.maybe(m.one_of(0, 79.99, 80, 100, 55.5, -3, 120)),
            "engagement_score": m.maybe(m.one_of(0, 33.3, 100, -1)),
            "conversion_probability": m.maybe(m.one_of(0, 0.25, 1, 1.5)),
            "days_to_mql": m.maybe(m.one_of(0, 3, 40, -2)),
        }
        for index in range(m.chance.randint(m.shape.customers, 6 * m.shape.customers))
    ]
    names = [row["id"] for row in qualified]
    touches = [
        {
            "id": f"o{index}",
            "mql_id": m.maybe(m.id_of(names, "qX"), 0.93),
            "touchpoint_date": m.maybe(m.instant(300), 0.97),
            "channel": m.maybe(m.one_of(*CHANNELS)),
            "medium": m.maybe(m.one_of(*MEDIUMS)),
            "source": m.maybe(m.one_of("google_ads", "Newsletter", " direct ", "")),
            "campaign_id": m.maybe(m.one_of("k1", "k2", "k3", "k9"), 0.5),
            "content": m.maybe(m.one_of("guide", "video", "blog"), 0.5),
            "attribution_weight": m.maybe(0.9),
            "touchpoint_position": m.maybe(m.chance.randint(1, 5)),
        }
        for index in range(m.count(5))
    ]
    return {
        "hubspot_contacts": contacts,
        "marketing_qualified_leads": qualified,
        "attribution_touchpoints": touches,
    }


def _properties(m: Maker, index: int) -> str:
    """Most contacts are with a company that has an account."""
    usual = m.companies[index % len(m.customers)]
    company = usual if m.maybe(True, 0.8) else m.id_of([*m.companies, "hP"], "hX")
    told = {
        m.one_of("company_id", "company_id", "associatedcompanyid"): m.maybe(company, 0.95),
        m.one_of("source", "hs_analytics_source"): m.one_of("Google_Ads", "email", "linkedin_ads"),
    }
    return json.dumps({name: value for name, value in told.items() if m.maybe(True, 0.97)})


def website(m: Maker) -> dict[str, list[Row]]:
    """Days of the website with gaps, and e-mail campaigns that were sent or not."""
    days = [m.shape.start + timedelta(days=one) for one in range(m.shape.days - m.shape.lag + 1)]
    visits = [
        {
            "date": day,
            "sessions": m.maybe(m.one_of(0, 7, 120)),
            "users": m.maybe(m.one_of(0, 5, 90)),
            "new_users": m.maybe(m.one_of(0, 3, 50)),
            "page_views": m.maybe(m.one_of(0, 30, 400)),
            "bounce_rate": m.maybe(m.one_of(0, 0.25, 0.4321, 1)),
            "avg_session_duration": m.maybe(m.one_of(0, 61.5, 152.25)),
            "goal_completions": m.maybe(m.one_of(0, 1, 9)),
        }
        for day in days
        if m.maybe(True)
    ]
    mails = [
        {
            "id": f"w{index}",
            "status": m.maybe(m.one_of("Finished", "Running", "Draft", "scheduled")),
            "start_at": m.maybe(m.instant(40)),
            "send_size": m.maybe(m.one_of(0, 500, 1234)),
            "labels": m.maybe(m.one_of("news", "event")),
        }
        for index in range(m.count(0.2))
    ]
    return {"google_analytics_sessions": visits, "iterable_campaigns": mails}


def audience(m: Maker) -> dict[str, list[Row]]:
    """What the demo lacks: e-mail events, social networks, a brand survey, costs of content."""
    words = (
        "delivered",
        "Delivered",
        "delivery",
        "open",
        "opened",
        "click",
        "unsubscribe",
        "bounce",
    )
    events = [
        {
            "campaign_id": m.maybe(m.one_of("w0", "w1", "w2")),
            "recipient_id": m.maybe(m.one_of("r1", "r2", "r3", "r4")),
            "event": m.maybe(m.one_of(*words)),
            "occurred_at": m.maybe(m.instant(), 0.95),
        }
        for _ in range(m.count())
    ]
    posts = {
        (m.maybe(m.one_of("LinkedIn", "linkedin", "x")), m.one_of("p1", "p2"), m.maybe(m.day()))
        for _ in range(m.count(0.4))
    }
    reach = [
        {
            "network": network,
            "post_id": post,
            "date": day,
            "impressions": m.maybe(m.one_of(0, 90, 1000)),
            "engagements": m.maybe(m.one_of(0, 4, 33)),
        }
        for network, post, day in sorted(posts, key=str)
    ]
    answers = [
        {
            "respondent_id": f"a{index}",
            "region": m.maybe(m.one_of("West", "South")),
            "awareness": m.maybe(m.one_of("unaided", "Aided", "none", "unsure")),
            "responded_at": m.maybe(m.instant()),
        }
        for index in range(m.count(0.4))
    ]
    mentions = [
        {
            "id": f"j{index}",
            "network": m.maybe(m.one_of("X", "linkedin")),
            "brand": m.maybe(m.one_of("Ours", "Theirs")),
            "is_own": m.maybe(m.chance.random() < 0.4),
            "mentioned_at": m.maybe(m.instant()),
        }
        for index in range(m.count(0.5))
    ]
    costs = [
        {
            "id": f"z{index}",
            "content": m.maybe(m.one_of("guide", "video", "podcast")),
            "spent_on": m.maybe(m.day(90)),
            "cost": m.maybe(m.one_of(0, 250, 1999.99)),
        }
        for index in range(m.count(0.2))
    ]
    return {
        "email_events": events,
        "social_engagement": reach,
        "brand_survey_responses": answers,
        "social_mentions": mentions,
        "content_costs": costs,
    }
