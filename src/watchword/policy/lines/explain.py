"""A case: a request with its policies, and its path; for the playground and `watchword decide --path`.

A case is a line of `watchword decide` (`decide.Asked`), and can have `changes` (`evaluation.changes`), which
are tried. The answer is a path (`evaluation.path`). It has the places of the statements that it names, where
their document was given as text: offsets into that text, so that an editor can light them.

Decisions have a budget, so a case costs at most some hundredths of a second, and its text is read once. What
can't be read is an error, with its place where that is within a document.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import field

from watchword.names import AwsError
from watchword.names.members import fit
from watchword.policy.evaluation.changes import MOST_CHANGES, Change, changed
from watchword.policy.evaluation.cost import BUDGET
from watchword.policy.evaluation.decision import Decision
from watchword.policy.evaluation.document import Source
from watchword.policy.evaluation.explain import as_json, explain
from watchword.policy.evaluation.path import Json, path_of
from watchword.policy.evaluation.policies import decide
from watchword.policy.language.parse import PolicyError
from watchword.policy.language.text import Path, nearest, spans
from watchword.policy.lines.decide import Asked, Document, given, policies_of, request_of, source_of


class Case(Asked, forbid_unknown_fields=True):
    """A line of `decide`, with changes to be tried."""

    changes: list[Change] = field(default_factory=list)


def explain_case(line: Any, refuse: Callable[[str], str] | None = None) -> Json:  # noqa: ANN401 any JSON value
    """The path of a case, or `error`: why there is none, and where."""
    texts: dict[str, str] = {}
    try:
        case = fit(given(line), Case)
        if refuse and (why := refuse(case.request.action)):
            raise ValueError(why)  # noqa: TRY301 one way to say why
        if len(case.changes) > MOST_CHANGES:
            raise ValueError(f"more than {MOST_CHANGES} changes")  # noqa: TRY301 one way to say why
        policies = policies_of(case.policies, lambda name, text: _source(name, text, texts))
        request = request_of(case)
        decision = decide(request, changed(policies, case.changes), BUDGET)
    except _Unreadable as error:
        return {"error": {"message": str(error), **error.place}}
    except AwsError as error:
        return {"error": {"message": error.meant or error.said}}
    except (ValueError, RecursionError) as error:
        return {"error": {"message": str(error)}}
    return with_places(path_of_decision(decision), texts)


def path_line(line: Any, *, refuse: Callable[[str], str] | None = None) -> Json:  # noqa: ANN401 as above
    """The same as the answer to a line of `watchword decide`: its id, and the path or the error.

    refuse: what is wrong with an action, if anything is.
    """
    answer: Json = {"id": line.get("id") if isinstance(line, dict) else None}
    told = explain_case(line, refuse)
    return answer | ({"error": told["error"]["message"]} if "error" in told else told)


def path_of_decision(decision: Decision) -> Json:
    """The path of a decision, with the context of its request."""
    context = {
        key: value if isinstance(value, str) else list(value)
        for key, value in sorted(decision.request.context.items())
    }
    return path_of(as_json(explain(decision)), context)


def with_places(path: Json, texts: dict[str, str]) -> Json:
    """The path, with the `span` of each statement and comparison in the document of that name."""
    known = cache(lambda name: spans(texts[name]))  # else it would be read for each of its statements
    for station in path["path"]:
        for cited in station["statements"]:
            if cited["policy"] in texts:
                places, here = known(cited["policy"]), ("Statement", cited["statement"])
                cited["span"] = nearest(places, here)
                for each in cited["compared"]:
                    each["span"] = nearest(places, (*here, *_within(each)))
    return path


def _within(compared: Json) -> Path:
    """Where an element or a condition stands in its statement."""
    if "key" in compared:
        return (compared["element"], compared["operator"], compared["key"])
    return (compared["element"],)


class _Unreadable(ValueError):  # noqa: N818 its message is the line that a person reads
    """A document that can't be read: which one of the case, and where in its text."""

    def __init__(self, name: str, document: Document, error: PolicyError) -> None:
        super().__init__(error.meant or error.said)
        self.place: Json = {"policy": name}
        if error.offset is not None:
            self.place["span"] = (error.offset, error.offset + 1)
        elif isinstance(document, str):
            self.place["span"] = nearest(spans(document), error.path)


def _source(name: str, document: Document, texts: dict[str, str]) -> Source:
    try:
        source = source_of(name, document)
    except PolicyError as error:
        raise _Unreadable(name, document, error) from None
    if isinstance(document, str):
        texts[name] = document
    return source
