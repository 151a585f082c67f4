"""The playground of `watchword playground`: one page, and the decisions and checks that it asks for.

There is no account, no sign-in and no store: a case comes with its policies, and nothing is kept of it.

1. Only who names this server by its own address is answered. So the name of another site that was made to
   point here (DNS rebinding) reaches nothing.
2. A question comes from this page: as JSON, and with its origin. Another site's page can't send that.
3. A question is bounded in size (by the transport) and in work (`policy.lines.explain`). Few are decided at
   once.

What the page may do is said by the console's headers (`console.page`). A link's case is behind its #, which
browsers send to nobody.
"""

import asyncio
from collections.abc import Callable
from threading import Semaphore
from typing import Any, Final

import msgspec
from msgspec import structs

from watchword.gateway.console.built import ASSETS, asset, built
from watchword.gateway.console.html import el
from watchword.gateway.console.page import STYLE, notice, page, scripted, style
from watchword.names import AwsError, HttpRequest, HttpResponse
from watchword.names.members import decoded
from watchword.policy.evaluation.path import VERSION
from watchword.policy.lines.check import check_line
from watchword.policy.lines.explain import explain_case
from watchword.reference.actions import catalogue
from watchword.transport.service import By, Deliver

CASE: Final = "/case"
CHECK: Final = "/check"
MOST_BYTES: Final = 1 << 20
TITLE: Final = "Playground"
NOT_BUILT: Final = (
    "The page isn't built here, for lack of npm or of its registry: `make console` in the sources of "
    "Watchword builds it. `watchword decide --path` answers the same questions on the command line."
)
_AT_ONCE: Final = 2


class Playground:
    """What the transport asks for answers. `origins`: this server, as browsers may call it."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = origins
        self._deciding = Semaphore(_AT_ONCE)

    def at_once(self, request: HttpRequest, deliver: Deliver, error: Exception | None = None) -> By:
        """By a thread, unless the request can't be received."""
        if error is None and not request.body.file:
            return By.THREAD
        asyncio.get_running_loop().call_soon(deliver, _said(400, "This can't be read."))
        return By.EVENT_LOOP

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        origin = f"http://{request.header('host')}"
        if origin not in self._origins:  # 1.
            return _said(421, "This server has another name.")
        try:
            response = self._answer(request, origin)
        except AwsError as refused:
            return _said(refused.status, refused.said)
        return structs.replace(response, body=b"") if request.method == "HEAD" else response

    def admit(self, request: HttpRequest) -> None:
        """Raises for every body that isn't here yet: no question is so long."""
        raise AwsError("RequestTooLarge", 413, f"{request.method} with so long a body")

    def _answer(self, request: HttpRequest, origin: str) -> HttpResponse:
        match "GET" if request.method == "HEAD" else request.method, request.path:
            case "GET", "/":
                return _page(origin)
            case "GET", path if path.startswith(ASSETS):
                return asset(request)
            case "GET", path if path == STYLE:
                return style()
            case "POST", path if path == CASE:
                return self._told(request, origin, _decided)
            case "POST", path if path == CHECK:
                return self._told(request, origin, _checked)
        return _said(404, "There is no such page.")

    def _told(self, request: HttpRequest, origin: str, tell: Callable[[Any], dict[str, Any]]) -> HttpResponse:
        if request.header("origin") != origin or request.header("content-type") != "application/json":  # 2.
            return _said(403, "Only the page of this server asks this.")
        try:
            given = decoded(request.body.read())
        except (ValueError, RecursionError) as error:
            return _said(400, f"This is not JSON: {error}")
        with self._deciding:  # 3.
            told = tell(given)
        return _answered(200, msgspec.json.encode(told), "application/json")


def _decided(line: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON value
    """A case (`policy.lines.explain`), answered as ExplainCase does."""
    told = explain_case(line)
    return (
        {"version": VERSION, "decisions": [], **told}
        if "error" in told
        else {"version": VERSION, "decisions": [told]}
    )


def _checked(line: Any) -> dict[str, Any]:  # noqa: ANN401 the same
    """A document (`policy.lines.check`): what is wrong or doubtful in it."""
    return check_line(line, catalogue())


def _page(origin: str) -> HttpResponse:
    ready = built()
    if ready is None or ready.alone is None:
        return page(TITLE, notice(NOT_BUILT))
    begun = structs.replace(ready, script=ready.alone.script, first=ready.alone.first)
    without = el(
        "noscript", el("main", el("p", "The playground needs scripts. All of them are of this server."))
    )
    return scripted(origin, begun, el("div", without, id="playground"), title=TITLE)


def _said(status: int, text: str) -> HttpResponse:
    return _answered(status, text.encode(), "text/plain; charset=utf-8")


def _answered(status: int, body: bytes, type_: str) -> HttpResponse:
    headers = (
        ("content-type", type_),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    )
    return HttpResponse(status, headers, body)
