"""What an organization of 1,000 accounts costs a decision, and what a million requests take to replay.

    .venv/bin/python bench/organizations.py

The organization has 200 units on five levels and 500 service control policies, one on each unit and one on
each account, a third of them with conditions. Decisions are spread over all its accounts, and over as many
that are in no organization. The log has BENCH_EVENTS events of 200 callers, 1,000 buckets and 256 addresses.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random

import msgspec

from rows import Row, print_medians
from watchword.access import Caller, Demand, RequestContext, RequestLog, authorize
from watchword.access.record import record
from watchword.access.request_log import Traits
from watchword.app import open_world
from watchword.installation.settings import Settings
from watchword.names import HttpRequest
from watchword.names.principal import RoleSession
from watchword.organizations import attaching
from watchword.organizations.policy_types import SCP
from watchword.policy import Policies, Policy, Request, decide
from watchword.policy.evaluation.combine import PolicyType
from watchword.policy.evaluation.unknown import Readings
from watchword.proposals.effects import Outcome, Proposal
from watchword.proposals.places import Place
from watchword.proposals.replay import replay
from watchword.sessions.session import Session, milliseconds
from watchword.store import Transaction, accounts
from watchword.store.accounts import Account
from watchword.store.iam import inline_policies, roles
from watchword.store.iam.inline_policies import Inline
from watchword.store.iam.roles import Role
from watchword.store.organizations import members, organizations, policies, units
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.policies import Policy as OrganizationPolicy
from watchword.store.organizations.units import Unit
from watchword.world import World

ACCOUNTS, UNITS, POLICIES, DEEPEST = 1_000, 200, 500, 5
EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
PIECE = 100_000
"""Events of a file of the journal; all files are alike."""
CALLERS, BUCKETS = 200, 1_000
PASSES = 10
MANAGEMENT, ROOT = "100000000000", "r-root"
ALONE, INSIDE = "decide, accounts alone", f"decide, organization of {ACCOUNTS:,} accounts"
ALLOWED = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
EUROPE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1", "us-east-1"]}}
HOME = {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}


def rows(stack: ExitStack) -> Iterator[Row]:
    alone, inside, log = (_world(stack) for _ in range(3))
    yield Row(ALONE, partial(_decide, alone, _fill(alone, organized=False)))
    yield Row(INSIDE, partial(_decide, inside, _fill(inside, organized=True)), ALONE, ">= 0.83")
    _write(log)
    yield Row(f"replay {EVENTS:,} requests", partial(_replay, log), note="<= 60 s a million", unit="s")


def _world(stack: ExitStack) -> World:
    world = open_world(Settings(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
    stack.callback(world.close)
    return world


# Decisions


def _decide(world: World, callers: list[RoleSession]) -> float:
    """Several of each caller; the first find nothing cached."""
    began = time.perf_counter()
    for number, caller in enumerate(callers * PASSES):
        context = RequestContext(
            world, Caller(caller), HttpRequest("GET", peer="192.0.2.1"), "eu-west-1", world.clock.now()
        )
        resource = f"arn:aws:s3:::reports/{number % ACCOUNTS}"
        (decision,) = authorize(context, (Demand("s3:GetObject", resource, caller.account),))
        assert decision.allowed
    return PASSES * len(callers) / (time.perf_counter() - began)


def _fill(world: World, *, organized: bool) -> list[RoleSession]:
    """Accounts with a role each, and a session of each role."""
    made, now = [], world.clock.now()
    with world.database.write(now) as tx:
        if organized:
            accounts.insert(tx, Account(MANAGEMENT, "management", now))
            here = _organization(tx, world)
            tree = _units(tx, here)
        for number in range(1, ACCOUNTS + 1):
            account = f"2{number:011}"
            accounts.insert(tx, Account(account, f"account {number}", now))
            if organized:
                members.insert(tx, Member(account, here.id, tree[number % UNITS], now))
                attaching.attach_defaults(tx, here, account)
                attaching.attach(tx, here, _policy(tx, here, UNITS + number % (POLICIES - UNITS)), account)
            role = Role(f"AROA{account}", account, "worker", "/", now, trust="{}")
            roles.insert(tx, role)
            own = {"Version": "2012-10-17", "Statement": [ALLOWED]}
            inline_policies.put(tx, Inline("role", role.id, "own", json.dumps(own)))
            made.append(role.session("bench"))
    return made


def _organization(tx: Transaction, world: World) -> Organization:
    organizations.insert(tx, Organization("o-bench", MANAGEMENT, ROOT, world.clock.now()))
    here = organizations.by_id(tx, "o-bench")
    assert here
    attaching.enable(tx, here, SCP)
    for number in range(POLICIES):
        policies.insert(
            tx,
            OrganizationPolicy(
                f"p-{number:04}", here.id, SCP, f"policy {number}", _scp(number), here.created, here.created
            ),
        )
    found = organizations.by_id(tx, here.id)
    assert found
    return found


def _scp(number: int) -> str:
    more = ({}, {}, {"Condition": EUROPE if number % 2 else HOME})[number % 3]
    denied = {"Effect": "Deny", "Action": [f"ec2:Run{number}", "s3:Delete*"], "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [denied]})


def _units(tx: Transaction, here: Organization) -> list[str]:
    """Units on five levels, with a policy each."""
    made, levels, random = list[str](), [[here.root]], Random(1)
    for number in range(UNITS):
        level = number % DEEPEST
        parent = random.choice(levels[level])
        unit = Unit(f"ou-{number:04}", here.id, parent, f"unit {number}", here.created)
        units.insert(tx, unit)
        attaching.attach_defaults(tx, here, unit.id)
        attaching.attach(tx, here, _policy(tx, here, number), unit.id)
        if len(levels) == level + 1:
            levels.append([])
        levels[level + 1].append(unit.id)
        made.append(unit.id)
    return made


def _policy(tx: Transaction, here: Organization, number: int) -> OrganizationPolicy:
    found = policies.by_id(tx, f"p-{number:04}")
    assert found
    assert found.organization == here.id
    return found


# A replay


def _replay(world: World) -> float:
    """Seconds of one core."""
    account = f"2{1:011}"
    denied = {"Effect": "Deny", "Action": "s3:Get*", "Resource": "arn:aws:s3:::bucket-1*", "Condition": HOME}
    policy = Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": [denied]}))
    place = Place(account, f"account {account}", frozenset({account}))
    began = time.process_time()
    report = replay(world, Proposal(PolicyType.SCP, Readings(policy), place))
    took = time.process_time() - began
    assert (report.requests, report.unreadable) == (EVENTS, 0)
    assert report.outcomes[Outcome.REFUSED]
    return took


def _write(world: World) -> None:
    """The log, whose files are copies of one."""
    first = world.settings.journal / "2026-11-28-1-0.jsonl"
    with first.open("wb") as file:
        for event in _events(world, min(PIECE, EVENTS)):
            file.write(event + b"\n")
    for number in range(1, EVENTS // PIECE):
        (world.settings.journal / f"2026-11-28-1-{number}.jsonl").hardlink_to(first)


def _session(number: int, world: World) -> Caller:
    now = milliseconds(world.clock.now())
    name, account, ends = f"role-{number}", f"2{1:011}", now + 3_600_000
    session = Session("role", f"ASIA{number}", "", account, f"AROA{number}", name, "/", "bench", now, ends)
    return Caller(session.principal, session.access_key_id, session)


def _events(world: World, many: int) -> Iterator[bytes]:
    random = Random(1)
    policies_of = Policies.of(identity=[Policy.parse(json.dumps({"Statement": [ALLOWED]}))])
    reading = world.models.service("s3").operation("GetObject")
    callers = [_session(number, world) for number in range(CALLERS)]
    for number in range(many):
        caller = random.choice(callers)
        resource = f"arn:aws:s3:::bucket-{random.randrange(BUCKETS)}/key"
        address = f"203.0.113.{random.randrange(256)}"
        log = RequestLog(
            f"{number:036}",
            world.clock.now(),
            HttpRequest("GET", headers=(("user-agent", "Boto3/1.44.5"),), peer=address),
            region="eu-west-1",
            operation=reading,
            traits=Traits(reads_only=True, data_event=True),
            caller=caller,
            demands=(Demand("s3:GetObject", resource, caller.account),),
            decisions=(decide(Request(caller.principal, "s3:GetObject", resource), policies_of),),
        )
        yield msgspec.json.encode(record(log))


if __name__ == "__main__":
    with ExitStack() as of_all:
        print_medians(rows(of_all), rounds=3)
