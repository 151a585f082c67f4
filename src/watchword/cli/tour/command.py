"""watchword tour: sends the requests of the story, and prints what was signed and what was decided."""

import sys
import time

import typer
from botocore.exceptions import ClientError
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from watchword.access import audit_lookup
from watchword.cli.ending import BAD_NEWS
from watchword.cli.pages import VERDICTS, decisions
from watchword.cli.tour.stage import Stage, stage
from watchword.cli.tour.story import ALLOWED, STEPS, Step, Story
from watchword.names import AwsError
from watchword.policy.evaluation.reasons import reasons
from watchword.sigv4 import explain, read


def walk() -> None:
    """The whole story. The exit code is 1 when an answer isn't as expected."""
    console = Console(highlight=False)
    began = time.monotonic()
    with stage() as playing:
        story = Story.begin(playing)
        surprises = [step for number, step in enumerate(STEPS, 1) if not play(console, story, number, step)]
    console.print(f"\n{len(STEPS)} requests in {time.monotonic() - began:.1f} s.")
    if surprises:
        print(f"watchword: not as expected: {', '.join(step.title for step in surprises)}", file=sys.stderr)
        raise typer.Exit(BAD_NEWS)


def play(console: Console, story: Story, number: int, step: Step) -> bool:
    """Sends one request and prints it. Returns whether the answer was as expected."""
    code, said, request_id = ALLOWED, "", ""
    try:
        step.act(story)
    except ClientError as refused:
        code, said = refused.response["Error"]["Code"], refused.response["Error"]["Message"]
        request_id = refused.response["ResponseMetadata"]["RequestId"]
    colour = "green" if code == ALLOWED else "red"
    console.rule(Text(f"{number}. {step.title}", style="bold"), align="left")
    console.print(_signed(story.stage))
    console.print(
        Text.assemble((code or "allowed", f"bold {colour}"), f" {said}" if said else ""), soft_wrap=True
    )
    for line in _decided(story.stage, request_id):
        console.print(Text(f"  {line}"), soft_wrap=True)
    if code != step.expected:
        console.print(Text(f"expected {step.expected or 'it to be allowed'}", style="bold yellow"))
    return code == step.expected


def _signed(playing: Stage) -> Panel:
    request = playing.sent[-1]
    try:
        claim = read(request)
        assert claim is not None
        explanation = explain(claim, request)
    except AwsError as unreadable:
        return Panel(str(unreadable), title="not readable")
    body = Text.assemble(
        ("canonical request\n", "bold"),
        _short(explanation.canonical_request),
        ("\n\nstring to sign\n", "bold"),
        explanation.string_to_sign,
    )
    return Panel(body, title=f"{request.method} {request.path}", title_align="left", border_style="dim")


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
