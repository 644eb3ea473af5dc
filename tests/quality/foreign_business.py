"""What billing, the CRM and marketing of the foreign warehouse hold."""

from __future__ import annotations

from datetime import datetime

from tests.quality.foreign_values import Table, columns, day, moment

# Stripe; amounts are cents.


def stripe_customers() -> Table:
    rows = [[f"cus_{n}", {"account_id": 7000 + n}, False, True, "usd"] for n in range(1, 13)]
    names = "id metadata:json delinquent:boolean livemode:boolean currency"
    return Table("stripe_customers", columns(names), rows)


def stripe_invoices() -> Table:
    words = ["paid", "PAID", "open", "draft", "void", "uncollectible"]
    rows = [
        [
            f"in_{ago}_{n}",
            f"cus_{n}",
            words[n % 6],
            100 * n,
            None,
            None,
            moment(ago),
            moment(ago - 14) if n % 2 == 0 else None,
            None,
            "usd",
            True,
            1,
            100 * n,
            None,
            None,
            None,
        ]
        for ago in (10, 40, 70)
        for n in range(1, 13)
    ]
    names = """id customer status amount_due:integer amount_remaining:integer charge
        created:instant due_date:instant subscription currency livemode:boolean
        attempt_count:integer total:integer billing_reason period_start:instant
        period_end:instant"""
    return Table("stripe_invoices", columns(names), rows)


def stripe_charges() -> Table:
    words = ["succeeded", "failed", "requires_action"]
    rows = [
        [
            f"ch_{ago}_{n}",
            f"cus_{n}",
            f"in_{ago}_{n}",
            words[n % 3],
            100 * n,
            None,
            moment(ago),
            True,
        ]
        for ago in (9, 39, 69)
        for n in range(1, 13)
    ]
    names = """id customer invoice status amount:integer amount_refunded:integer created:instant
        livemode:boolean"""
    return Table("stripe_charges", columns(names), rows)


def stripe_subscriptions() -> Table:
    rows = [
        [
            f"sub_{n}",
            f"cus_{n}",
            "active",
            moment(300),
            moment(300),
            {"app_subscription_id": 9000 + n},
        ]
        for n in range(1, 13)
    ]
    empty = """trial_end:instant trial_start:instant ended_at:instant canceled_at:instant
        cancel_at:instant current_period_start:instant current_period_end:instant"""
    names = "id customer status start_date:instant created:instant metadata:json"
    flags = "cancel_at_period_end:boolean livemode:boolean"
    more = [None] * 7 + [False, True]
    return Table(
        "stripe_subscriptions",
        columns(f"{names} {empty} {flags}"),
        [[*row, *more] for row in rows],
    )


def stripe_subscription_items() -> Table:
    price = {"id": "price_1", "recurring": {"interval": "year", "interval_count": 1}}
    rows = [[f"si_{n}", f"sub_{n}", price, None, moment(300)] for n in range(1, 13)]
    names = "id subscription price:json quantity:integer created:instant"
    return Table("stripe_subscription_items", columns(names), rows)


def stripe_prices() -> Table:
    rows = [["price_1", 1_198_800, "year", 1, "usd", True]]
    names = """id unit_amount:integer recurring_interval recurring_interval_count:integer
        currency active:boolean"""
    return Table("stripe_prices", columns(names), rows)


# HubSpot; its own camel case.


def hubspot_companies() -> Table:
    rows = [
        [f"co_{n}", {"account_id": f"a{n}"} if n < 9 else {}, f"Co {n}", "Bar", None, None, True]
        for n in range(1, 15)
    ]
    names = """id properties:json name business_type created_date:date createdAt:instant
        archived:boolean"""
    return Table("hubspot_companies", columns(names), rows)


def hubspot_contacts() -> Table:
    rows = [[f"ct_{n}", {}, f"p{n}@example.com", moment(60 - n), False] for n in range(1, 15)]
    names = "id properties:json email createdAt:instant archived:boolean"
    return Table("hubspot_contacts", columns(names), rows)


def hubspot_deals() -> Table:
    words = ["appointmentscheduled", "closedwon", "ClosedLost", "Verbal-Commit", "contractsent"]
    rows = [
        [
            f"deal_{n}",
            {"hubspot_owner_id": 5},
            {"company_ids": [f"co_{n}"]},
            f"Deal {n}",
            None if n == 6 else 1000 * n,
            words[n % 5],
            "default",
            day(20 - n) if n % 5 in (1, 2) else None,
            moment(80 - n),
            moment(20 - n),
            True,
        ]
        for n in range(1, 15)
    ]
    names = """id properties:json associations:json dealname amount:DECIMAL(12,2) dealstage pipeline
        closedate:date createdAt:instant updatedAt:instant archived:boolean"""
    return Table("hubspot_deals", columns(names), rows)


def hubspot_engagements() -> Table:
    words = ["CALL", "email", "MEETING", "SMS"]
    rows = [
        [
            f"en_{n}",
            {"type": words[n % 4], "ownerId": 5},
            {"dealIds": [f"deal_{1 + n % 14}"], "companyIds": [f"co_{1 + n % 14}"]},
            {},
            moment(n),
            moment(n),
        ]
        for n in range(1, 60)
    ]
    names = "id engagement:json associations:json metadata:json createdAt:instant updatedAt:instant"
    return Table("hubspot_engagements", columns(names), rows)


def hubspot_owners() -> Table:
    names = "id email firstName lastName userId:integer archived:boolean createdAt:instant"
    return Table(
        "hubspot_owners", columns(names), [["17", "x@example.com", "X", "Y", 4, False, None]]
    )


def hubspot_tickets() -> Table:
    words = ["new", "waiting-on-us", "Closed", "Awaiting vendor"]
    rows = [
        [
            f"t_{n}",
            {"category": "Hardware", "closed_date": f"{day(10 - n % 4)}T09:00:00Z"}
            if n % 4 == 2
            else {},
            {"company_ids": [f"co_{n}"]},
            words[n % 4],
            ["HIGH", "low", "P1"][n % 3],
            moment(40 - n),
            moment(5),
            True,
        ]
        for n in range(1, 15)
    ]
    names = """id properties:json associations:json hs_pipeline_stage hs_ticket_priority
        createdate:instant hs_lastmodifieddate:instant archived:boolean"""
    return Table("hubspot_tickets", columns(names), rows)


# Advertising, the website, e-mail and leads.


def google_ads_campaigns() -> Table:
    rows = [
        ["g1", "Search", "ENABLED", "SEARCH", day(100), None, 5000, 90_000, 2_000, 4_321.5, 40],
        ["g2", "Old", "PAUSED", "SEARCH", day(300), day(200), None, 100, 2, 3.5, None],
    ]
    names = """id name status campaign_type start_date:date end_date:date
        budget_amount:DECIMAL(12,2) impressions:integer clicks:integer cost:DECIMAL(12,2)
        conversions:DECIMAL(10,2)"""
    table = Table("google_ads_campaigns", columns(names), rows)
    return Table(
        table.name,
        {**table.columns, "advertising_channel_type": "text"},
        [[*row, None] for row in table.rows],
    )


def facebook_ads_campaigns() -> Table:
    actions = [
        {"action_type": "link_click", "value": "90"},
        {"action_type": "purchase", "value": "3"},
    ]
    rows = [
        [
            "fb1",
            "Feed",
            "ACTIVE",
            "SALES",
            moment(90),
            None,
            None,
            None,
            70_000,
            90,
            812.25,
            actions,
        ]
    ]
    names = """id name status objective start_time:instant stop_time:instant
        daily_budget:DECIMAL(10,2) lifetime_budget:DECIMAL(12,2) impressions:integer clicks:integer
        spend:DECIMAL(12,2) actions:json"""
    return Table("facebook_ads_campaigns", columns(names), rows)


def linkedin_ads_campaigns() -> Table:
    rows = [["li1", "Leads", "Running", "LEAD", day(80), None, None, None, 9_000, 45, 650, 4]]
    names = """id name status objective_type start_date:date end_date:date
        daily_budget:DECIMAL(10,2) total_budget:DECIMAL(12,2) impressions:integer clicks:integer
        cost:DECIMAL(12,2) conversions:integer"""
    return Table("linkedin_ads_campaigns", columns(names), rows)


def google_analytics_sessions() -> Table:
    rows = [[day(ago), 100 + ago, 80, 30, 250, 0.4, None, None] for ago in range(60)]
    names = """date:date sessions:integer users:integer new_users:integer page_views:integer
        bounce_rate:number avg_session_duration:number goal_completions:integer"""
    return Table("google_analytics_sessions", columns(names), rows)


def iterable_campaigns() -> Table:
    rows = [
        ["it1", "News", "Finished", moment(20), 500, None],
        ["it2", "Soon", "Draft", None, 9, None],
    ]
    names = "id name status start_at:instant send_size:integer labels"
    return Table("iterable_campaigns", columns(names), rows)


def marketing_qualified_leads() -> Table:
    rows = [
        [
            f"m{n}",
            n,
            100 + n,
            datetime(2026, 12, 24) if n == 9 else moment(50 - n),
            70.5,
            "Webinar",
            "g1",
            None,
            None,
            None,
        ]
        for n in range(1, 15)
    ]
    names = """id contact_id:integer account_id:integer mql_date:instant mql_score:DECIMAL(5,2)
        lead_source campaign_id conversion_probability:number days_to_mql:integer
        engagement_score:number"""
    return Table("marketing_qualified_leads", columns(names), rows)


def attribution_touchpoints() -> Table:
    words = ["Paid Search", "organic-social", "Direct", None]
    rows = [
        [f"x{n}", None, moment(60 - n), words[n % 4], "g1", None, "Google", None]
        for n in range(1, 25)
    ]
    names = "id mql_id touchpoint_date:instant channel campaign_id medium source content"
    return Table("attribution_touchpoints", columns(names), rows)


TABLES = (
    stripe_customers,
    stripe_invoices,
    stripe_charges,
    stripe_subscriptions,
    stripe_subscription_items,
    stripe_prices,
    hubspot_companies,
    hubspot_contacts,
    hubspot_deals,
    hubspot_engagements,
    hubspot_owners,
    hubspot_tickets,
    google_ads_campaigns,
    facebook_ads_campaigns,
    linkedin_ads_campaigns,
    google_analytics_sessions,
    iterable_campaigns,
    marketing_qualified_leads,
    attribution_touchpoints,
)
