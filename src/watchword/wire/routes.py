"""Which operation of a rest service a method, path and query mean.

Rules, in this order:
1. the method is the operation's, the path fits its template; the most specific template that has any
   operation left after 2 wins;
2. the literal query keys of the template are there, with their values where it gives values; the
   operations with most of them win (`?acl` before none);
3. of those, the one most of whose required query parameters and headers are there, and that lacks the
   fewest (UploadPart before PutObject, CopyObject by x-amz-copy-source);
4. of those that are still equal, the one that `x-id` names, which SDKs send for this;
5. else the one that isn't deprecated; else the first by name.

So an operation is never taken for a weaker one because a parameter is missing: the parameter's absence is
then what validation reports.
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
    """One operation with the marks it is told by."""

    spec: Spec

    @cached_property
    def template(self) -> Template:
        return Template(self.spec.uri.partition("?")[0])

    @cached_property
    def literals(self) -> tuple[tuple[str, str], ...]:
        """Query keys of the template, with the value they need or "" for any; `x-id` is no mark."""
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

    def meant(self, query: Query) -> bool:
        """Whether the literal query keys are there (2.)."""
        return all(key in query and (not value or value in query[key]) for key, value in self.literals)

    def marks(self, query: Query, headers: frozenset[str]) -> tuple[int, int, int]:
        """Literal keys, required marks that are there, and less one for each that isn't (2. and 3.)."""
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
        """Those that ask for no query key."""
        return [route for route in self.routes if not route.literals]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The query keys that the others ask for."""
        return frozenset(key for route in self.routes for key, _ in route.literals)

    def meant(self, query: Query) -> list[Route]:
        """Those whose literal query keys are there (2.)."""
        if self.keys.isdisjoint(query):
            return self.plain
        return [route for route in self.routes if route.meant(query)]


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
        """The operation, None when there is none."""
        route = self._find(method, path, query, headers)
        return route.spec if route else None

    def find_complete(self, method: str, path: str, query: Query, headers: frozenset[str]) -> Spec | None:
        """The operation, if the request has everything that tells it."""
        route = self._find(method, path, query, headers)
        return route.spec if route and route.marks(query, headers)[2] == 0 else None

    def _find(self, method: str, path: str, query: Query, headers: frozenset[str]) -> Route | None:
        for group in self._groups.get(method, ()):  # 1.
            if group.template.fits(path) and (candidates := group.meant(query)):
                return _best(candidates, query, headers)
        return None


def _best(candidates: list[Route], query: Query, headers: frozenset[str]) -> Route:
    if len(candidates) == 1:
        return candidates[0]
    ranked = [(route.marks(query, headers), route) for route in candidates]
    most = max(marks for marks, _ in ranked)
    equal = [route for marks, route in ranked if marks == most]
    named = query.get("x-id", [""])[0]
    return next((route for route in equal if route.spec.name == named), equal[0])  # 4. 5.
