"""A real browser: Chromium without a window, driven by the W3C WebDriver protocol. Keys are typed.

Debian's packages are `chromium` and `chromium-driver`. Without them the tests that need one are skipped.
"""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
WANTED = os.environ.get("WATCHWORD_BROWSER") != "none"
MISSING = "" if WANTED and DRIVER and BROWSER else "no Chromium that starts, or no chromedriver"
ENTER, TAB = "\ue007", "\ue004"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_STARTED = re.compile(r"started successfully on port (\d+)")
_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")


class NotNowError(AssertionError):
    """The browser can't do that, maybe because it is on its way to another page."""


@dataclass
class Chromium:
    """One window."""

    port: int
    session: str = ""

    def open(self, url: str) -> None:
        self._ask("POST", "/url", url=url)

    @property
    def url(self) -> str:
        return str(self._ask("GET", "/url"))

    @property
    def text(self) -> str:
        """What a person reads."""
        return str(self.run("return document.body.innerText"))

    @property
    def cookies(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/cookie")
        return found

    def type(self, *texts: str) -> None:
        """Types where the focus is."""
        keys = [{"type": kind, "value": key} for key in "".join(texts) for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def press(self, name: str) -> None:
        """Clicks the button of that name."""
        wanted = f"//button[normalize-space()='{name}']"
        found = self._ask("POST", "/element", using="xpath", value=wanted)[_ELEMENT]
        self._ask("POST", f"/element/{found}/click")

    def click(self, xpath: str) -> None:
        """Clicks the first element there that is shown."""
        found = self._ask("POST", "/elements", using="xpath", value=xpath)
        for each in found:
            with suppress(NotNowError):
                return self._ask("POST", f"/element/{each[_ELEMENT]}/click")
        raise NotNowError(f"nothing to click at {xpath}")

    @property
    def tab(self) -> str:
        return str(self._ask("GET", "/window"))

    def open_tab(self) -> None:
        made = self._ask("POST", "/window/new", type="tab")
        self._ask("POST", "/window", handle=made["handle"])

    def close_tab(self, back_to: str) -> None:
        self._ask("DELETE", "/window")
        self._ask("POST", "/window", handle=back_to)

    def resize(self, width: int, height: int) -> None:
        self._ask("POST", "/window/rect", width=width, height=height)

    def emulate(self, **features: str) -> None:
        """What the person has set in their system, such as dark colours."""
        given = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._ask("POST", "/goog/cdp/execute", cmd="Emulation.setEmulatedMedia", params={"features": given})

    def run_later(self, script: str) -> Any:
        """What a script says by calling `done`."""
        whole = f"const done = arguments[arguments.length - 1]; {script}"
        return self._ask("POST", "/execute/async", script=whole, args=[])

    def run(self, script: str) -> Any:
        """What a script in the page says: of the tools of a developer, which no policy of a page stops."""
        return self._ask("POST", "/execute/sync", script=script, args=[])

    def complaints(self) -> list[str]:
        """What the browser has written to its console since the last time: violations of policies, errors."""
        found: list[dict[str, Any]] = self._ask("POST", "/se/log", type="browser")
        return [each["message"] for each in found]

    def screenshot(self) -> bytes:
        return base64.b64decode(self._ask("GET", "/screenshot"))

    def _ask(self, method: str, path: str, **given: Any) -> Any:
        whole = f"/session/{self.session}{path}" if self.session else path
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as line:
            line.request(method, whole, json.dumps(given) if method == "POST" else None)
            answer = json.loads(line.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise NotNowError(f"{method} {path}: {answer['message']}")
        return answer


@contextmanager
def chromium(*arguments: str) -> Iterator[Chromium]:
    """A window, while the block runs."""
    assert DRIVER
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        try:
            assert driver.stdout
            started = next(found for line in driver.stdout if (found := _STARTED.search(line)))
            window = Chromium(int(started[1]))
            options = {"binary": BROWSER, "args": [*_ARGUMENTS, *arguments]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = window._ask("POST", "/session", capabilities={"alwaysMatch": wanted})
            window.session = made["sessionId"]
            yield window
            window._ask("DELETE", "")
        finally:
            driver.terminate()
