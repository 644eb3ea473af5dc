"""Text of unknown origin on its way into Markdown.

Streamlit renders labels, help and captions as Markdown: an image in a member's name would make
every viewer's browser call its server. Data belongs in charts and dataframes; the few words of
it that must stand in a sentence go through `plain`.
"""

from __future__ import annotations

import string
import unicodedata

JOINER = "\u2060"  # invisible, keeps a link from being recognised
BREAKS_LINKS = frozenset(":@-<.")


def plain(text: str) -> str:
    """The same text to the eye, with nothing left that Markdown would act on.

    >>> plain("a*b")
    'a\\\\*b'
    """
    return "".join(_harmless(character) for character in text if _printable(character))


def code(text: str) -> str:
    """A name or a formula as inline code, which Markdown leaves as it is.

    `st.code` would do as well, but makes every browser fetch a syntax highlighter.
    """
    kept = "".join(c for c in text if _printable(c) and c != "`")
    return f"`{kept}`" if kept.strip() else ""


def _printable(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def _harmless(character: str) -> str:
    if character not in string.punctuation:
        return character
    if character in BREAKS_LINKS:
        return f"{JOINER}\\{character}{JOINER}"
    return f"\\{character}"
