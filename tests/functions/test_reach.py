"""What a hostile function can reach: docs/functions.md, line by line. The functions say what they see."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.functions.probe import Probe

from watchword.functions.isolation import strongest
from watchword.functions.processes import descendants
from watchword.functions.sandbox.launch import Interpreter

ROOT = Path(__file__).parents[2]
SECRET = "known to the server alone"


@pytest.fixture(scope="module", autouse=True)
def _isolated() -> None:
    form = strongest(Interpreter.own())
    if form is None or not form.namespaces:
        pytest.skip("this host gives no namespaces: functions have a weaker form, or none")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reach")


@pytest.fixture(scope="module")
def probe(place: Path) -> Iterator[Probe]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        patch.setenv("SECRET_OF_THE_SERVER", SECRET)
        probe = Probe.start()
    with probe:
        yield probe


def test_it_sees_no_file_of_the_server(probe: Probe, place: Path) -> None:
    data = next(place.glob("watchword-*"))
    assert (data / "root.key").exists()
    seen = probe.see(f"[p for p in {[str(data), str(ROOT / 'pyproject.toml')]!r} if os.path.exists(p)]")
    assert seen == []
    of_python = {Path(each).parts[2] for each in Interpreter.own().places if each.startswith("/tmp/")}
    assert probe.see("sorted(os.listdir('/var')), os.listdir('/opt'), os.listdir('/tmp')") == [
        ["task"],
        [],
        sorted(of_python),
    ]
    hidden = [
        "/home",
        "/run",
        "/sys",
        "/srv",
        "/mnt",
        "/boot",
        "/etc/shadow",
        "/etc/hostname",
        "/dev/vda",
        "/.old",
    ]
    assert probe.see(f"[p for p in {hidden!r} if os.path.exists(p)]") == []
    links = probe.see("[os.path.exists(f'/proc/{p}/root') for p in ('1', 'self')]")
    assert links == [True, True]
    assert probe.see("os.listdir('/proc/1/root')") == probe.see("os.listdir('/')")


def test_it_writes_to_its_tmp_only(probe: Probe) -> None:
    tried = """
result = []
for place in ("/", "/var/task", "/usr", "/etc", "/dev", "/opt", *sys.path):
    try:
        open(place + "/written", "w")
        result.append(place)
    except OSError:
        pass
    """
    assert probe.run(tried) == []
    assert probe.see("open('/tmp/a', 'w').write('x')") == 1
    megabytes = probe.see("os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize >> 20")
    assert megabytes == 512
    full = probe.run("f = os.open('/tmp/b', os.O_CREAT | os.O_WRONLY)\nos.posix_fallocate(f, 0, 600 << 20)")
    assert full["errorType"] == "OSError"


def test_it_inherits_nothing(probe: Probe) -> None:
    with probe.alone() as heir:
        look_at(heir)


def look_at(heir: Probe) -> None:
    environment = heir.see("dict(os.environ)")
    assert SECRET not in environment.values()
    assert not [name for name in environment if name.startswith(("WATCHWORD", "TMPDIR", "HOME"))]
    assert SECRET not in str(
        heir.see("subprocess.run(['cat', '/proc/self/environ'], capture_output=True, text=True).stdout")
    )
    listed = """
import glob
result = {file: os.readlink(file) for file in glob.glob("/proc/self/fd/*") if os.path.lexists(file)}
"""
    files = {name.rpartition("/")[2]: link for name, link in heir.run(listed).items()}
    assert files["0"] == "/dev/null"
    assert files["1"] == files["2"]
    assert {link.partition(":")[0] for link in files.values()} <= {
        "/dev/null",
        "pipe",
        "socket",
        "/proc/1/fd",
    }
    assert sum(link.startswith("socket:") for link in files.values()) <= 3  # those of the runtime client


def test_it_sees_no_other_process(probe: Probe) -> None:
    assert probe.see("[p for p in os.listdir('/proc') if p.isdigit()]") == ["1"]
    killed = probe.run(f"os.kill({probe.server.process.pid}, 9)")
    assert killed["errorType"] == "ProcessLookupError"
    probe.run(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.kill(os.getppid(), signal.SIGTERM)"
    )
    assert probe.see("1") == 1


def test_it_reaches_the_server_and_nothing_else(probe: Probe) -> None:
    assert probe.see("socket.if_nameindex()") == [[1, "lo"]]
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = [other.getsockname()[1], int(probe.server.endpoint.rpartition(":")[2])]
        for port in ports:
            refused = probe.run(f"socket.create_connection(('127.0.0.1', {port}), 5)")
            assert refused["errorType"] == "ConnectionRefusedError"
    for family in (40, 38, 17, 0):  # AF_VSOCK, AF_ALG, AF_PACKET, AF_UNSPEC
        assert probe.run(f"socket.socket({family})")["errorType"] == "PermissionError", family
    kept = "[socket.socket(f).close() for f in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)]"
    assert probe.see(f"{kept}, socket.socketpair()[0].close()") == [[None] * 3, None]
    identity = probe.see("boto3.client('sts').get_caller_identity()['Arn']")
    assert identity.endswith(":assumed-role/probe/probe")


def test_it_has_no_privileges(probe: Probe) -> None:
    lines = probe.see("open('/proc/self/status').read().splitlines()")
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert {status[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {""}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert probe.see("0 in os.getresuid() + os.getresgid() or os.getgroups()") in (False, [])
    for call in ("unshare(0x10000000)", "mount(b'none', b'/tmp', b'tmpfs', 0, 0)", "ptrace(0, 0, 0, 0)"):
        loaded = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        assert probe.run(f"{loaded}result = [libc.{call}, ctypes.get_errno()]") == [-1, 1], call
    assert probe.see("subprocess.run(['su', '-c', 'id'], stdin=subprocess.DEVNULL).returncode") != 0


def test_a_fork_bomb_ends(probe: Probe) -> None:
    bomb = """
result = 0
try:
    while True:
        if os.fork() == 0:
            os.setsid()
            time.sleep(600)
            os._exit(0)
        result += 1
except BlockingIOError:
    pass
"""
    with probe.alone(timeout=60, memory=10_240) as bomber:
        started = bomber.run(bomb)
        assert 100 < started < 1024
        bomber.forget()
    wait_until(lambda: len(descendants(probe.server.process.pid)) < 50)


def test_it_is_killed_beyond_its_memory(probe: Probe) -> None:
    with probe.alone(timeout=60) as greedy:
        many = """
for _ in range(6):
    if os.fork() == 0:
        held = b"x" * (40 << 20)
        time.sleep(60)
time.sleep(60)
"""
        assert greedy.run(many)["errorType"] == "Runtime.OutOfMemory"
        one = greedy.run("held = [b'x' * (1 << 20) for _ in range(4000)]\ntime.sleep(60)")
        assert one["errorType"] in ("Runtime.OutOfMemory", "MemoryError")


def test_it_stands_still_between_invocations(probe: Probe) -> None:
    ticking = """
import threading
ticks = builtins.__dict__.setdefault("ticks", [0])
def tick():
    while True:
        ticks[0] += 1
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
time.sleep(0.1)
result = ticks[0]
"""
    with probe.alone() as ticker:
        before = ticker.run(ticking)
        time.sleep(1)
        assert ticker.see("builtins.ticks[0]") - before < 20


def test_a_second_answer_is_refused(probe: Probe) -> None:
    answers = """
import http.client
def answer(number, text):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("POST", f"/2018-06-01/runtime/invocation/{number}/response", text)
    return api.getresponse().status
others = answer("another", '"for another"'), answer(context.aws_request_id, '"the first"')
print(others, answer(context.aws_request_id, '"the second"'))
result = "the third"
"""
    assert probe.run(answers) == "the first"
    assert "(400, 202) 403" in probe.log
    assert probe.see("1") == 1


def test_nothing_outlives_the_server() -> None:
    with Probe.start() as doomed:
        doomed.run("if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)")
        started = descendants(doomed.server.process.pid)
        assert len(started) >= 3  # launcher, function, and what it started
        doomed.server.process.kill()
        doomed.server.process.wait()
        wait_until(lambda: not any(map(exists, started)))


def test_output_without_end_is_cut(probe: Probe) -> None:
    with probe.alone(timeout=2) as talker:
        assert talker.run("while True: print('y' * 1000)")["errorType"] == "Sandbox.Timedout"
        assert len(talker.log) == 4096
        assert "REPORT RequestId" in talker.log


def exists(pid: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(true: object) -> None:
    """Fails after a time that only a defect takes."""
    assert callable(true)
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
