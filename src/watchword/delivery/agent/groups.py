"""The control groups that the agent's file names, by the ids that the kernel gives for sockets.

The id of a control group is the inode of its folder in the file system of cgroup v2. A unit that is started
again has another one, so an unknown id is looked for again, but not more often than once in EVERY seconds.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

EVERY = 1.0
ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


class Groups:
    """The named control groups. For any thread."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._root = next((root for root in ROOTS if (root / "cgroup.controllers").exists()), None)
        self._by_id: dict[int, str] = {}
        self._looked = -EVERY

    def path_of(self, group: int) -> str:
        """The path as the file has it; empty for a group that it doesn't name."""
        if group not in self._by_id and time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            self._by_id = dict(self._found())
        return self._by_id.get(group, "")

    def _found(self) -> Iterable[tuple[int, str]]:
        for path in self._paths if self._root else ():
            assert self._root
            with suppress(OSError):  # it isn't there now
                yield (self._root / path.lstrip("/")).stat().st_ino, path
