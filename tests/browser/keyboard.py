"""A keyboard, and nobody with a mouse."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  return {
    tag: here.localName, id: here.id, text: here.innerText.trim(), href: here.getAttribute("href") ?? "",
    seen: here === document.body || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
FURTHEST = 600
"""Stops after which nobody would go on."""


class Keyboard:
    """Walks from stop to stop as people do who cannot use a mouse; each stop must be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def walk_to(self, *, text: str = "", href: str = "", id: str = "", key: str = "Tab") -> None:
        """Press a key until the focus is on what says `text`, has the `id`, or leads to what begins with `href`."""
        for _stop in range(FURTHEST):
            self.page.keyboard.press(key)
            here: dict[str, Any] = self.page.evaluate(FOCUSED)
            assert here["seen"], f"the focus cannot be seen on {here}"
            if (text and here["text"] == text) or (href and here["href"].startswith(href)) or (id and here["id"] == id):
                return
        raise AssertionError(f"{text or href or id} was not reached in {FURTHEST} stops")

    def enter(self) -> None:
        """Follow or open what has the focus."""
        self.page.keyboard.press("Enter")
