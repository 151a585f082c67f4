"""The explorer and the playground in a real browser: a refusal is understood, its fix tried and attached."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.server.chromium import ENTER, Chromium, chromium
from tests.server.console_browser import (
    PASSWORD,
    UNSHOWN,
    eventually,
    is_gone,
    press,
    shows,
    sign_in,
    tab_to,
    violations,
)
from tests.server.harness import Keys, Running, client, credentials, serve

pytestmark = [pytest.mark.skipif(bool(UNSHOWN), reason=UNSHOWN), pytest.mark.slow]
MARKUP = "<img src=x onerror=document.title='ran'>"
READ = {"Sid": "Reports", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
REFUSED, ALLOWED = "Refused: nothing allows it", "Allowed"


@dataclass
class Site:
    """ann may do everything; bob may read reports, and is refused the salaries."""

    server: Running
    account: str
    bob: Keys

    def refused(self, key: str = "salaries") -> ClientError:
        with pytest.raises(ClientError, match="AccessDenied") as caught:
            self.read(key)
        return caught.value

    def read(self, key: str = "salaries") -> bytes:
        s3: Any = client("s3", self.server.endpoint, self.bob)
        found: bytes = s3.get_object(Bucket="payroll", Key=key)["Body"].read()
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("explorer") / "data") as server:
        keys = credentials(server.data)
        iam, s3 = (client(name, server.endpoint, keys) for name in ("iam", "s3"))
        iam.create_user(UserName="ann")
        iam.create_login_profile(UserName="ann", Password=PASSWORD)
        iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        iam.create_user(UserName="bob")
        document = json.dumps({"Version": "2012-10-17", "Statement": [READ]})
        iam.put_user_policy(UserName="bob", PolicyName="reports", PolicyDocument=document)
        s3.create_bucket(Bucket="payroll")
        s3.put_object(Bucket="payroll", Key="salaries", Body=b"much")
        yield Site(server, keys["AccountId"], iam.create_access_key(UserName="bob")["AccessKey"])


@pytest.fixture(scope="module")
def window() -> Iterator[Chromium]:
    with chromium("--window-size=1280,1400") as found:
        yield found


@pytest.fixture(scope="module")
def ann(site: Site, window: Chromium) -> Chromium:
    """A window in which ann is signed in."""
    sign_in(site.server, window, site.account, "ann")
    window.complaints()
    return window


@pytest.fixture(scope="module")
def alone() -> Iterator[str]:
    """The address of `watchword playground`."""
    with subprocess.Popen(
        [sys.executable, "-m", "watchword", "playground"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


def id_of(error: ClientError) -> str:
    return str(error.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"])


def open_page(site: Site, window: Chromium, path: str, words: str) -> None:
    window.open(site.server.endpoint + path)
    shows(window, words)


def value_of(window: Chromium, label: str) -> str:
    return str(
        window.run(
            "const found = [...document.querySelectorAll('input, textarea')].find((each) => "
            f"(each.labels && each.labels[0] || {{}}).innerText === {json.dumps(label)} || "
            f"each.getAttribute('aria-label') === {json.dumps(label)}); return found && found.value"
        )
    )


def test_a_refusal_is_mended(site: Site, ann: Chromium) -> None:
    """By the request id of the AccessDenied: read, try, attach, be allowed."""
    refused = id_of(site.refused())
    open_page(site, ann, f"/console/explain/{refused}", REFUSED)
    shows(ann, "reports, statement Reports")
    assert "arn:aws:s3:::payroll/salaries" in ann.text
    chosen = "return document.querySelector('.station [aria-pressed=true]').innerText"
    assert ann.run(chosen).split("\n") == ["Identity", "no Allow", "DECIDES"]
    press(ann, "Try it")
    shows(ann, "With this fix: Allowed")
    site.refused()
    press(ann, "Attach it")
    shows(ann, "Attached.")
    assert site.read() == b"much"
    iam: Any = client("iam", site.server.endpoint, credentials(site.server.data))
    (attached,) = [
        each for each in iam.list_user_policies(UserName="bob")["PolicyNames"] if each != "reports"
    ]
    iam.delete_user_policy(UserName="bob", PolicyName=attached)
    assert ann.complaints() == []


def test_the_newest_refusals_are_listed(site: Site, ann: Chromium) -> None:
    site.refused("first")
    open_page(site, ann, "/console/explain", "payroll/first")
    open_page(site, ann, "/console/explain?who=nobody", "Nothing was refused")
    open_page(site, ann, "/console/explain?who=user/bob&what=s3:Get*", "payroll/first")
    ann.click("//*[normalize-space(text())='Follow']")
    site.refused("second")
    shows(ann, "payroll/second")
    ann.click("//li[contains(., 'payroll/second')]//a")
    shows(ann, REFUSED)
    assert violations(ann) == []


def test_a_sentence_is_pasted_by_the_keyboard(site: Site, ann: Chromium) -> None:
    sentence = site.refused("third").response["Error"]["Message"]
    open_page(site, ann, "/console/explain", "Paste a refusal")
    assert violations(ann) == []
    tab_to(ann, "Paste a refusal")
    ann.type(f"fatal error: {sentence}")
    tab_to(ann, "Explain")
    ann.type(ENTER)
    shows(ann, REFUSED)
    assert "payroll/third" in ann.text
    tab_to(ann, "Resource\nsilent")
    ann.type(ENTER)
    shows(ann, "No statement here speaks about the request")


def test_a_request_is_composed(site: Site, ann: Chromium) -> None:
    """Its address has it whole; what it names can't become markup."""
    asked = (
        f"principal=arn:aws:iam::{site.account}:user/bob&action=s3:GetObject&resource=arn:aws:s3:::reports/a"
    )
    open_page(site, ann, f"/console/explain?{asked}", ALLOWED)
    assert "statement Reports" in ann.text
    open_page(site, ann, f"/console/explain?{asked}{MARKUP}", ALLOWED)
    open_page(site, ann, "/console/explain?principal=x&action=s3:GetObject&resource=*", "Try again")
    assert ann.run("return document.title") != "ran"


def test_an_unknown_id(site: Site, ann: Chromium) -> None:
    open_page(site, ann, "/console/explain/none", "There is no such event in this account.")


# --- the playground ---------------------------------------------------------------------------------------


def test_the_playground_needs_no_account(window: Chromium, alone: str) -> None:
    window.complaints()
    window.open(alone)
    shows(window, REFUSED)
    assert violations(window) == []
    press(window, "Try it")
    shows(window, "With this fix: Allowed")
    tab_to(window, "Resource")
    window.type("arn:aws:s3:::reports/1")
    shows(window, ALLOWED)
    is_gone(window, REFUSED)
    link = window.url
    window.open("about:blank")
    window.open(link)
    shows(window, ALLOWED)
    assert value_of(window, "Resource") == "arn:aws:s3:::reports/1"
    assert window.complaints() == []


@pytest.mark.parametrize("fragment", ["x", "1.", "1.!!!!", "1.q1YqAA", "1." + "A" * 400_000])
def test_a_hostile_link_shows_no_case(window: Chromium, alone: str, fragment: str) -> None:
    window.open("about:blank")
    window.open(f"{alone}#{fragment}")
    shows(window, "The link holds no case that can be read.")


def test_a_link_that_unpacks_to_very_much_is_no_case(window: Chromium, alone: str) -> None:
    packed = window.run_later(
        "const stream = new Blob([' '.repeat(50_000_000)]).stream().pipeThrough(new "
        "CompressionStream('deflate-raw')); new Response(stream).arrayBuffer().then((found) => "
        "done(btoa(String.fromCharCode(...new Uint8Array(found))).replaceAll('+', '-').replaceAll('/', '_')))"
    )
    window.open("about:blank")
    window.open(f"{alone}#1.{packed}")
    shows(window, "The link holds no case that can be read.")


def test_what_cant_be_read_is_told_at_the_field(window: Chromium, alone: str) -> None:
    window.open("about:blank")
    window.open(alone)
    shows(window, REFUSED)
    tab_to(window, "Identity policies")
    window.type("x")
    shows(window, "1:")
    assert violations(window) == []


def test_findings_are_told_as_one_types(window: Chromium, alone: str) -> None:
    window.open("about:blank")
    window.open(alone)
    shows(window, REFUSED)
    assert "WATCHWORD_PUBLIC_ACCESS" not in window.text
    window.click("//*[normalize-space(text())='Resource policy']")
    shows(window, "WATCHWORD_PUBLIC_ACCESS")
    assert violations(window) == []


def test_the_playground_in_the_console(site: Site, ann: Chromium) -> None:
    open_page(site, ann, "/console/playground", REFUSED)
    press(ann, "Try it")
    shows(ann, "With this fix: Allowed")
    eventually(lambda: "#1." in ann.url, ann)


def test_a_narrow_window_is_wide_enough(site: Site, ann: Chromium) -> None:
    refused = id_of(site.refused("narrow"))
    ann._ask("POST", "/window/rect", width=390, height=900)
    try:
        for path in ("/console/explain", f"/console/explain/{refused}", "/console/playground"):
            open_page(site, ann, path, "GetObject")
            assert ann.run("return document.documentElement.scrollWidth <= innerWidth"), path
    finally:
        ann._ask("POST", "/window/rect", width=1280, height=1400)
