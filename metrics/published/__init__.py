"""SQL of other people on the published models: checked first, then run on a locked connection."""

from metrics.published.ask import SqlAnswer, ask_models, place_of

__all__ = ["SqlAnswer", "ask_models", "place_of"]
