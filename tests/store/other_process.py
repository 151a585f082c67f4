"""Another process on the same database, for tests: `other_process.py URL write|watch`."""

import itertools
import json
import sys
import time
from datetime import UTC, datetime

from watchword.store import Database, Topic
from watchword.store.iam import users
from watchword.store.iam.users import User


def write(database: Database) -> None:
    """Makes users without end; says the name of each as soon as it may be relied on."""
    now = datetime.now(UTC)
    for number in itertools.count():
        name = f"{now.timestamp()}-{number}"
        with database.write(now) as tx:
            users.insert(tx, User(f"AIDA{name}", "111111111111", name, "/", now))
        say(name)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def watch(database: Database) -> None:
    """Answers each line of input with what it has heard since the last."""
    heard: list[Topic] = []
    database.subscribe(heard.extend)
    watch = database.watch(time.monotonic)
    say("ready")
    for _ in sys.stdin:
        fresh = watch.check()
        told = heard[:]
        del heard[: len(told)]  # the watch may be telling more just now
        say(json.dumps({"fresh": fresh, "heard": told}))
    watch.close()


if __name__ == "__main__":
    {"write": write, "watch": watch}[sys.argv[2]](Database.open(sys.argv[1]))
