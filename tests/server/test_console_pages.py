"""The console in a real browser: its pages ask the server as who is signed in, and show what it says."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
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
from tests.server.harness import Running, client, credentials, journal, serve

from watchword.gateway.console.built import FOLDER, built

pytestmark = [pytest.mark.skipif(bool(UNSHOWN), reason=UNSHOWN), pytest.mark.slow]
MARKUP = "<img src=x onerror=document.title='ran'><script>document.title='ran'</script>"
FIRST_PAGE = 300_000
"""Bytes of everything that the first page loads."""
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Reports",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{MARKUP}",
            },
            {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
        ],
    }
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": MARKUP}},
            }
        ],
    }
)
PAGES = {
    "/console": "Refused today",
    "/console/iam/users": "ann",
    "/console/iam/users/ann": "AdministratorAccess",
    "/console/iam/groups": "readers",
    "/console/iam/groups/readers": "cat",
    "/console/iam/roles": "reporter-00",
    "/console/iam/roles?filter=reporter-03&order=created&descending=": "reporter-03",
    "/console/iam/roles/reporter-00": "The door",
    "/console/iam/create-role": "Trust policy",
    "/console/iam/policies": "reports-reader",
    "/console/iam/policies/{policy}": "readers",
    "/console/iam/policies/{policy}?beside=v1": "+ ",
    "/console/iam/create-policy": "Nothing is wrong with it.",
    "/console/iam/providers": "token.actions.example.com",
    "/console/organization": "FullAWSAccess",
    "/console/nowhere": "There is no such page",
}
"""Page -> what is on it once it is whole."""


@dataclass
class Site:
    server: Running
    account: str
    policy: str
    """The ARN of a managed policy, as a part of an address."""

    @property
    def endpoint(self) -> str:
        return self.server.endpoint


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with ann, who may do everything, and bob, who may list roles."""
    with serve(tmp_path_factory.mktemp("pages") / "data") as server:
        keys = credentials(server.data)
        organizations: Any = client("organizations", server.endpoint, keys)
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        organizations.create_organizational_unit(ParentId=root, Name=MARKUP[:40])
        policy = _seed(client("iam", server.endpoint, keys))
        yield Site(server, keys["AccountId"], quote(policy, safe=""))


def _seed(iam: Any) -> str:
    """The ARN of a policy that was made."""
    for name in ("ann", "bob", "cat"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password=PASSWORD)
    iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    allowed = {"Effect": "Allow", "Action": ["iam:ListRoles", "iam:GetRole"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="bob", PolicyName="reads", PolicyDocument=document)
    for number in range(40):
        iam.create_role(
            RoleName=f"reporter-{number:02}",
            AssumeRolePolicyDocument=TRUST,
            Description=MARKUP,
            Tags=[{"Key": "team", "Value": "finance"}],
        )
    iam.put_role_policy(RoleName="reporter-00", PolicyName="reports", PolicyDocument=POLICY)
    iam.create_access_key(UserName="ann")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="cat")
    url = "https://token.actions.example.com"
    iam.create_open_id_connect_provider(
        Url=url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
    )
    made = iam.create_policy(PolicyName="reports-reader", PolicyDocument=POLICY, Description=MARKUP)
    arn = str(made["Policy"]["Arn"])
    other = POLICY.replace("s3:GetObject", "s3:PutObject")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    return arn


@pytest.fixture(scope="module")
def window() -> Iterator[Chromium]:
    with chromium("--window-size=1280,900") as found:
        yield found


@pytest.fixture
def ann(site: Site, window: Chromium) -> Chromium:
    """A window in which ann is signed in."""
    sign_in(site.server, window, site.account, "ann")
    window.complaints()
    return window


def test_a_role_is_made_its_policy_written_and_it_is_deleted(site: Site, ann: Chromium) -> None:
    ann.open(f"{site.endpoint}/console/iam/roles")
    shows(ann, "reporter-00")
    press(ann, "Create role")
    shows(ann, "Trust policy")
    eventually(lambda: ann.run("return document.activeElement.tagName") == "INPUT", ann)
    ann.type("auditor")
    press(ann, "Create role")
    shows(ann, "No policies here")
    assert ann.url.endswith("/console/iam/roles/auditor")
    press(ann, "Write inline policy")
    shows(ann, "Name of the policy")
    tab_to(ann, "Name of the policy")
    ann.type("reads")
    press(ann, "Save")
    shows(ann, "arn:aws:s3:::example/*")
    press(ann, "Delete")
    shows(ann, "Delete the role auditor?")
    ann.click("//*[@role='dialog']//button[normalize-space()='Delete']")
    eventually(lambda: ann.url.endswith("/console/iam/roles"), ann)
    shows(ann, "(41)")  # the administrator's role is one
    made = [each for each in journal(site.server.data) if each["eventName"] == "GetConsoleCredentials"]
    assert made[-1]["userIdentity"]["userName"] == "ann"
    assert ann.complaints() == []


def test_a_refusal_is_the_servers_own_sentence(site: Site, window: Chromium) -> None:
    sign_in(site.server, window, site.account, "bob", "/console/iam/create-role")
    shows(window, "Trust policy")
    eventually(lambda: window.run("return document.activeElement.tagName") == "INPUT", window)
    window.type("mine", ENTER)
    shows(window, "Access denied")
    shows(
        window,
        f"User: arn:aws:iam::{site.account}:user/bob is not authorized to perform: iam:CreateRole "
        f"on resource: arn:aws:iam::{site.account}:role/mine because no identity-based policy allows",
    )
    shows(window, "Request id")
    window.open(f"{site.endpoint}/console/iam/roles")
    shows(window, "reporter-00")
    sign_in(site.server, window, site.account, "ann")
    press(window, "CreateRole")
    shows(window, "role/mine")
    assert "/console/explain/" in window.url


def test_a_policy_is_checked_while_it_is_written(site: Site, ann: Chromium) -> None:
    ann.open(f"{site.endpoint}/console/iam/roles/reporter-01")
    press(ann, "Write inline policy")
    shows(ann, "Nothing is wrong with it.")
    ann.run("const t = document.querySelector('textarea'); t.focus(); t.setSelectionRange(0, 0)")
    ann.type("{")
    shows(ann, "Line 1:")
    assert re.search(r"1 \| {\{\n +\| +\^", ann.text)
    ann.type("\ue003")
    shows(ann, "Nothing is wrong with it.")
    ann.run(
        "const t = document.querySelector('textarea'); const at = t.value.indexOf('s3:GetObject'); "
        "t.focus(); t.setSelectionRange(at, at + 12)"
    )
    ann.type("s3")
    shows(ann, "Line 6: the action 's3'")
    press(ann, "Cancel")


def test_an_address_leads_back_after_signing_in(site: Site, window: Chromium) -> None:
    place = "/console/iam/roles/reporter-07"
    sign_in(site.server, window, site.account, "ann", place)
    shows(window, "The door")
    assert window.url == site.endpoint + place
    press(window, "Roles")
    shows(window, "reporter-00")
    window.run("history.back()")
    shows(window, "The door")


def test_signing_out_ends_what_a_page_holds(site: Site, ann: Chromium) -> None:
    """Also in another tab, at its next request."""
    ann.open(f"{site.endpoint}/console/iam/roles")
    shows(ann, "reporter-00")
    first = ann.tab
    ann.open_tab()
    ann.open(f"{site.endpoint}/console")
    shows(ann, "Old access keys")
    press(ann, "Sign out")
    shows(ann, "You are signed out.")
    ann.close_tab(first)
    press(ann, "Ask again")
    shows(ann, "User name")
    assert "next=%2Fconsole%2Fiam%2Froles" in ann.url


def test_a_tab_of_somebody_else_says_so(site: Site, ann: Chromium) -> None:
    ann.open(f"{site.endpoint}/console/iam/roles")
    shows(ann, "reporter-00")
    first = ann.tab
    ann.open_tab()
    sign_in(site.server, ann, site.account, "bob")
    ann.close_tab(first)
    press(ann, "Ask again")
    shows(ann, "You are somebody else now")
    press(ann, "Load the page again")
    shows(ann, "user/bob")


def test_everything_is_reached_by_keyboard(site: Site, ann: Chromium) -> None:
    ann.open(f"{site.endpoint}/console")
    shows(ann, "Old access keys")
    tab_to(ann, "Roles")
    ann.type(ENTER)
    shows(ann, "reporter-00")
    assert ann.run("return document.activeElement.className") == "title", "the page has the focus"
    tab_to(ann, "Find")
    ann.type("reporter-1")
    is_gone(ann, "reporter-00")
    tab_to(ann, "reporter-10")
    ann.type(ENTER)
    shows(ann, "The door")
    tab_to(ann, "Edit trust policy")
    ann.type(ENTER)
    shows(ann, "Valid JSON.")
    tab_to(ann, "Cancel")
    ann.type(ENTER)
    is_gone(ann, "Valid JSON.")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_by_everybody(
    site: Site, ann: Chromium, path: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """axe finds nothing, in light and in dark, wide and narrow. Screenshots are kept, to be looked at."""
    shots = tmp_path_factory.mktemp("screenshots")
    for width, colours in ((1280, "light"), (390, "dark")):
        ann.resize(width, 900)
        ann.emulate(prefers_color_scheme=colours)
        ann.open(site.endpoint + path.format(policy=site.policy))
        shows(ann, PAGES[path])
        eventually(
            lambda: not ann.run("return document.querySelectorAll('[class*=awsui_spinner]').length"), ann
        )
        assert violations(ann) == []
        (shots / f"{width}-{colours}.png").write_bytes(ann.screenshot())
        overflow = ann.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, "nothing is beyond the edge"
    assert [each for each in ann.complaints() if "404" not in each] == [], "bar a password that isn't there"
    assert ann.run("return document.title") != "ran", "stored markup is text"
    ann.resize(1280, 900)
    ann.emulate()


def test_the_first_page_is_small() -> None:
    ready = built()
    assert ready is not None
    loaded = [ready.script, ready.style, *ready.first, *ready.pages["home/page"]]
    for packing in ("br", "gz"):
        assert sum((FOLDER / f"{name}.{packing}").stat().st_size for name in loaded) < FIRST_PAGE


def test_a_file_that_was_exchanged_does_not_run(site: Site, ann: Chromium) -> None:
    """The digest is the page's, so what doesn't fit it isn't run."""
    ann.open(f"{site.endpoint}/console")
    shows(ann, "Old access keys")
    ann.run(
        "const seat = document.getElementById('console'); "
        "seat.dataset.pages = seat.dataset.pages.replaceAll(/sha384-.{8}/g, 'sha384-AAAAAAAA')"
    )
    asked = (
        "const link = Object.assign(document.createElement('link'), {rel: 'modulepreload', "
        "href: Object.keys(JSON.parse(document.getElementById('console').dataset.pages)"
        "['iam/roles/create'])[0], "
        "integrity: 'sha384-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}); "
        "link.onload = () => done('loaded'); link.onerror = () => done('refused'); document.head.append(link)"
    )
    assert ann.run_later(asked) == "refused"


@pytest.mark.parametrize(
    "attempt",
    [
        "document.body.innerHTML = '<img src=x onerror=1>'",
        "const s = document.createElement('script'); s.src = '/pages/evil.js'; document.body.append(s)",
        "const s = document.createElement('script'); s.text = '1'; document.body.append(s)",
        "setTimeout('1')",
        "document.body.setAttribute('onclick', '1')",
    ],
)
def test_no_text_becomes_a_script(ann: Chromium, attempt: str) -> None:
    """Whatever a defect of a page would do with what somebody stored."""
    found = ann.run(f"try {{ {attempt}; return 'done' }} catch (error) {{ return String(error) }}")
    assert "TypeError" in found
    ann.complaints()
