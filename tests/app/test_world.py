"""An ephemeral server forgets in one step, or not at all; what a world opened, it closes."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from watchword.app import open_world
from watchword.installation.bootstrap import CannotStart
from watchword.installation.settings import Settings
from watchword.store import accounts
from watchword.store.iam import access_keys
from watchword.world import World


def furnished(world: World) -> bool:
    start = world.settings.ephemeral
    assert start
    with world.database.read() as tx:
        ring = world.root_key.keyring(tx)
        key = access_keys.by_id(tx, start.access_key_id)
        return bool(ring and key and accounts.by_id(tx, start.account))


def test_nobody_ever_sees_a_server_without_keys(ephemeral: World) -> None:
    seen: list[bool] = []
    ephemeral.database.subscribe(lambda _: seen.append(furnished(ephemeral)))
    ephemeral.reset()
    assert seen == [True]


def test_every_part_that_can_be_reset_is(ephemeral: World) -> None:
    ephemeral.clock.advance(60)
    ephemeral.last_uses.put("key", 1, (), ephemeral.last_uses.generation)
    ephemeral.objects.put("00/blob", [b"x"])
    ephemeral.reset()
    assert (ephemeral.clock.ahead, ephemeral.last_uses.get("key")) == (timedelta(), None)


def test_every_part_is_closed_even_if_one_fails(ephemeral: World) -> None:
    closed: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)
            if self.name == "journal":
                raise OSError("the disk is full")

    parts = {name: Part(name) for name in ("database", "facts", "journal")}
    with pytest.raises(OSError, match="full"):
        replace(ephemeral, **parts).close()  # type: ignore[arg-type]
    assert closed == ["journal", "facts", "database"]


def _file_for(name: str) -> Callable[[Path], None]:
    """Puts a file where a directory must be."""

    def spoil(data: Path) -> None:
        shutil.rmtree(data / name)
        (data / name).touch()

    return spoil


def test_a_secret_in_the_url_of_objects_is_not_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="no credentials") as refused:
        open_world(Settings(tmp_path / "data", objects_url="s3://AKIA:hush@bucket/prefix"))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("spoil", "more"),
    [
        (_file_for("audit"), {}),
        (_file_for("objects"), {}),
        (lambda data: (data / "root.key").write_text("short"), {}),
        (lambda data: (data / "root.key").unlink(), {}),
        (lambda data: (data / "root.key").unlink(), {"must_exist": True}),
        (lambda data: data.chmod(0o755), {"must_exist": True}),
        (Path.exists, {"account": "999999999999"}),
    ],
    ids=["journal", "objects", "malformed key", "other key", "no key", "not private", "another account"],
)
def test_nothing_stays_open_where_a_start_is_refused(
    tmp_path: Path, spoil: Callable[[Path], object], more: dict[str, Any]
) -> None:
    data = tmp_path / "data"
    open_world(Settings(data)).close()
    spoil(data)
    with pytest.raises(CannotStart):
        open_world(Settings(data, **more))
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("this system doesn't list what is open")
    found = [str(each.readlink()) for each in descriptors.iterdir() if each.is_symlink()]
    assert [name for name in found if name.startswith(str(tmp_path))] == []
