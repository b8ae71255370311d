"""A scanner that types like a keyboard, as fast as a real one."""

import time

from playwright.sync_api import Page

BETWEEN = 0.01
"""Seconds from key to key, by the time stamps of the events."""


def scan(page: Page, text: str, *, end: str = "Enter") -> None:
    """Type a whole code into whatever has the focus; `end` is the key at its end, empty for a scanner without one."""
    device = page.context.new_cdp_session(page)
    began = time.time()
    keys = [*text, *([end] if end else [])]
    for at, key in enumerate(keys):
        typed = {"Enter": "\r", "Tab": "\t"}.get(key, key)
        event = {"key": key, "timestamp": began + at * BETWEEN}
        device.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": typed, **event})
        device.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
    device.detach()
