"""Faults to plant in the layer, each a small change of one function's source.

A fault names the function, the text to replace in it and the metrics whose answers must give it
away. When the text is not found the function was rewritten: find the fault's new place, or drop
it if there is none.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Mutation:
    """`old` becomes `new` in the function `target` (`module:name`), once."""

    about: str
    target: str
    old: str
    new: str
    caught_by: tuple[str, ...]

    @property
    def rebuilds(self) -> bool:
        """Whether the fault is in what a build does, not only in how it is asked."""
        return self.target.startswith(("metrics.build", "metrics.parts"))

    @property
    def reopens(self) -> bool:
        """Whether the fault is in what is read when a layer is opened."""
        return self.rebuilds or self.target.startswith("metrics.query.catalog")


@contextmanager
def planted(mutation: Mutation) -> Iterator[None]:
    """The fault, for the length of a `with`; whoever holds the function has it too."""
    function = function_of(mutation.target)
    original = function.__code__
    function.__code__ = rewritten(function, mutation)
    try:
        yield
    finally:
        function.__code__ = original


def function_of(target: str) -> Any:
    module, _, path = target.partition(":")
    found: Any = import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    return inspect.unwrap(found)


def rewritten(function: Any, mutation: Mutation) -> Any:
    """The code of the function with the fault in it."""
    source = textwrap.dedent(inspect.getsource(function))
    places = source.count(mutation.old)
    assert places == 1, f"{mutation.target}: {mutation.old!r} is there {places} times"
    text = "from __future__ import annotations\n" + source.replace(mutation.old, mutation.new)
    namespace = dict(function.__globals__)
    exec(compile(text, inspect.getfile(function), "exec"), namespace)
    return inspect.unwrap(namespace[function.__name__]).__code__


def fault(about: str, target: str, old: str, new: str, *caught_by: str) -> Mutation:
    return Mutation(about, f"metrics.{target}", old, new, caught_by)
