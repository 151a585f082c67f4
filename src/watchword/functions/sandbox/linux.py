"""System calls that Python's `os` lacks. Each raises OSError.

Source: unshare(2), mount(2), pivot_root(2), prctl(2), capabilities(7), netdevice(7).
"""

import ctypes
import fcntl
import os
import platform
import socket
import struct

NEW_NS, NEW_UTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
_DETACH = 2
_SET_DEATH_SIGNAL, _DROP_BOUND, _SET_SUBREAPER, _NO_NEW_PRIVILEGES = 1, 24, 36, 38
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _call("unshare", flags)


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    _call("mount", source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def unmount(target: str) -> None:
    """Detaches it, even while it is in use."""
    _call("umount2", target.encode(), _DETACH)


def pivot_root(new: str, old: str) -> None:
    _call("syscall", ctypes.c_long(_PIVOT_ROOT[platform.machine()]), new.encode(), old.encode())


def die_with_parent(signal: int) -> None:
    """A change of the user id undoes it."""
    _prctl(_SET_DEATH_SIGNAL, signal)


def adopt_orphans() -> None:
    """From now on, descendants whose parents end are children of this process."""
    _prctl(_SET_SUBREAPER, 1)


def drop_bounding_set(last: int) -> None:
    """No program that is executed gets a capability. last: the number of the last one of the kernel."""
    for capability in range(last + 1):
        _prctl(_DROP_BOUND, capability)


def drop_capabilities() -> None:
    """All that this process has."""
    _call("capset", struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))


def last_capability() -> int:
    with open(_LAST_CAPABILITY, encoding="ascii") as file:  # noqa: PTH123 pathlib takes long to import
        return int(file.read())


def no_new_privileges() -> None:
    """Programs that are set-user-ID give nothing any more."""
    _prctl(_NO_NEW_PRIVILEGES, 1)


def bring_up_loopback() -> None:
    """In a new network namespace it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, _GET_FLAGS, request))[1]
        fcntl.ioctl(probe, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def set_filter(option: int, mode: int, program: int) -> None:
    """A filter of system calls; `program` is its address. It needs `no_new_privileges`."""
    _call("prctl", option, ctypes.c_ulong(mode), ctypes.c_ulong(program), *map(ctypes.c_ulong, (0, 0)))


def _prctl(option: int, value: int) -> None:
    _call("prctl", option, ctypes.c_ulong(value), *map(ctypes.c_ulong, (0, 0, 0)))
