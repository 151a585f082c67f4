"""The container endpoint for the workloads of a host.

The order of checks:
1. It came to us by one of our names, through no proxy, by GET (`container`).
2. The path is one of two, without a query. `container.PATH` is for AWS_CONTAINER_CREDENTIALS_FULL_URI: the
   token is in Authorization, or isn't needed. RELATIVE and a token is for
   AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, as ECS has it: there the path is the secret.
3. It is recognised as a workload's (`workloads`), or the token in Authorization is one of a pod (`pods`).
4. There are credentials.

Sources: as in `container`; Amazon ECS Developer Guide, "Task IAM role".
"""

from collections.abc import Callable

from watchword.delivery import container
from watchword.delivery.agent.pods import PodTokens, TooManyError
from watchword.delivery.agent.workloads import Workloads
from watchword.delivery.link import Link
from watchword.delivery.supply import Supply
from watchword.names import HttpRequest, HttpResponse

WELL_KNOWN = ("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]")
RELATIVE = "/v2/credentials/"
TOO_MANY = "Too many tokens of this address got nothing. Try again in a minute."


class Containers:
    """The container endpoint. For any thread."""

    def __init__(self, workloads: Callable[[], Workloads], pods: Callable[[], PodTokens | None]) -> None:
        self._workloads, self._pods = workloads, pods

    def respond(self, request: HttpRequest, link: Link, *, wait: bool) -> HttpResponse | None:
        """The answer; None if the server must be asked first, and it may not wait."""
        if refused := container.unfit(request, link):  # 1
            return refused
        found = self._who(request, link)  # 2 3
        return container.answer(found, wait=wait) if isinstance(found, Supply) else found  # 4

    def _who(self, request: HttpRequest, link: Link) -> Supply | HttpResponse:
        if request.query:
            return container.error(404, "InvalidIdInRequest", "Credentials are asked for without a query.")
        if request.path == container.PATH:
            return self._by_header(request, link)
        if not f"{request.path}/".startswith(RELATIVE):
            return container.error(404, "InvalidIdInRequest", f"Credentials are at {container.PATH}.")
        return self._by_path(request.path[len(RELATIVE) :], link)

    def _by_header(self, request: HttpRequest, link: Link) -> Supply | HttpResponse:
        workloads, pods = self._workloads(), self._pods()
        if request.header("authorization") is None:
            known = workloads.of_owner(link.owner)
            said = "No token is shown, and no workload is recognised without one."
            return known.supply if known else _denied(said)
        token = request.joined("authorization")
        known = workloads.of_token(token, lambda: link.owner)
        try:
            found = known.supply if known else pods.supply_of(token, link.peer) if pods else None
        except TooManyError:
            return container.error(429, "ThrottlingException", TOO_MANY)
        return found or _denied("The Authorization header isn't the token of this workload.")

    def _by_path(self, token: str, link: Link) -> Supply | HttpResponse:
        if not token:
            return container.error(400, "NoIdInRequest", "The path has no id.")
        known = self._workloads().of_token(token, lambda: link.owner)
        said = "The id isn't one of this workload."
        return known.supply if known else container.error(400, "InvalidIdInRequest", said)


def _denied(said: str) -> HttpResponse:
    return container.error(403, "AccessDenied", said)
