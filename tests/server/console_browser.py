"""The console's pages in a real browser: signing in, waiting for what is shown, and what axe finds.

The pages must be built (`make console`), and Chromium be there; otherwise these tests are skipped.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.server.chromium import MISSING, TAB, Chromium, NotNowError
from tests.server.harness import Running

from watchword.gateway.console.built import built

ROOT = Path(__file__).parents[2]
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
UNBUILT = "" if built() and AXE.exists() else "the console's pages aren't built: make console"
UNSHOWN = MISSING or UNBUILT
PATIENCE = 120
PASSWORD = "Correct1horse!"


def eventually(holds: Callable[[], object], window: Chromium) -> None:
    """Browsers load and paint when they come to it."""
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(NotNowError):
            if holds():
                return
            assert time.monotonic() < end, f"{window.url}\n{window.text}"
        time.sleep(0.1)


def shows(window: Chromium, words: str) -> None:
    """Waits until these words are on the page."""
    eventually(lambda: words in window.text, window)


def is_gone(window: Chromium, words: str) -> None:
    """Waits until they aren't."""
    eventually(lambda: words not in window.text, window)


def press(window: Chromium, name: str) -> None:
    """Clicks the button or the link of that name, once it can be clicked."""

    def pressed() -> bool:
        window.click(f"//*[self::button or self::a][normalize-space()='{name}' or @aria-label='{name}']")
        return True

    eventually(pressed, window)


def tab_to(window: Chromium, name: str) -> None:
    """Goes to what has that name with the tab key, as somebody does who has no mouse."""

    def is_there() -> bool:
        window.type(TAB)
        found = window.run(
            "const e = document.activeElement; return e.getAttribute('aria-label') || "
            "(e.labels && e.labels[0] || e).innerText || ''"
        )
        return bool(found.strip() == name)

    eventually(is_there, window)


def sign_in(server: Running, window: Chromium, account: str, user: str, to: str = "/console") -> None:
    """By a password."""
    window.open(f"{server.endpoint}/signin?account={account}&next={to}")
    eventually(lambda: window.run("return document.activeElement.id") == "user", window)
    window.type(user, TAB, PASSWORD, "\ue007")
    shows(window, f"user/{user}")


def violations(window: Chromium) -> list[str]:
    """What axe finds wrong with the page, by the rules of WCAG 2.2 AA and best practice."""
    window.run(AXE.read_text())
    found: list[dict[str, Any]] = window.run_later(
        "axe.run({resultTypes: ['violations']}).then(({violations}) => done(violations))"
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]
    ]
