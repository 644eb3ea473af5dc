"""Commands that show: app serves what is built, run makes what is missing first."""

from __future__ import annotations

import os
import socket
import sys
from typing import Annotated, Any

import typer

from metrics.cli.builds import make_demo, run
from metrics.cli.console import write
from metrics.errors import MetricsError, StoreError
from metrics.settings import ROOT, Settings, load_settings

PortOption = Annotated[int, typer.Option(help="Port to serve the app on.")]
HostOption = Annotated[str, typer.Option(help="Address to listen on.")]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Name browsers reach it by, when it is not localhost; repeat for more.",
        envvar="METRICS_ALLOWED_HOSTS",
    ),
]


def app(
    port: PortOption = 8501,
    host: HostOption = "127.0.0.1",
    allow: AllowOption = None,
) -> None:
    """Serve the app; it never builds.

    \b
    Examples:
      metrics app
      metrics app --port 9000 --allow metrics.example.org
    """
    _serve(load_settings(), host, port, allow)


def run_app(
    port: PortOption = 8501,
    host: HostOption = "127.0.0.1",
    allow: AllowOption = None,
) -> None:
    """Make what is missing, then serve the app.

    That is the demo warehouse, where no other is set, and a build.

    \b
    Examples:
      metrics run
    """
    settings = load_settings()
    _refuse_taken(port, host)
    if settings.is_demo and not settings.demo_path.exists():
        make_demo(settings, 7, None)
    if _needs_build(settings):
        run(settings)
    _serve(settings, host, port, allow)


def _needs_build(settings: Settings) -> bool:
    """No readable build, one of other definitions, or one older than its demo warehouse."""
    from metrics.layer import open_layer

    layer = open_layer(settings)
    try:
        with layer.hold() as pinned:
            if settings.is_demo:
                made = settings.demo_path.stat().st_mtime
                return pinned.build.finished_at.timestamp() < made or _outdated(pinned, layer)
            return _outdated(pinned, layer)
    except StoreError:
        return True
    finally:
        layer.close()


def _outdated(pinned: Any, layer: Any) -> bool:
    made = pinned.build.parts
    marks = layer.model.fingerprints
    return any(mark != marks.get(name) for name, mark in made.items()) or any(
        lack.kind in ("build", "look")
        for info in pinned.catalog.metrics.values()
        for lack in info.lacks
    )


def _refuse_taken(port: int, host: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise MetricsError(
                f"Port {port} is taken.", f"Choose another: metrics run --port {port + 1}."
            ) from error


def _serve(settings: Settings, host: str, port: int, allow: list[str] | None) -> None:
    """Become the Streamlit server; it answers only to known names, against DNS rebinding."""
    _refuse_taken(port, host)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104
    write(f"\n{settings.warehouse_label} is served at http://{shown}:{port}")
    write("Press Ctrl-C to stop.\n\n")
    os.chdir(ROOT)
    arguments = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    arguments += ["--server.port", str(port), "--server.address", host]
    arguments += ["--server.headless", "true"]
    for name in ("localhost", "127.0.0.1", *(allow or [])):
        arguments += ["--server.allowedHosts", name]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606  our own interpreter and app
