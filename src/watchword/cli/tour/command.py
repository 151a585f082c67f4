"""watchword tour: sends the requests of the story, and prints what was signed and what was decided."""

import time
from collections.abc import Iterable, Sequence

import typer
from botocore.exceptions import ClientError
from rich.console import Group
from rich.panel import Panel
from rich.rule import Rule

from watchword.access import audit_lookup
from watchword.cli.ending import BAD_NEWS
from watchword.cli.output import say
from watchword.cli.pages import VERDICTS, decisions, line, lines, show
from watchword.cli.tour import functions
from watchword.cli.tour.stage import Stage, stage
from watchword.cli.tour.story import ALLOWED, STEPS, Acting, Step, Story
from watchword.names import AwsError, HttpRequest
from watchword.policy.evaluation.reasons import reasons
from watchword.sigv4 import explain, read


def walk() -> None:
    """The whole story. The exit code is 1 when an answer isn't as expected."""
    began = time.monotonic()
    with stage() as playing:
        story = Story.begin(playing)
        steps = STEPS if playing.no_functions else (*STEPS, *functions.STEPS)
        surprises = play_all(story, steps)
    say("")
    if playing.no_functions:
        say(f"Without its second half: {playing.no_functions}.")
    end(len(steps), time.monotonic() - began, surprises)


def end(steps: int, seconds: float, surprises: Sequence[str]) -> None:
    """The last lines. The exit code is 1 when something isn't as expected."""
    say(f"{steps} steps in {seconds:.1f} s.")
    if surprises:
        say(f"watchword: not as expected: {', '.join(surprises)}", error=True)
        raise typer.Exit(BAD_NEWS)


def play_all(story: Acting, steps: Iterable[Step[Acting]], first: int = 1) -> list[str]:
    """Plays steps, numbered from `first`. Returns the titles of those that went otherwise than expected."""
    return [step.title for number, step in enumerate(steps, first) if not play(story, number, step)]


def play(story: Acting, number: int, step: Step[Acting]) -> bool:
    """Acts one step and prints its request. Returns whether the answer was as expected."""
    code, said, request_id = _act(story, step)
    colour = "green" if code == ALLOWED else "red"
    show(Rule(line((f"{number}. {step.title}", "bold")), align="left"), framed=True)
    show(_signed(story.stage.newest(step.shown)), framed=True)
    show(line((code or "allowed", f"bold {colour}"), f" {said}" if said else ""))
    for told in _decided(story.stage, request_id):
        show(line(f"  {told}"))
    if code != step.expected:
        show(line((f"expected {step.expected or 'it to be allowed'}", "bold yellow")))
    return code == step.expected


def _act(story: Acting, step: Step[Acting]) -> tuple[str, str, str]:
    """The error's code and message, and the request's id; all empty for what a client was allowed to do."""
    try:
        told = step.act(story)
    except ClientError as refused:
        error, sent = refused.response["Error"], refused.response["ResponseMetadata"]
        return error["Code"], error["Message"], sent["RequestId"]
    return (told.code, told.said, told.request_id) if told else (ALLOWED, "", "")


def _signed(request: HttpRequest) -> Panel:
    try:
        claim = read(request)
        assert claim is not None
        explanation = explain(claim, request)
    except AwsError as unreadable:
        return Panel(line(str(unreadable)), title="not readable")
    body = Group(
        line(("canonical request", "bold")),
        lines(_short(explanation.canonical_request)),
        line(),
        line(("string to sign", "bold")),
        lines(explanation.string_to_sign),
    )
    title = line(f"{request.method} {request.path}")
    return Panel(body, title=title, title_align="left", border_style="dim")


def _short(canonical_request: str) -> str:
    """With the session token shortened: it is long, and it is a secret."""
    lines = canonical_request.split("\n")
    return "\n".join(line if len(line) < 200 else f"{line[:60]}..." for line in lines)  # noqa: PLR2004 a screen's width or two


def _decided(playing: Stage, request_id: str) -> list[str]:
    event = (
        audit_lookup.by_request(playing.world, request_id)
        if request_id
        else audit_lookup.newest(playing.world)
    )
    if event is None:
        return []
    more = event.get("additionalEventData", {})
    lines = [f"meant: {more['meant']}"] if "meant" in more else []
    for decision in decisions(event):
        lines.append(f"{VERDICTS[decision['decision']][0]}: {decision['action']} on {decision['resource']}")
        lines += [f"  {line}" for line in reasons(decision)]
    return lines
