"""Reads a YAML file written by a person: what is hard to see is refused, with its line.

Keys are always text. Of unquoted values only null, true, false and plain decimal numbers are not
text, so a plan named `no` or a version `1e3` stays what it looks like. Aliases, merge keys, tags,
repeated keys and tabs are refused, as are files that are too big or too deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from metrics.errors import DefinitionError, Problem, did_you_mean

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

KeyPath = tuple[str | int, ...]

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_TAB = re.compile(r"^ *\t")


@dataclass(frozen=True)
class Lines:
    """Where every key and list item of one file was written, counted from 1."""

    file: str
    numbers: Mapping[KeyPath, int]

    def line_of(self, path: KeyPath) -> int:
        """Line of a key path, or of the nearest thing around it that was written; 0 if none."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.numbers:
                return self.numbers[path[:length]]
        return 0

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A problem at a key path."""
        return Problem(self.file, self.line_of(path), message)


def load_yaml(path: Path) -> tuple[Any, Lines]:
    """The file's data (None when it is empty) and its lines. Raises DefinitionError."""
    file = path.name
    text = _read(path, file)
    reader = _Reader(file)
    try:
        reader.read(yaml.parse(text, Loader=_PARSER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        reader.problems.append(Problem(file, line, f"not valid YAML: {error.problem}"))
    except yaml.YAMLError as error:
        reader.problems.append(Problem(file, 0, f"not valid YAML: {error}"))
    if reader.problems:
        raise DefinitionError(reader.problems)
    return reader.data, Lines(file, reader.lines)


def validation_problems(
    error: ValidationError, lines: Lines, prefix: KeyPath = (), known: Iterable[str] = ()
) -> Iterator[Problem]:
    """What pydantic refused, one problem each with its line; `known` keys are suggested."""
    for item in error.errors():
        path = (*prefix, *item["loc"])
        where = ".".join(str(part) for part in path)
        if item["type"] == "extra_forbidden":
            message = f"'{path[-1]}' is not known here. {did_you_mean(str(path[-1]), known)}"
        elif item["type"] == "missing":
            message = f"'{path[-1]}' is missing"
        else:
            message = item["msg"].removeprefix("Value error, ")
        yield lines.problem(path, f"{where}: {message.strip()}")


def _read(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(file, 0, f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise _refused(file, 0, f"larger than {MAX_BYTES // 1024} kB; split it into several files")
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _refused(file, 1, "starts with a byte order mark; save it as plain UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(file, line, "not UTF-8; save it as UTF-8") from error
    for number, line_text in enumerate(text.split("\n"), start=1):
        if _TAB.match(line_text):
            raise _refused(file, number, "a tab in the indentation; use spaces")
    return text


def _refused(file: str, line: int, message: str) -> DefinitionError:
    return DefinitionError([Problem(file, line, message)])


@dataclass
class _Open:
    """A mapping or list that is being read; `key` is the mapping key still without a value."""

    path: KeyPath
    data: dict[str, Any] | list[Any]
    key: str | None = None


@dataclass
class _Reader:
    """Builds the data from parser events, without recursion: depth cannot exhaust the stack."""

    file: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def read(self, events: Iterable[Any]) -> None:
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self._refuse(line, "a second document; write one document per file")
                    return
            elif isinstance(event, yaml.AliasEvent):
                self._refuse(line, f"alias '*{event.anchor}': write the value again instead")
                self._place(line, event.anchor, is_scalar=True)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, line)
                if len(self.stack) > MAX_DEPTH:
                    self._refuse(line, f"nested deeper than {MAX_DEPTH} levels")
                    return

    def _node(self, event: Any, line: int) -> None:
        if event.anchor:
            self._refuse(line, f"anchor '&{event.anchor}': aliases are not used here")
        if event.tag and event.tag != "!":
            self._refuse(line, f"tag '{event.tag}': only plain values are used here")
        if isinstance(event, yaml.ScalarEvent):
            is_key = self._awaits_key()
            plain = event.implicit[0]
            value = event.value if is_key or not plain else _scalar(event.value)
            self._place(line, value, is_scalar=True)
            return
        data: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._place(line, data, is_scalar=False)
        self.stack.append(_Open(path, data))

    def _awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and not self._has_key()

    def _has_key(self) -> bool:
        return self.stack[-1].key is not None

    def _place(self, line: int, value: Any, is_scalar: bool) -> KeyPath:
        """Put a value (or a mapping's key) where it belongs and remember its line."""
        if not self.stack:
            self.data = value
            self.lines[()] = line
            return ()
        around = self.stack[-1]
        if isinstance(around.data, list):
            path = (*around.path, len(around.data))
            around.data.append(value)
            self.lines[path] = line
            return path
        if around.key is None:
            self._take_key(around, line, value, is_scalar)
            return (*around.path, around.key or "")
        path = (*around.path, around.key)
        around.data[around.key] = value
        around.key = None
        return path

    def _take_key(self, around: _Open, line: int, value: Any, is_scalar: bool) -> None:
        around.key = value if is_scalar else "?"
        path = (*around.path, around.key)
        if not is_scalar:
            self._refuse(line, "a key that is not text")
        elif around.key == "<<":
            self._refuse(line, "merge key '<<': write the values again instead")
        elif around.key == "":
            self._refuse(line, "an empty key")
        elif path in self.lines:
            self._refuse(line, f"'{around.key}' is written twice, first in line {self.lines[path]}")
        self.lines.setdefault(path, line)

    def _refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text
