"""watchword tour --no-passwords: plays the story, and between its halves searches everything that is there.

The homes of all workloads and the whole data directory of the server are searched, and the environment of
every process that was started. What may be found is short-lived, or the sealed store's own.
"""

import tempfile
import time
from pathlib import Path

from rich.rule import Rule

from watchword.cli.output import say
from watchword.cli.pages import line, show
from watchword.cli.tour.command import end, play_all
from watchword.cli.tour.no_passwords import story as stories
from watchword.cli.tour.no_passwords.issuer import issuing
from watchword.cli.tour.no_passwords.search import PROC, Search
from watchword.cli.tour.stage import stage

SEALED = "the key of the sealed store; --root-key-file keeps it elsewhere"
FOUND = "a long-term credential was found"


def walk() -> None:
    """The whole story. The exit code is 1 when an answer isn't as expected, or a credential was found."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="watchword-tour-homes-") as homes,
        issuing() as cluster,
        issuing() as pipeline,
        stage((cluster.url, pipeline.url), functions=False) as playing,
        stories.begun(playing, Path(homes), cluster, pipeline) as story,
    ):
        surprises = play_all(story, stories.STEPS)
        if search(story).long_term:
            surprises.append(FOUND)
        surprises += play_all(story, stories.REVOCATION, len(stories.STEPS) + 1)
    say("")
    end(len(stories.STEPS) + len(stories.REVOCATION), time.monotonic() - began, surprises)


def search(story: stories.Story) -> Search:
    """Searches, and prints what was found."""
    settings = story.stage.world.settings
    found = Search({**story.excused, settings.root_key_file: SEALED})
    found.directory(settings.data, "server")
    for home in sorted(story.homes.iterdir()):
        found.directory(home, home.name)
    if PROC.is_dir():
        found.processes(story.started)
    show(Rule(line(("What lies on the disks and in the environments", "bold")), align="left"), framed=True)
    say(
        f"{found.files} files, {found.cells} texts of the database, "
        f"the environments of {found.environments} processes"
    )
    for each in found.finds:
        verdict = (each.ends, "green") if each.ends else ("long-term", "bold red")
        show(line(f"  {each.where}: {each.what}, ", verdict))
    if not found.long_term:
        show(line(("no long-term credential but the sealed store", "bold green")))
    return found
