"""`watchword objects check`, beside a server that serves."""

import json
import os
from pathlib import Path
from typing import Any

from tests.server.harness import client, credentials, serve, watchword

from watchword.cli import objects as command
from watchword.installation import root_key
from watchword.objects.sealing import Sealing
from watchword.proofs.sealed_bytes import of_server


def check(data: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    result = watchword("objects", "check", "--json", "--rate", "0", "--data", str(data), *arguments)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_what_it_says(tmp_path: Path, monkeypatch: Any) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        assert check(data) == (
            0,
            [dict.fromkeys(("Objects", "Bytes", "Missing", "Damaged", "Orphans", "OrphanBytes"), 0)],
        )
        s3 = client("s3", server.endpoint, credentials(data))
        s3.create_bucket(Bucket="papers")
        bodies = {"a": b"first", "b": b"second", "c": b"third\x1b[2J", "d": b"fourth"}
        for key, body in bodies.items():
            s3.put_object(Bucket="papers", Key=key, Body=body)
        key = Sealing(of_server(root_key.load(data / "root.key")))
        found = (data / "objects").glob("*/*")
        files = {key.whole(f"{file.parent.name}/{file.name}", file.read_bytes()): file for file in found}
        files[b"second"].write_bytes(b"Second")
        files[b"third\x1b[2J"].unlink()
        orphan = data / "objects" / "ab" / ("0" * 30)
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"orphan")
        os.utime(orphan, (0, 0))
        code, (damaged, missing, left, summary) = check(data)
        assert code == 1
        assert (damaged["Finding"], damaged["Bucket"], damaged["Key"]) == ("damaged", "papers", "b")
        assert (missing["Finding"], missing["Key"], missing["Size"]) == ("missing", "c", 9)
        assert left == {"Finding": "orphan", "Blob": f"ab/{'0' * 30}", "Size": 6}
        assert summary == {
            "Objects": 4, "Bytes": 11, "Missing": 1, "Damaged": 1, "Orphans": 1, "OrphanBytes": 6,
        }  # fmt: skip
        said = watchword("objects", "check", "--rate", "0", "--data", str(data)).stdout.splitlines()
        assert said[0].startswith("damaged  papers/b  (")
        assert said[-1] == "4 objects, 11 bytes read: 1 missing, 1 damaged, 1 orphans of 6 bytes"
        assert s3.get_object(Bucket="papers", Key="a")["Body"].read() == b"first"


def test_it_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: Any) -> None:
    data = tmp_path / "data"
    with serve(data) as server:
        s3 = client("s3", server.endpoint, credentials(data))
        s3.create_bucket(Bucket="papers")
        for key in ("a", "b", "c"):
            s3.put_object(Bucket="papers", Key=key, Body=b"data")
        assert (
            "no check was interrupted"
            in watchword("objects", "check", "--resume", "--data", str(data)).stderr
        )
        monkeypatch.setattr(command, "SAVED_SECONDS", 0.0)
        seen = []

        def interrupted(steps: Any, rate: int) -> Any:
            for step in steps:
                seen.append(step)
                if sum(each.done is not None for each in seen) > 2:
                    raise KeyboardInterrupt
                yield step

        with monkeypatch.context() as patched:
            patched.setattr(command, "_paced", interrupted)
            assert watchword("objects", "check", "--data", str(data)).exit_code == 130
        code, (summary,) = check(data, "--resume")
        assert (code, summary["Objects"]) == (0, 1)
        assert not (data / command.PROGRESS).exists()


def test_it_reads_no_faster_than_it_may(monkeypatch: Any) -> None:
    now = [0.0]
    monkeypatch.setattr(command.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(command.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    steps = [command.Step(read=1 << 20) for _ in range(10)]
    assert list(command._paced(steps, 2 << 20)) == steps
    assert now == [5.0]
