"""What reaches Markdown from outside reads the same and does nothing."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import JOINER, plain

HOSTILE = [
    "![x](https://evil.example/a.png)",
    "[link](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "https://evil.example",
    "www.evil.example",
    "a@evil.example",
    ":material/home: :red[x] :streamlit:",
    "`code` **bold** $x^2$ ~~s~~ # head",
    "| a | b |\n|---|---|",
    "<!-- -->",
]


def read_back(text: str) -> str:
    """What a reader sees of escaped text."""
    shown = text.replace(JOINER, "")
    for mark in string.punctuation:
        shown = shown.replace(f"\\{mark}", mark) if mark != "\\" else shown
    return shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_has_every_mark_escaped(text):
    escaped = plain(text)
    bare = escaped
    for mark in string.punctuation:
        bare = bare.replace(f"\\{mark}", "")
    assert not set(bare) & set(string.punctuation)
    assert "\n" not in escaped


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"], exclude_characters="\\")))
def test_the_reader_sees_the_same_text(text):
    assert read_back(plain(text)) == text


def test_controls_and_lone_surrogates_are_dropped():
    assert plain("a\x00b\u202ec\ud800d e") == "abcd e"
