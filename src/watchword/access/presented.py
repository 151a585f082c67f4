"""The face of an authentication scheme.

A scheme reads what a request presents (`read` in its file: an instance, or None when the request presents
nothing of this kind), and proves it later, when the operation is known. What is read is only claimed.
`Anonymous` is the scheme of requests that present nothing.
"""

from typing import Protocol

from watchword.access.caller import Proven
from watchword.names import HttpRequest, HttpResponse
from watchword.sigv4.replay import Trace
from watchword.wire import Operation
from watchword.world import World


class Presented(Protocol):
    """The credentials that a request presents. Nothing is proved before `prove` returns."""

    @property
    def request(self) -> HttpRequest:
        """The request to go on with: a form becomes the put that it stands for."""

    @property
    def service(self) -> str | None:
        """The service that a signature names; None when it names none."""

    @property
    def region(self) -> str:
        """The region that a signature names."""

    @property
    def access_key_id(self) -> str: ...

    @property
    def version(self) -> str:
        """SigV4 or SigV2, for the record; empty for other schemes."""

    def prove(self, world: World, operation: Operation, *, anonymous: bool) -> Proven:
        """The caller, and the request that they are proved to have sent. Raises the scheme's faults.

        `anonymous` says whether the operation takes callers without credentials.
        """

    def admit(self, world: World, operation: Operation) -> Proven:
        """The caller, if the head of the request proves them, and that head. Raises the scheme's faults.

        Asked before a large body is kept, so that nobody fills the disk without credentials.
        """

    def trace(self, service: str) -> Trace | None:
        """What to remember, so that the same proof isn't taken twice; None where there is nothing."""

    def answer(self, response: HttpResponse) -> HttpResponse:
        """The operation's answer in the form in which the scheme's clients expect it."""
