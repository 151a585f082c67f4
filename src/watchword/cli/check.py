"""watchword check: says whether policies can be stored, and finds what is risky in them.

Grammar and limits are those of the kind of policy. Findings have the names of IAM Access Analyzer's checks,
and their line and column. There are four forms of output: text, JSON, SARIF for code scanners, and one line
of JSON for each document on standard input (docs/check.md).
"""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from watchword.cli.combinations import Combinations
from watchword.cli.decide import answer_lines
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.faults import Checked, Line, shown, why
from watchword.cli.output import Form, Output, say
from watchword.cli.policy_files import STANDARD_INPUT, find
from watchword.cli.sarif import sarif
from watchword.names.members import suggested
from watchword.policy import Policy, PolicyError
from watchword.policy.checking.catalogue import Catalogue
from watchword.policy.checking.findings import ANYONE, CHECKS, OURS, PUBLIC, Level, code
from watchword.policy.checking.validate import DocumentKind
from watchword.policy.language.match import is_wild
from watchword.policy.lines.check import check as check_document
from watchword.policy.lines.check import check_line
from watchword.reference.actions import catalogue

_SEVERITY = list(Level)


@Combinations(apart=[("as_sarif", "output"), ("as_sarif", "expand")])
def check(  # noqa: PLR0913, PLR0917 one parameter a flag
    files: Annotated[
        list[str], typer.Argument(help="Policy documents, patterns or directories; - for standard input.")
    ],
    kind: Annotated[
        DocumentKind | None,
        typer.Option("--kind", help="Kind of policy; guessed from each document by default."),
    ] = None,
    output: Output = Form.TEXT,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="SARIF 2.1.0, for code scanners.")] = False,
    expand: Annotated[bool, typer.Option("--expand", help="List the actions that wildcards match.")] = False,
    fail_on: Annotated[
        Level, typer.Option("--fail-on", help="Lowest level of a finding that gives exit code 1.")
    ] = Level.SECURITY_WARNING,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", help="Code of a check that isn't made; can be repeated.")
    ] = None,
    no_public: Annotated[
        bool, typer.Option("--no-public", help="Exit code 1 for a policy that is for everyone.")
    ] = False,
) -> None:
    """Check whether policies can be stored, and find what is risky in them.

    The exit code is 1 when a policy can't be stored, or for a finding of the level of --fail-on or higher.
    """
    known = catalogue()
    if output is Form.JSON and files == [STANDARD_INPUT]:
        if kind or expand or ignore or no_public:
            raise fail("lines of standard input are only answered; the other options are for files")
        answer_lines(STANDARD_INPUT, partial(check_line, catalogue=known))
        return
    left_out = _codes(ignore or [])
    checked = [_check(file, kind, known, left_out) for file in find(files)]
    for line in (_as_sarif if as_sarif else _FORMS[output])(checked, known if expand else None):
        say(*line)
    if any(_bad(each, fail_on) or (no_public and _is_public(each)) for each in checked):
        raise typer.Exit(BAD_NEWS)


def _codes(given: list[str]) -> frozenset[str]:
    """Refuses a code that no check has: the finding would be there."""
    known = [code(each) for each in (*CHECKS, *OURS)]
    for each in given:
        if each not in known:
            raise fail(f"--ignore: no check has the code {each!r}{suggested(each, known)}")
    return frozenset(given)


def _check(file: str, kind: DocumentKind | None, known: Catalogue, left_out: frozenset[str]) -> Checked:
    try:
        source = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise fail(f"{file}: {error.strerror}") from None
    kind = kind or _kind_of(source)
    text = source.decode("utf-8", "replace")
    told = check_document(source, kind, known)
    for name in ("findings", "ours"):
        told[name] = [each for each in told[name] if each["code"] not in left_out]
    return Checked(file, text, kind, told)


def _kind_of(source: bytes) -> DocumentKind:
    """Guessed: only resource policies have principals, and trust policies have only actions of STS."""
    try:
        statements = Policy.parse(source).statements
    except PolicyError:
        return DocumentKind.IDENTITY
    if not any(each.principal for each in statements):
        return DocumentKind.IDENTITY
    of_sts = all(name.lower().startswith("sts:") for each in statements for name in each.action.values)
    return (
        DocumentKind.TRUST
        if of_sts and not any(each.resource for each in statements)
        else DocumentKind.RESOURCE
    )


def _bad(checked: Checked, fail_on: Level) -> bool:
    grave = _SEVERITY[: _SEVERITY.index(fail_on) + 1]
    return any(fault["level"] in grave for fault in checked.faults) or not checked.told["valid"]


def _is_public(checked: Checked) -> bool:
    return any(each["check"] in (ANYONE, PUBLIC) for each in checked.told["ours"])


def _expansions(checked: Checked, known: Catalogue, *, negated: bool) -> dict[str, list[str]]:
    """The patterns in Action, or in NotAction, and the actions that they match."""
    try:
        statements = Policy.parse(checked.text).statements
    except PolicyError:
        return {}
    actions = [each.action.values for each in statements if each.action.negated is negated]
    patterns = dict.fromkeys(name for values in actions for name in values)
    return {name: list(known.expand(name)) for name in patterns if is_wild(name)}


def _expanded(checked: Checked, known: Catalogue) -> Iterator[str]:
    for negated, verb in ((False, "stands for"), (True, "leaves out")):
        for pattern, actions in _expansions(checked, known, negated=negated).items():
            service = pattern.partition(":")[0].lower()
            unknown = (
                "" if is_wild(service) or service in known.services else f": there is no service {service}"
            )
            yield f"{checked.file}: {pattern} {verb} {_counted(len(actions), 'action')}{unknown}"
            yield from (f"    {action}" for action in actions)


# Forms


def _as_text(checked: list[Checked], known: Catalogue | None) -> Iterator[Line]:
    for each in checked:
        lines = each.text.split("\n")
        for fault in each.faults:
            yield from shown(each.file, lines, fault)
        yield from ((line,) for line in _expanded(each, known)) if known else ()
        yield (f"{each.file}: {_verdict(each)}, {_counted(len(each.found), 'finding')}",)


def _verdict(checked: Checked) -> str:
    error = checked.told["error"]
    if error is None:
        return f"may be stored as {checked.kind} policy"
    return f"can't be stored as {checked.kind} policy ({error['code']}: {why(error)})"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _as_json(checked: list[Checked], known: Catalogue | None) -> Iterator[Line]:
    for each in checked:
        told = {"file": each.file, "kind": each.kind, **each.told}
        if known:
            told["expanded"] = _expansions(each, known, negated=False)
            told["leftOut"] = _expansions(each, known, negated=True)
        yield (json.dumps(told),)


def _as_sarif(checked: list[Checked], _known: Catalogue | None) -> Iterator[Line]:
    text = json.dumps(sarif({each.file: each.faults for each in checked}), indent=2)
    yield from ((line,) for line in text.split("\n"))


_FORMS = {Form.TEXT: _as_text, Form.JSON: _as_json}
