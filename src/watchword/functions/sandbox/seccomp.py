"""System calls that a function has no use for, and a hostile one has: they are refused with EPERM.

They make namespaces, mount, load code into the kernel, look into other processes, or belong to parts of the
kernel with a history of defects. Namespaces can also be asked for by `clone`, whose flags are looked at; and
by `clone3`, whose flags can't be: it answers ENOSYS, and then libraries use `clone`. All system calls of
another architecture are refused.

Sockets are of FAMILIES only. Others don't belong to a network namespace (vsock leads to the host of a virtual
machine), or are no way to the server.

Source: seccomp(2); the kernel's tables of system calls; Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import errno
import platform
import socket
import struct

from watchword.functions.sandbox import linux

REFUSED = {
    "ptrace": (101, 117),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "acct": (163, 89),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "perf_event_open": (298, 241),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "finit_module": (313, 273),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}
"""Name -> its number on x86_64 and on aarch64."""
CLONE, CLONE_3, SOCKET = (56, 220), (435, 435), (41, 198)
FAMILIES = tuple(map(int, (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)))
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000
"""Of x86_64: system calls of its 32-bit form have this bit."""
_NAMESPACES = linux.NEW_NS | linux.NEW_UTS | linux.NEW_IPC | linux.NEW_USER | linux.NEW_PID | linux.NEW_NET
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Where these are in what the filter sees."""
_LOAD, _EQUAL, _AT_LEAST, _ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_SET_SECCOMP, _FILTER = 22, 2
_PERMISSION, _MISSING = _ERROR | errno.EPERM, _ERROR | errno.ENOSYS


def program(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter: instructions of classic BPF, each with code, two jumps and a value."""
    column, architecture = _ARCHITECTURES[machine]
    numbers = [numbers[column] for numbers in REFUSED.values()]
    allow, refuse, missing = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _PERMISSION), (_RETURN, 0, 0, _MISSING)
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        refuse,
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        refuse,
        *(each for number in numbers for each in ((_EQUAL, 0, 1, number), refuse)),
        (_EQUAL, 0, 1, CLONE_3[column]),
        missing,
        (_EQUAL, 0, len(FAMILIES) + 3, SOCKET[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        *(
            (_EQUAL, left, 0, family)
            for left, family in zip(range(len(FAMILIES), 0, -1), FAMILIES, strict=True)
        ),
        refuse,
        allow,
        (_EQUAL, 0, 3, CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY, 0, 1, _NAMESPACES),
        refuse,
        allow,
    ]


def refuse() -> None:
    """From now on, for this process and all that it starts."""
    instructions = program(platform.machine())
    code = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    kept = ctypes.create_string_buffer(code, len(code))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(instructions), ctypes.addressof(kept)))
    linux.set_filter(_SET_SECCOMP, _FILTER, ctypes.addressof(described))
