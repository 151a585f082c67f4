"""The container endpoint for the workloads of a host.

The order of checks:
1. It came to us by one of our names, through no proxy, by GET (`container`).
2. The path is one of two, without a query. `container.PATH` is for AWS_CONTAINER_CREDENTIALS_FULL_URI: the
   token is in Authorization, or isn't needed. RELATIVE and a token is for
   AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, as ECS has it: there the path is the secret.
3. It is recognised as a workload's (`workloads`).
4. There are credentials.

Sources: as in `container`; Amazon ECS Developer Guide, "Task IAM role".
"""

from collections.abc import Callable

from watchword.delivery import container
from watchword.delivery.agent.workloads import Known, Workloads
from watchword.delivery.link import Link
from watchword.names import HttpRequest, HttpResponse

WELL_KNOWN = ("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]")
RELATIVE = "/v2/credentials/"


class Containers:
    """The container endpoint. For any thread."""

    def __init__(self, workloads: Callable[[], Workloads]) -> None:
        self._workloads = workloads

    def respond(self, request: HttpRequest, link: Link, *, wait: bool) -> HttpResponse | None:
        """The answer; None if the server must be asked first, and it may not wait."""
        if refused := container.unfit(request, link):  # 1
            return refused
        found = self._who(request, link)  # 2 3
        return container.answer(found.supply, wait=wait) if isinstance(found, Known) else found  # 4

    def _who(self, request: HttpRequest, link: Link) -> Known | HttpResponse:
        workloads = self._workloads()
        if request.query:
            return container.error(404, "InvalidIdInRequest", "Credentials are asked for without a query.")
        if request.path == container.PATH:
            token = request.header("authorization")
            if token is None:
                found = workloads.of_owner(link.owner)
                return found or _denied("No token is shown, and no workload is recognised without one.")
            found = workloads.of_token(request.joined("authorization"), lambda: link.owner)
            return found or _denied("The Authorization header isn't the token of this workload.")
        if not f"{request.path}/".startswith(RELATIVE):
            return container.error(404, "InvalidIdInRequest", f"Credentials are at {container.PATH}.")
        token = request.path[len(RELATIVE) :]
        if not token:
            return container.error(400, "NoIdInRequest", "The path has no id.")
        found = workloads.of_token(token, lambda: link.owner)
        return found or container.error(400, "InvalidIdInRequest", "The id isn't one of this workload.")


def _denied(said: str) -> HttpResponse:
    return container.error(403, "AccessDenied", said)
