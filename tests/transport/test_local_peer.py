"""Who is at the other end of a connection: as the kernel says, of sockets that are open."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from watchword.transport import local_peer
from watchword.transport.local_peer import Owner, is_of_user, owner_of

UNIFIED = next(
    (
        place
        for place in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
        if (place / "cgroup.procs").exists()
    ),
    None,
)
CONNECTS = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); sys.stdin.read()"
)
ROOT = os.geteuid() == 0
WHO = ["as sock_diag says", "as /proc says"]


@pytest.fixture(params=WHO)
def _told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By each way of asking the kernel."""
    if request.param == WHO[1]:
        monkeypatch.setattr(local_peer, "_SOCK_DIAG", 31)


@pytest.mark.usefixtures("_told")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_it_is_who_made_the_socket(family: socket.AddressFamily) -> None:
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    with (
        socket.create_server((host, 0), family=family) as listener,
        socket.create_connection(listener.getsockname()[:2]) as ours,
        listener.accept()[0] as peer,
    ):
        owner = owner_of(peer)
        assert owner
        assert owner.user == os.getuid()
        assert is_of_user(peer, os.getuid())
        assert not is_of_user(peer, os.getuid() + 1)
        ours.close()
        assert owner_of(peer) is None, "closed"


def test_an_error_of_the_kernel_is_no_socket() -> None:
    """Even where its bytes look like one."""
    socket_ = local_peer._ANSWER.pack(2, local_peer._ESTABLISHED, 0, 0, 0, 0, 0, 1001, 7)
    length = local_peer._HEADER.size + len(socket_)
    found, error = (local_peer._HEADER.pack(length, kind, 0, 0, 0) + socket_ for kind in (20, 2))
    assert local_peer._owner(found) == Owner(1001, None)
    assert local_peer._owner(error) is None


@pytest.mark.usefixtures("_told")
@pytest.mark.skipif(not ROOT, reason="only root may make a socket as another user")
def test_another_user_is_another_user() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        os.seteuid(12345)
        try:
            client = socket.create_connection(listener.getsockname())
        finally:
            os.seteuid(0)
        peer, _ = listener.accept()
        with client, peer:
            owner = owner_of(peer)
            assert owner
            assert owner.user == 12345


@pytest.mark.skipif(not (ROOT and UNIFIED), reason="only root makes control groups, and of version 2")
def test_its_control_group() -> None:
    assert UNIFIED
    group = UNIFIED / f"watchword-test-{os.getpid()}"
    group.mkdir()
    enters = ("sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh")
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            command = [*enters, sys.executable, "-c", CONNECTS, str(listener.getsockname()[1])]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as other, listener.accept()[0] as peer:
                assert owner_of(peer) == Owner(os.getuid(), group.stat().st_ino)
                assert other.stdin
                other.stdin.close()
    finally:
        while (group / "cgroup.procs").read_text():
            time.sleep(0.01)
        group.rmdir()
