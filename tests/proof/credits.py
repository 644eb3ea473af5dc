"""How six models share one conversion among the touches of its path."""

from __future__ import annotations

from dataclasses import dataclass

HALF_LIFE = 7
MODELS = (
    *("first_touch", "last_touch", "last_non_direct"),
    *("linear", "position_based", "time_decay"),
)


@dataclass(frozen=True)
class Touch:
    """A touch of a path: its channel, and how many days before the conversion it was."""

    channel: str | None
    days_before: int


def shares_of(path: list[Touch]) -> list[dict[str, float]]:
    """The share of each touch by model; `path` is in order of time."""
    models = {
        "first_touch": _all_to(0, path),
        "last_touch": _all_to(len(path) - 1, path),
        "last_non_direct": _all_to(_last_non_direct(path), path),
        "linear": [1 / len(path) for _ in path],
        "position_based": _by_position(len(path)),
        "time_decay": _by_nearness(path),
    }
    return [
        {model: shares[place] for model, shares in models.items()} for place in range(len(path))
    ]


def _all_to(chosen: int, path: list[Touch]) -> list[float]:
    return [1.0 if place == chosen else 0.0 for place in range(len(path))]


def _last_non_direct(path: list[Touch]) -> int:
    others = [place for place, touch in enumerate(path) if touch.channel != "direct"]
    return others[-1] if others else len(path) - 1


def _by_position(count: int) -> list[float]:
    if count == 1:
        return [1.0]
    if count == 2:
        return [0.5, 0.5]
    return [0.4, *([0.2 / (count - 2)] * (count - 2)), 0.4]


def _by_nearness(path: list[Touch]) -> list[float]:
    weights = [0.5 ** (touch.days_before / HALF_LIFE) for touch in path]
    return [weight / sum(weights) for weight in weights]
