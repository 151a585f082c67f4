"""The file system that a function sees: a root of its own, in which only what is named here is there.

    /var/task       its package                 /tmp     its own, of bounded size, gone with the instance
    /usr /lib ...   the host's programs         /proc    its own processes, where the kernel allows
    Python's places                             /dev     null, zero, full, random, urandom
    /etc            what resolvers and TLS need, and names for its user

All but /tmp is read-only. What is bound from the host keeps the host's permissions.
"""

import os
from contextlib import suppress

from watchword.functions.sandbox import linux
from watchword.functions.sandbox.spec import TASK, Spec

HOST = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
OF_ETC = (
    "alternatives",
    "ca-certificates",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "pki",
    "ssl",
)
DEVICES = ("null", "zero", "full", "random", "urandom")
EMPTY = ("/dev", "/etc", "/opt", "/proc", "/tmp", "/var", TASK, "/.old")  # noqa: S108 of the new root
_QUIET = linux.NO_SUID | linux.NO_DEV
_ROOT_OPTIONS = "mode=0755,size=1m,nr_inodes=1k"
_FILES_OF_TMP = 100_000


def enter(spec: Spec) -> None:
    """Makes it the root of this process, whose mount namespace is new."""
    linux.mount("none", "/", flags=linux.RECURSIVE | linux.PRIVATE)
    linux.mount("none", spec.root, "tmpfs", _QUIET, _ROOT_OPTIONS)
    for place in EMPTY:
        os.makedirs(spec.root + place, exist_ok=True)  # noqa: PTH103 as in `linux`
    _write_etc(spec)
    options = f"mode=1777,size={spec.storage},nr_inodes={_FILES_OF_TMP}"
    linux.mount("none", f"{spec.root}/tmp", "tmpfs", _QUIET, options)  # noqa: S108 first: Python may be below it
    for place in (*HOST, *(f"/etc/{name}" for name in OF_ETC), *spec.places):
        _show(place, spec.root + place)
    for name in DEVICES:
        _bind(f"/dev/{name}", f"{spec.root}/dev/{name}", flags=linux.NO_SUID | linux.NO_EXEC)
    _show(spec.code, spec.root + TASK)
    with suppress(OSError):  # refused where the host's own /proc is covered in part, as in containers
        linux.mount("none", f"{spec.root}/proc", "proc", _QUIET | linux.NO_EXEC)
    _change_root(spec.root)


def _change_root(root: str) -> None:
    linux.pivot_root(root, f"{root}/.old")
    os.chdir("/")
    linux.unmount("/.old")
    os.rmdir("/.old")  # noqa: PTH106 as in `linux`
    linux.mount("none", "/", flags=linux.REMOUNT | linux.READ_ONLY | _QUIET, options=_ROOT_OPTIONS)
    os.chdir(TASK)


def _show(source: str, target: str) -> None:
    """The host's file, directory or symbolic link, if there is one, and nothing is there yet."""
    if os.path.islink(source):  # noqa: PTH114 as in `linux`
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 as in `linux`
        with suppress(FileExistsError):
            os.symlink(os.readlink(source), target)  # noqa: PTH115, PTH211 as in `linux`
    elif os.path.exists(source):  # noqa: PTH110 as in `linux`
        _bind(source, target, flags=_QUIET)


def _bind(source: str, target: str, flags: int) -> None:
    if os.path.isdir(source):  # noqa: PTH112 as in `linux`
        os.makedirs(target, exist_ok=True)  # noqa: PTH103 as in `linux`
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 as in `linux`
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    linux.mount(source, target, flags=linux.BIND)
    again = linux.BIND | linux.REMOUNT | linux.READ_ONLY
    linux.mount("none", target, flags=again | flags | _kept(target))


def _kept(place: str) -> int:
    """The flags of its mount: in a user namespace none of them may be taken away."""
    return os.statvfs(place).f_flag & (linux.NO_SUID | linux.NO_DEV | linux.NO_EXEC)


def _write_etc(spec: Spec) -> None:
    for name, text in {
        "passwd": f"root:x:0:0::/root:/bin/false\nfunction:x:{spec.uid}:{spec.uid}::/tmp:/bin/false\n",
        "group": f"root:x:0:\nfunction:x:{spec.uid}:\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }.items():
        with open(f"{spec.root}/etc/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 as in `linux`
            file.write(text)
