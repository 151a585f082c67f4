"""Which request of the runtime API may come when: the table at the head of `runtime_api`, row by row."""

import pytest

from watchword.functions.http import BadRequestError, Request, RequestReader
from watchword.functions.runtime_api import Answer, Invocation, RuntimeApi, State

BASE = "/2018-06-01/runtime"
NEXT = Request("GET", f"{BASE}/invocation/next", {}, b"")
RESPONSE = Request("POST", f"{BASE}/invocation/7/response", {}, b'"done"')
ERROR = Request("POST", f"{BASE}/invocation/7/error", {}, b'{"errorMessage":"no"}')
INIT_ERROR = Request("POST", f"{BASE}/init/error", {}, b"{}")
EVENT = Invocation("7", b"{}", "arn:aws:lambda:us-east-1:123456789012:function:f")


def api(state: State) -> RuntimeApi:
    """In that state, with an invocation numbered 7."""
    made = RuntimeApi()
    if state is State.FAILED:
        made.take(INIT_ERROR)
    elif state is not State.STARTING:
        made.take(NEXT)
        if state is not State.READY:
            made.begin(EVENT, 1)
            if state is State.ANSWERED:
                made.take(RESPONSE)
    assert made.state is state
    return made


TABLE = [  # state, request, the state afterwards, the status of the answer (None: it waits)
    (State.STARTING, NEXT, State.READY, None),
    (State.STARTING, RESPONSE, State.STARTING, 403),
    (State.STARTING, INIT_ERROR, State.FAILED, 202),
    (State.READY, NEXT, State.READY, None),
    (State.READY, RESPONSE, State.READY, 403),
    (State.READY, INIT_ERROR, State.READY, 403),
    (State.RUNNING, NEXT, State.RUNNING, 403),
    (State.RUNNING, RESPONSE, State.ANSWERED, 202),
    (State.RUNNING, ERROR, State.ANSWERED, 202),
    (State.RUNNING, INIT_ERROR, State.RUNNING, 403),
    (State.ANSWERED, NEXT, State.READY, None),
    (State.ANSWERED, RESPONSE, State.ANSWERED, 403),
    (State.ANSWERED, ERROR, State.ANSWERED, 403),
    (State.FAILED, NEXT, State.FAILED, 403),
    (State.FAILED, RESPONSE, State.FAILED, 403),
]


@pytest.mark.parametrize(("before", "request_", "after", "status"), TABLE)
def test_the_table_holds(before: State, request_: Request, after: State, status: int | None) -> None:
    made = api(before)
    answer = made.take(request_)
    assert made.state is after
    assert (answer is None) is (status is None)
    assert answer is None or answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_an_event_has_all_that_its_context_needs() -> None:
    answer = api(State.READY).begin(Invocation("7", b'{"a":1}', "arn", '{"custom":{}}'), 1234).decode()
    for line in (
        "Lambda-Runtime-Aws-Request-Id: 7",
        "Lambda-Runtime-Deadline-Ms: 1234",
        "Lambda-Runtime-Invoked-Function-Arn: arn",
        'Lambda-Runtime-Client-Context: {"custom":{}}',
        "Content-Length: 7",
    ):
        assert f"\r\n{line}\r\n" in answer
    assert answer.endswith('\r\n\r\n{"a":1}')


def test_only_the_first_answer_counts() -> None:
    made = api(State.ANSWERED)
    made.take(ERROR)
    assert made.answer == Answer(b'"done"')


def test_an_answer_to_another_invocation_is_refused() -> None:
    made = api(State.RUNNING)
    answer = made.take(Request("POST", f"{BASE}/invocation/8/response", {}, b"1"))
    assert answer
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"InvalidRequestID" in answer
    assert (made.state, made.answer) == (State.RUNNING, None)


def test_a_response_that_is_too_long_is_the_functions_error() -> None:
    made = api(State.RUNNING)
    answer = made.take(Request("POST", f"{BASE}/invocation/7/response", {}, None))
    assert answer
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert made.answer == Answer(b"", failed=True, too_large=True)


@pytest.mark.parametrize("path", ["/", f"{BASE}/restore/next", "/2020-01-01/extension/register"])
def test_there_is_nothing_else(path: str) -> None:
    answer = api(State.RUNNING).take(Request("GET", path, {}, b""))
    assert answer
    assert answer.startswith(b"HTTP/1.1 404 ")


# --- what comes over the wire ----------------------------------------------------------------------------


def test_requests_come_in_any_pieces() -> None:
    data = b"POST /a?b HTTP/1.1\r\nA: 1\r\nContent-Length: 3\r\n\r\nxyzGET /b HTTP/1.1\r\n\r\n"
    expected = [
        Request("POST", "/a?b", {"a": "1", "content-length": "3"}, b"xyz"),
        Request("GET", "/b", {}, b""),
    ]
    for size in (1, 2, 7, len(data)):
        reader, found = RequestReader(10), []
        for start in range(0, len(data), size):
            found += reader.feed(data[start : start + size])
        assert found == expected


def test_a_body_may_be_longer_than_a_head() -> None:
    reader, size = RequestReader(1 << 20), 900_000
    assert reader.feed(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size) == []
    found = [request for _ in range(size // 1000) for request in reader.feed(b"x" * 1000)]
    assert [each.body for each in found] == [b"x" * size]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_is_not_kept(chunked: bool) -> None:
    head = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 20"
    body = b"14\r\n" + b"x" * 20 + b"\r\n0\r\n\r\n" if chunked else b"x" * 20
    (found,) = RequestReader(10).feed(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n" + body)
    assert found.body is None


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0",
        b"GET /" + b"a" * (70 << 10),
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 30_000,
        b"GET / HTTP/1.1\r\nA: " + b"b" * (140 << 10),
        b"GET / HTTP/1.1\r\n" + b"a" * (140 << 10),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: " + b"b" * (140 << 10),
        b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    reader = RequestReader(10)

    def feed() -> None:
        for start in range(0, len(data), 4096):
            reader.feed(data[start : start + 4096])

    with pytest.raises(BadRequestError):
        feed()
