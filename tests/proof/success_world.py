"""Facts of customer success in the world of the second road, in the order they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tests.proof import success_facts as success
from tests.proof import support_facts as support
from tests.proof.facts import Promise
from tests.proof.raw import Row

if TYPE_CHECKING:
    from tests.proof.world import World

INTERVAL = ("valid_from", "valid_to")
PROMISES = (
    Promise("accounts", "app_database", ("customer_id",), *INTERVAL),
    Promise("customer_spells", "app_database", ("customer_id", "valid_from"), *INTERVAL),
    Promise("features_available", "app_database", ("feature_name",), *INTERVAL, planned=True),
    Promise("listed_features", "app_database", ("feature_name",), *INTERVAL, planned=True),
    Promise("account_first_use", "app_database", ("customer_id",), *INTERVAL),
    Promise("billing_terms", "stripe", ("invoice_id",), *INTERVAL),
    Promise("next_renewals", "stripe", ("invoice_id",), *INTERVAL, planned=True),
    Promise("renewals_due", "stripe", ("invoice_id", "valid_from"), *INTERVAL, planned=True),
    Promise("overdue_invoices", "stripe", ("invoice_id",), *INTERVAL, planned=True),
    Promise("subscription_discounts", "stripe", ("discount_id", "item_id"), *INTERVAL),
    Promise("deferred_amounts", "ledger stripe", ("line_id",), *INTERVAL),
    Promise("ticket_first_replies", "hubspot", ("ticket_id",), "created_at", "replied_at"),
    Promise("ticket_escalations", "hubspot", ("ticket_id", "escalated_at"), "escalated_at"),
    Promise("ticket_ratings", "surveys hubspot", ("ticket_id",), "responded_at"),
    Promise("nps_answers", "surveys", ("response_id",), *INTERVAL),
    Promise("survey_ratings", "surveys", ("response_id",), "responded_at"),
    Promise("milestones", "success", ("customer_id", "milestone", "reached_on"), "reached_on"),
    Promise("account_value", "success app_database", ("customer_id",), *INTERVAL),
    Promise("expansion_predictions", "success", ("customer_id", "predicted_at"), *INTERVAL),
    Promise("contracted_seats", "success", ("contract_id",), *INTERVAL, planned=True),
    Promise("business_reviews", "success", ("review_id",), "planned_on", planned=True),
    Promise("ledger_entries", "ledger", ("entry_id",), "posted_on"),
    Promise("headcounts", "hr", ("valid_from",), *INTERVAL, planned=True),
    Promise("market_sizes", "market", ("region", "valid_from"), *INTERVAL, planned=True),
    Promise("api_requests", "api_gateway", ("log_id",), "requested_at"),
)

Made = tuple[str, Iterable[Row], Callable[[Row], dict[str, Any]]]


def facts(world: World) -> Iterator[Made]:
    """Each fact by name, with its rows and how a row gets its dimensions."""
    raw, zone = world.raw, world.time_zone
    terms = success.Terms(raw, zone)

    def rows(name: str) -> list[Row]:
        return world.facts[name].rows.to_dict("records")

    def of_customer(row: Row) -> dict[str, Any]:
        return world.entities.of_customer(row["customer_id"])

    def of_ticket(row: Row) -> dict[str, Any]:
        own = {"priority": row["priority"], "category": row["category"]}
        return of_customer(row) | own | world.crm.of_owner(row)

    def of_feature(row: Row) -> dict[str, Any]:
        feature = world.entities.features.get(row["feature_name"], {})
        return {"feature_name": row["feature_name"], "category": feature.get("category")}

    def of_itself(row: Row) -> dict[str, Any]:
        return {name: row.get(name) for name in ("endpoint", "service", "region")}

    yield "accounts", success.accounts(world), of_customer
    yield "customer_spells", success.customer_spells(world), of_customer
    yield "features_available", success.features_available(world), of_feature
    listed = success.listed_features(world)
    yield "listed_features", listed, lambda row: {"category": row["category"]}
    yield "account_first_use", success.account_first_use(world), of_customer
    yield "billing_terms", terms.billing_terms(), of_customer
    named = [
        row
        for row in rows("billing_terms")
        if row["customer_id"] is not None and row["valid_to"] > row["valid_from"]
    ]
    yield "next_renewals", named, of_customer
    yield "renewals_due", success.renewals_due(rows("billing_terms")), of_customer
    yield "overdue_invoices", terms.overdue_invoices(rows("receivables")), of_customer
    yield "subscription_discounts", terms.discounts(rows("stripe_mrr_periods")), of_customer
    yield "deferred_amounts", terms.deferred_amounts(rows("invoices")), of_customer
    yield "ticket_first_replies", support.ticket_first_replies(raw, rows("tickets")), of_ticket
    yield "ticket_escalations", support.ticket_escalations(raw), lambda row: {}
    yield "ticket_ratings", support.ticket_ratings(raw, rows("tickets")), of_ticket
    yield "nps_answers", success.nps_answers(raw, zone), of_customer
    yield "survey_ratings", success.survey_ratings(raw), of_customer
    yield "milestones", success.milestones(raw), of_customer
    yield "account_value", success.account_value(world), of_customer
    yield "expansion_predictions", success.expansion_predictions(raw, zone), of_customer
    yield "contracted_seats", support.contracted_seats(raw), of_customer
    yield "business_reviews", support.business_reviews(raw), of_customer
    yield "ledger_entries", support.ledger_entries(raw), lambda row: {}
    yield "headcounts", support.headcounts(raw), lambda row: {}
    yield "market_sizes", support.market_sizes(raw), of_itself
    yield "api_requests", support.api_requests(raw), of_itself
