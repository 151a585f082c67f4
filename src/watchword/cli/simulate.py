"""watchword simulate: what would the server decide, and why? Nothing is changed or recorded.

One question is answered, or the audit log is replayed with a policy that isn't attached yet.
"""

from itertools import combinations, product
from typing import Annotated

import typer

from watchword.access.demand import ContextValue
from watchword.app import open_world
from watchword.cli.ages import moment_of
from watchword.cli.combinations import Combinations
from watchword.cli.ending import BAD_NEWS, fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import Form, Output, progress_bar, say_json
from watchword.cli.pages import decision_page, show
from watchword.cli.what_if import proposal_of, say_report
from watchword.policy import explain as reasons_of
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.explain import as_json
from watchword.proposals.effects import Outcome, Proposal
from watchword.proposals.replay import replay
from watchword.proposals.report import Report
from watchword.reference.actions import catalogue, unknown
from watchword.services.what_if import Unknown, simulate_request
from watchword.world import World

EVERYTHING = "*"
_PROPOSED = {
    "with_scp": PolicyType.SCP,
    "with_rcp": PolicyType.RCP,
    "with_policy": PolicyType.IDENTITY,
    "with_boundary": PolicyType.BOUNDARY,
}


@Combinations(
    apart=[
        *combinations(_PROPOSED, 2),
        *product(_PROPOSED, ("principal", "action", "resource", "context")),
    ],
    only_with={
        "at": ("with_scp", "with_rcp"),
        "on": ("with_policy", "with_boundary"),
        **dict.fromkeys(("since", "until", "fail_on"), tuple(_PROPOSED)),
    },
)
def simulate(  # noqa: PLR0913, PLR0917 one parameter a flag
    principal: Annotated[
        str, typer.Option("--principal", help="ARN of a user, role, role session or root user.")
    ] = "",
    action: Annotated[
        list[str] | None, typer.Option("--action", help="Such as s3:GetObject; can be repeated.")
    ] = None,
    resource: Annotated[
        list[str] | None, typer.Option("--resource", help="An ARN; can be repeated. Default: *.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", help="key=value of a condition key; repeated: a list of values."),
    ] = None,
    with_scp: Annotated[
        str, typer.Option("--with-scp", help="Replay the audit log with this SCP, a file.")
    ] = "",
    with_rcp: Annotated[
        str, typer.Option("--with-rcp", help="Replay the audit log with this RCP, a file.")
    ] = "",
    at: Annotated[
        str, typer.Option("--at", help="Where the SCP or RCP would be: id of a root, OU or account.")
    ] = "",
    with_policy: Annotated[
        str, typer.Option("--with-policy", help="Replay the audit log with this identity policy, a file.")
    ] = "",
    with_boundary: Annotated[
        str, typer.Option("--with-boundary", help="Replay the audit log with this boundary, a file.")
    ] = "",
    on: Annotated[
        str,
        typer.Option("--on", help="Who would have it: ARN of a user or role, or of a group."),
    ] = "",
    since: Annotated[
        str, typer.Option("--since", help="Replay from then on: 10m, 2h, 3d, or a time in UTC.")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="Replay what was before then.")] = "",
    fail_on: Annotated[
        list[Outcome] | None,
        typer.Option("--fail-on", help="Exit code 1 if the replay has such a request; can be repeated."),
    ] = None,
    data: Data = DEFAULT_DATA_DIRECTORY,
    database: Database = "",
    root_key_file: RootKeyFile = "",
    output: Output = Form.TEXT,
) -> None:
    """Show what the server would decide, and why; or what a policy would have changed.

    The exit code is 1 when a request would be refused. Of a replay it is 0, unless --fail-on says otherwise.
    """
    given = zip(_PROPOSED.values(), (with_scp, with_rcp, with_policy, with_boundary), strict=True)
    with opened(open_world, data, database, root_key_file) as world:
        for type_, file in given:
            if file:
                report = _replay(world, proposal_of(world, type_, file, at or on), since, until, output)
                if any(report.outcomes[each] for each in fail_on or ()):
                    raise typer.Exit(BAD_NEWS)
                return
        if not principal or not action:
            raise fail("give --principal and --action, or a policy to replay the audit log with")
        _decide(world, principal, action, resource or [EVERYTHING], context or [], output)


def _decide(
    world: World, principal: str, action: list[str], resource: list[str], context: list[str], output: Form
) -> None:
    keys = _keys(context)
    for each in action:
        _check_action(each)
    try:
        found = [simulate_request(world, principal, *asked, keys) for asked in product(action, resource)]
    except Unknown as unknown:
        raise fail(str(unknown)) from None
    for decision in found:
        told = as_json(reasons_of(decision))
        if output is Form.JSON:
            say_json(told)
        else:
            show(decision_page(told))
    if not all(decision.allowed for decision in found):
        raise typer.Exit(BAD_NEWS)


def _replay(world: World, proposal: Proposal, since: str, until: str, output: Form) -> Report:
    begin = moment_of(since, "--since") if since else None
    end = moment_of(until, "--until") if until else None
    with progress_bar() as bar:
        report = replay(world, proposal, begin, end, bar)
    say_report(report, proposal, output)
    return report


def _check_action(name: str) -> None:
    """Refuses an action that AWS doesn't have: the answer would be about nothing."""
    if why := unknown(catalogue(), name):
        raise fail(why)


def _keys(given: list[str]) -> dict[str, ContextValue]:
    """A key that is given once has one value, a repeated key has a list."""
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise fail(f"--context needs key=value, not {text!r}")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}
