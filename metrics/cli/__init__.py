"""The `metrics` command. Exit codes are in `metrics.cli.exits` and docs/cli.md."""

from __future__ import annotations

import logging
from collections.abc import Callable

import typer

from metrics.cli import ask, builds, catalog, serve, setup, verify, why
from metrics.cli.exits import Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,  # help is text, the same on a terminal and in a file
    pretty_exceptions_enable=False,
    help="Compute, ask and show a company's metrics.",
    epilog="Exit codes and more examples: docs/cli.md",
)

COMMANDS: dict[str, Callable[..., None]] = {
    "init": setup.init,
    "doctor": verify.doctor,
    "demo": builds.demo,
    "build": builds.build,
    "query": ask.query,
    "why": why.why,
    "sql": ask.sql,
    "list": catalog.list_metrics,
    "show": catalog.show,
    "lineage": catalog.lineage,
    "check": verify.check,
    "prove": verify.prove,
    "parity": verify.parity,
    "app": serve.app,
    "run": serve.run_app,
    "history": builds.history,
    "rollback": builds.rollback,
    "status": builds.status,
}
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """Entry point of the `metrics` command."""
    # The parser's remarks about SQL it cannot read are ours to make.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    app()
