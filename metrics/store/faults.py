"""Named points where tests let a build die; nothing happens unless METRICS_FAULT is set.

`METRICS_FAULT=kill:before-pointer` ends the process with SIGKILL at that point,
`METRICS_FAULT=fail:before-pointer` raises OSError there.
"""

from __future__ import annotations

import os
import signal

FILLING = (
    "started",
    "snapshot-written",
    "snapshot-kept",
    "changes-found",
    "parts-made",
    "info-written",
)
POINTS = {
    "duckdb": (
        *FILLING,
        "closed",
        "renamed",
        "before-pointer",
        "pointer-written",
        "before-clean-up",
    ),
    "postgresql": (*FILLING, "before-pointer", "pointer-written", "before-clean-up"),
}
"""Every point by engine, in the order a build passes them."""


def fault(point: str) -> None:
    """Die or fail here if the environment asks for it."""
    wanted = os.environ.get("METRICS_FAULT", "")
    action, _, place = wanted.partition(":")
    if place != point:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise OSError(28, f"No space left on device (fault at {point})")
