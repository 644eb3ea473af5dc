"""The product analytics page."""

from app.components.domain import render

render("product")
