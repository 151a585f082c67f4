"""Finds the operation of a rest service by method, path, query and headers.

Rules, in this order:
1. method and path must match. The most specific path template wins, if rule 2 leaves it an operation;
2. the request must have the query keys that the operation's URI contains, with their values if it has any.
   The operations with the most such keys win (`?acl` before none);
3. then the operation wins that has the most of its required query parameters and headers in the request; then
   the one that lacks the fewest (UploadPart before PutObject; CopyObject because of x-amz-copy-source);
4. then the one that `x-id` names; SDKs send it for this purpose;
5. then the one that isn't deprecated, then the first by name.

So a missing parameter never turns a request into another operation: validation reports the parameter.
Source: Smithy 2.0, "http trait", "Pattern matching specificity"; Amazon S3 API Reference.
What doesn't belong here: hosts and buckets (addressing), services.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from watchword.wire import form
from watchword.wire.model import Spec
from watchword.wire.templates import Template

Query = Mapping[str, list[str]]


@dataclass(frozen=True, eq=False)
class Route:
    """One operation, and what a request must have to be for it."""

    spec: Spec

    @cached_property
    def template(self) -> Template:
        return Template(self.spec.uri.partition("?")[0])

    @cached_property
    def literals(self) -> tuple[tuple[str, str], ...]:
        """Query keys of the URI (but `x-id`), with the value they need or "" for any value."""
        pairs = form.read_pairs(self.spec.uri.partition("?")[2])
        return tuple(pair for pair in pairs if pair[0] != "x-id")

    @cached_property
    def required(self) -> tuple[tuple[str, str], ...]:
        """(location, wire name) of the required query parameters and headers."""
        shape = self.spec.input
        if shape is None:
            return ()
        members = [(name, shape.members[name]) for name in shape.required]
        return tuple(
            (
                member.location,
                member.wire_name(name).lower() if member.location == "header" else member.wire_name(name),
            )
            for name, member in members
            if member.location in {"querystring", "header"}
        )

    def matches(self, query: Query) -> bool:
        """Rule 2."""
        return all(key in query and (not value or value in query[key]) for key, value in self.literals)

    def score(self, query: Query, headers: frozenset[str]) -> tuple[int, int, int]:
        """How well a request fits; the highest wins.

        The number of literal keys (2.), of required parameters that are there, and minus the number of those
        that are missing (3.).
        """
        there = sum(
            name in (query if location == "querystring" else headers) for location, name in self.required
        )
        return len(self.literals), there, there - len(self.required)


@dataclass(frozen=True, eq=False)
class Group:
    """The routes of one template, in the order of rule 5."""

    template: Template
    routes: Sequence[Route]

    @cached_property
    def plain(self) -> list[Route]:
        """Those without literal query keys."""
        return [route for route in self.routes if not route.literals]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The literal query keys of the others."""
        return frozenset(key for route in self.routes for key, _ in route.literals)

    def matching(self, query: Query) -> list[Route]:
        """Rule 2."""
        if self.keys.isdisjoint(query):
            return self.plain
        return [route for route in self.routes if route.matches(query)]


class Routes:
    """The routes of one service."""

    def __init__(self, specs: Sequence[Spec]) -> None:
        self._groups: dict[str, list[Group]] = {}
        grouped: dict[tuple[str, Template], list[Route]] = {}
        for spec in sorted(specs, key=lambda spec: (spec.deprecated, spec.name)):  # 5.
            route = Route(spec)
            grouped.setdefault((spec.method, route.template), []).append(route)
        for (method, template), routes in sorted(grouped.items(), key=lambda item: item[0][1].rank):
            self._groups.setdefault(method, []).append(Group(template, routes))

    def find(self, method: str, path: str, query: Query, headers: frozenset[str]) -> Spec | None:
        """The operation, or None."""
        route = self._find(method, path, query, headers)
        return route.spec if route else None

    def find_complete(self, method: str, path: str, query: Query, headers: frozenset[str]) -> Spec | None:
        """The operation, if the request has all its required query parameters and headers; else None."""
        route = self._find(method, path, query, headers)
        return route.spec if route and route.score(query, headers)[2] == 0 else None

    def _find(self, method: str, path: str, query: Query, headers: frozenset[str]) -> Route | None:
        for group in self._groups.get(method, ()):  # 1.
            if group.template.fits(path) and (candidates := group.matching(query)):
                return _best(candidates, query, headers)
        return None


def _best(candidates: list[Route], query: Query, headers: frozenset[str]) -> Route:
    if len(candidates) == 1:
        return candidates[0]
    scored = [(route.score(query, headers), route) for route in candidates]
    highest = max(score for score, _ in scored)
    equal = [route for score, route in scored if score == highest]
    named = query.get("x-id", [""])[0]
    return next((route for route in equal if route.spec.name == named), equal[0])  # 4. 5.
