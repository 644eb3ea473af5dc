"""The customer success page."""

from app.components.domain import render

render("customer_success")
