"""Finds the operation of a rest service by method, path, query and headers.

Rules, in this order:
1. method and path must match. The most specific path template wins, if rule 2 leaves it an operation;
2. the request must have the query keys that the operation's URI contains, with their values if it has any.
   The operations with the most such keys win (`?acl` before none);
3. some services have sub-resources: query keys that choose the operation. An operation matches only if the
   sub-resources of the request are those of its URI, and others that are members of its own. So a
   sub-resource that an operation doesn't have is never ignored (`DELETE /bucket/key?acl` deletes nothing);
4. then the operation wins that has the most of its required query parameters and headers in the request; then
   the one that lacks the fewest (CopyObject because of x-amz-copy-source);
5. then the one that `x-id` names; SDKs send it for this purpose;
6. then the one that isn't deprecated, then the first by name.

So a missing parameter never turns a request into another operation: validation reports the parameter.
Source: Smithy 2.0, "http trait", "Pattern matching specificity"; Amazon S3 API Reference.
What doesn't belong here: hosts and buckets (addressing), services, what is said when nothing matches.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from watchword.wire import form
from watchword.wire.model import Spec
from watchword.wire.templates import Template

Query = Mapping[str, list[str]]
Names = frozenset[str]


class Route(Struct, frozen=True, eq=False, dict=True):
    """One operation, and what a request must have to be for it."""

    spec: Spec
    choosing: Collection[str] | None = None
    """Members that are sub-resources, though no URI has them; None for a service without sub-resources."""

    @cached_property
    def template(self) -> Template:
        return Template(self.spec.uri.partition("?")[0])

    @cached_property
    def literals(self) -> tuple[tuple[str, str], ...]:
        """Query keys of the URI (but `x-id`), with the value they need or "" for any value."""
        pairs = form.read_pairs(self.spec.uri.partition("?")[2])
        return tuple(pair for pair in pairs if pair[0] != "x-id")

    @cached_property
    def sub_resources(self) -> Names:
        """Those that the operation needs (3.)."""
        if self.choosing is None:
            return frozenset()
        keys = [key for key, value in self.literals if not value]
        return frozenset(keys + [name for _, name in self.required if name in self.choosing])

    @cached_property
    def takes(self) -> Names:
        """Those that the operation can have."""
        members = self.spec.input.members.items() if self.spec.input else ()
        own = [member.wire_name(name) for name, member in members if member.location == "querystring"]
        return self.sub_resources.union(name for name in own if name in (self.choosing or ()))

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

    def score(self, query: Query, headers: Collection[str]) -> tuple[int, int, int]:
        """How well a request fits; the highest wins.

        The number of literal keys (2.), of required parameters that are there, and minus the number of those
        that are missing (4.).
        """
        there = sum(
            name in (query if location == "querystring" else headers) for location, name in self.required
        )
        return len(self.literals), there, there - len(self.required)


class Group(Struct, frozen=True, eq=False, dict=True):
    """The routes of one method and template, in the order of rule 6."""

    template: Template
    routes: Sequence[Route]

    @cached_property
    def plain(self) -> list[Route]:
        """Those without literal query keys and sub-resources."""
        return [route for route in self.routes if not (route.literals or route.sub_resources)]

    @cached_property
    def keys(self) -> Names:
        """The literal query keys of the others."""
        return frozenset(key for route in self.routes for key, _ in route.literals)

    def matching(self, query: Query, chosen: Names) -> list[Route]:
        """Rules 2 and 3."""
        if not chosen and self.keys.isdisjoint(query):
            return self.plain
        return [route for route in self.with_sub_resources(chosen) if route.matches(query)]

    def with_sub_resources(self, chosen: Names) -> list[Route]:
        """Rule 3."""
        return [route for route in self.routes if route.sub_resources <= chosen <= route.takes]


class Routes:
    """The routes of one service.

    sub_resources: the query keys that choose an operation, beside those that the model's URIs have; None for
    a service without sub-resources, which ignores query keys that an operation doesn't have.
    """

    def __init__(self, specs: Sequence[Spec], sub_resources: Collection[str] | None = None) -> None:
        self._groups: dict[str, list[Group]] = {}
        grouped: dict[tuple[str, Template], list[Route]] = {}
        routes = [Route(spec, sub_resources) for spec in specs]
        named = {key for route in routes for key in route.sub_resources}
        self._sub_resources = frozenset(named.union(sub_resources or ()))
        for route in sorted(routes, key=lambda route: (route.spec.deprecated, route.spec.name)):  # 6.
            grouped.setdefault((route.spec.method, route.template), []).append(route)
        for (method, template), together in sorted(grouped.items(), key=lambda item: item[0][1].rank):
            self._groups.setdefault(method, []).append(Group(template, together))

    def find(self, method: str, path: str, query: Query, headers: Collection[str]) -> Spec | None:
        """The operation, or None."""
        route = self._find(method, path, query, headers)
        return route.spec if route else None

    def find_complete(self, method: str, path: str, query: Query, headers: Collection[str]) -> Spec | None:
        """The operation, if the request has all its required query parameters and headers; else None."""
        route = self._find(method, path, query, headers)
        return route.spec if route and route.score(query, headers)[2] == 0 else None

    def near(self, path: str, query: Query) -> tuple[Names, Names]:
        """The sub-resources of a request, and the methods that operations at its path have for them."""
        chosen = self._sub_resources.intersection(query)
        methods = [
            method
            for method, groups in self._groups.items()
            for group in groups
            if group.template.fits(path) and group.with_sub_resources(chosen)
        ]
        return chosen, frozenset(methods)

    def _find(self, method: str, path: str, query: Query, headers: Collection[str]) -> Route | None:
        chosen = self._sub_resources.intersection(query) if query else frozenset()
        for group in self._groups.get(method, ()):  # 1.
            if group.template.fits(path) and (candidates := group.matching(query, chosen)):
                return _best(candidates, query, headers)
        return None


def _best(candidates: list[Route], query: Query, headers: Collection[str]) -> Route:
    if len(candidates) == 1:
        return candidates[0]
    scored = [(route.score(query, headers), route) for route in candidates]
    highest = max(score for score, _ in scored)
    equal = [route for score, route in scored if score == highest]
    named = query.get("x-id", [""])[0]
    return next((route for route in equal if route.spec.name == named), equal[0])  # 5. 6.
