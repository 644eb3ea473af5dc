"""The engagement page."""

from app.components.domain import render

render("engagement")
