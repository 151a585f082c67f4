import secrets
import threading
from pathlib import Path

import pytest

from watchword.installation.root_key import Unusable, load, load_or_make


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "root.key"
    made = load_or_make(file, secrets.token_bytes)
    assert len(made) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_make(file, secrets.token_bytes) == made == load(file)
    assert [each.name for each in tmp_path.iterdir()] == ["root.key"]


def test_starting_together_makes_one(tmp_path: Path) -> None:
    file, found = tmp_path / "root.key", []
    threads = [
        threading.Thread(target=lambda: found.append(load_or_make(file, secrets.token_bytes)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {load(file)}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_it_is_refused_when_others_can_read_it(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "root.key"
    load_or_make(file, secrets.token_bytes)
    file.chmod(mode)
    with pytest.raises(Unusable, match="others can read it"):
        load(file)


@pytest.mark.parametrize("text", ["", "short", "c2hvcnQ=", "!" * 44, "A" * 200])
def test_it_is_refused_when_it_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "root.key"
    file.touch(mode=0o600)
    file.write_text(text)
    with pytest.raises(Unusable, match="32 bytes"):
        load(file)


def test_it_is_refused_when_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="No such file"):
        load(tmp_path / "root.key")
    with pytest.raises(Unusable, match="No such file"):
        load_or_make(tmp_path / "nowhere" / "root.key", secrets.token_bytes)
