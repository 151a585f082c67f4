"""How well functions are isolated here, found out by trying: the strongest form of those that work.

    form              the process sees                            where it works
    NAMESPACES        its package, /usr and Python, its /tmp;     root
                      of the network only this server
    USER_NAMESPACES   the same                                    others, where the kernel allows it
    OWN_USER          the host, as a user who owns nothing        root without namespaces, as in many
    containers

Without any of these, functions don't run: a function could read the data directory, and so be the operator.
"""

import json
import os
import shutil
import tempfile
from enum import Enum
from pathlib import Path

from watchword.functions.sandbox.launch import CannotLaunchError, Interpreter, Spare, launch
from watchword.functions.sandbox.spec import Spec

FIRST_USER, USERS = 1_000_000_000, 1_000_000_000
"""Instances run as users of this range, which no host gives to others. Each draws one."""
_TRIED = """\
#!/bin/sh
exec {program} -I -S -c 'import sys; sys.path += {paths}; import awslambdaric'
"""
_TRIED_MEMORY, _TRIED_STORAGE = 256 << 20, 1 << 20
_USER_INSIDE = 993
"""Source: the user that functions run as at AWS."""


class Isolation(Enum):
    """The forms, the strongest first."""

    NAMESPACES = "namespaces"
    USER_NAMESPACES = "user namespaces"
    OWN_USER = "own user"

    @property
    def namespaces(self) -> bool:
        return self is not Isolation.OWN_USER

    def new_user(self) -> int:
        """As which an instance runs: a user that no other has, or one of its namespace."""
        drawn = FIRST_USER + int.from_bytes(os.urandom(8), "big") % USERS
        return _USER_INSIDE if self is Isolation.USER_NAMESPACES else drawn


def strongest(interpreter: Interpreter) -> Isolation | None:
    """The strongest form that works here, None for none."""
    root = os.geteuid() == 0
    forms = [Isolation.NAMESPACES, Isolation.OWN_USER] if root else [Isolation.USER_NAMESPACES]
    return next((form for form in forms if works(form, interpreter)), None)


def works(form: Isolation, interpreter: Interpreter) -> bool:
    """Whether a process starts and ends in that form."""
    folder = Path(tempfile.mkdtemp(prefix="watchword-try-"))
    try:
        for place in (folder, folder / "code", folder / "root"):
            place.mkdir(exist_ok=True)
            place.chmod(0o755)  # whatever the umask
        program = folder / "code" / "bootstrap"
        paths = [each for each in interpreter.paths if "'" not in each]
        program.write_text(_TRIED.format(program=interpreter.program, paths=json.dumps(paths)))
        program.chmod(0o755)
        launched = launch(Spare.start(interpreter), _trial(form, folder, interpreter))
        launched.process.wait()
        return launched.end() == 0
    except CannotLaunchError:
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _trial(form: Isolation, folder: Path, interpreter: Interpreter) -> Spec:
    return Spec(
        namespaces=form.namespaces,
        user_namespace=form is Isolation.USER_NAMESPACES,
        root=str(folder / "root"),
        uid=form.new_user(),
        code=str(folder / "code"),
        places=list(interpreter.places),
        paths=[],
        handler="",
        environment={"PATH": "/usr/bin:/bin"},
        memory=_TRIED_MEMORY,
        storage=_TRIED_STORAGE,
    )
