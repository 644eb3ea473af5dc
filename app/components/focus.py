"""Puts the cursor into the first field of a dialog, which Streamlit leaves on its frame.

Typing on the frame would be taken for Streamlit's own keys: R runs the page again and closes the
dialog. The script below is all there is to it; no data reaches it.
"""

from __future__ import annotations

import streamlit as st

_mount = st.components.v2.component(
    "first_field",
    js="""export default ({ parentElement }) => {
        const field = parentElement.closest('[role=dialog]')?.querySelector('input')
        if (!field || field === document.activeElement) return
        field.focus()
        field.select()
    }""",
    isolate_styles=False,
)


def focus_first_field() -> None:
    """Inside a dialog, after its fields: what is typed replaces what stands in the first one."""
    _mount(key="first field", height=1)
