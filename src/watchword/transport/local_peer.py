"""Who is at the other end of a connection within this host: the user of that socket, and its control group.

1. The kernel is asked for the one socket whose ends are ours, swapped (sock_diag, as `ss` does). So nothing
   is guessed from processes, which come and go.
2. Only a socket that is still open counts. Of one that was closed, the kernel says that its user is 0.
3. A socket has the user and the control group of the process that made it. If that passes it on, who gets it
   acts in its name. The control group is the id of a folder of cgroup v2; Linux tells it from 5.8 on.
4. Another network namespace, such as a container's, is another host: nothing is known of its sockets.
5. Where the kernel has no sock_diag, the user is read in /proc/net/tcp, and no control group is known.

Sources: sock_diag(7), linux/inet_diag.h; proc(5); cgroups(7).
"""

import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_SOCK_DIAG = 4
_BY_FAMILY, _ONE = 20, 1
"""SOCK_DIAG_BY_FAMILY, and NLM_F_REQUEST without NLM_F_DUMP: one socket, not all."""
_ESTABLISHED = 1
_CGROUP_ID = 21
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBBI")
_PORTS = struct.Struct("!HH")
_ANY_SOCKET = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
"""On any interface, whatever its cookie."""
_ANSWER = struct.Struct("=BBBB48xIIIII")
_ATTRIBUTE = struct.Struct("=HH")
_ADDRESS = 16
_LONGEST_ANSWER = 1 << 16


class Owner(NamedTuple):
    """Who made a socket."""

    user: int
    group: int | None
    """The id of its control group."""


def owner_of(peer: socket.socket) -> Owner | None:
    """Who made the other end of a connection; None if it isn't known, or closed."""
    family, theirs, ours = peer.family, peer.getpeername()[:2], peer.getsockname()[:2]
    try:
        answer = _ask(family, theirs, ours)
    except OSError:  # 5
        user = _user_in_table(family, theirs, ours)
        return None if user is None else Owner(user, None)
    return _owner(answer)


def is_of_user(peer: socket.socket, user: int) -> bool:
    """Whether this user made the other end."""
    owner = owner_of(peer)
    return owner is not None and owner.user == user


End = tuple[str, int]


def _ask(family: int, theirs: End, ours: End) -> bytes:
    ports = _PORTS.pack(theirs[1], ours[1])
    addresses = b"".join(socket.inet_pton(family, host).ljust(_ADDRESS, b"\0") for host, _ in (theirs, ours))
    request = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF) + ports + addresses + _ANY_SOCKET
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG) as kernel:
        kernel.send(_HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _ONE, 0, 0) + request)
        return kernel.recv(_LONGEST_ANSWER)


def _owner(answer: bytes) -> Owner | None:
    length, kind, *_ = _HEADER.unpack_from(answer)
    if kind != _BY_FAMILY:  # an error: there is no such socket
        return None
    _, state, *_, user, inode = _ANSWER.unpack_from(answer, _HEADER.size)
    if state != _ESTABLISHED or not inode:  # 2
        return None
    attributes = dict(_attributes(answer[_HEADER.size + _ANSWER.size : length]))
    group = attributes.get(_CGROUP_ID)
    return Owner(user, int.from_bytes(group, sys.byteorder) if group else None)


def _attributes(rest: bytes) -> Iterator[tuple[int, bytes]]:
    while len(rest) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(rest)
        yield kind, rest[_ATTRIBUTE.size : length]
        rest = rest[max(length + 3 & ~3, _ATTRIBUTE.size) :]


def _user_in_table(family: int, theirs: End, ours: End) -> int | None:
    table = Path("/proc/net/tcp6" if family == socket.AF_INET6 else "/proc/net/tcp")
    ends = [_hexadecimal(family, theirs), _hexadecimal(family, ours)]
    for line in table.read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if fields[1:3] == ends and int(fields[3], 16) == _ESTABLISHED:  # 2
            return int(fields[7])
    return None


def _hexadecimal(family: int, end: End) -> str:
    """As the table has it: the words of the address in the order of this machine's bytes."""
    packed = socket.inet_pton(family, end[0])
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    address = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return f"{address}:{end[1]:04X}"
