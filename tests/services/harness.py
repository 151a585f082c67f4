"""Calls operations as the journey and `dispatch` do, without wire and signature, on a real database.

Inputs and outputs are held against the model, so a test can't give what the wire would refuse, nor an
operation answer what it can't write. `meanwhile` is what happens between the decision and the operation.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.model import ServiceModel, Shape

from watchword.access import Caller, Demand, RequestContext, RequestLog
from watchword.access.request_context import INSIDE
from watchword.facts import Facts
from watchword.gateway.dispatch import dispatch, perform, permit
from watchword.gateway.runner.tasks import perform_alone
from watchword.installation.installation import Clock, RootKey
from watchword.installation.operator import Operator
from watchword.installation.settings import Settings
from watchword.names import Body, HttpRequest
from watchword.names.ids import new_request_id
from watchword.objects import Objects
from watchword.objects.sealing import Sealing
from watchword.proofs.audit_chain import audit_key
from watchword.proofs.keyring import new_key, wrap
from watchword.proofs.sealed_bytes import of_server
from watchword.reference.models import read_model
from watchword.services.operation import Call
from watchword.services.table import SERVED
from watchword.services.what_if import try_changes
from watchword.store import Cache, Database, accounts, keyring
from watchword.store.accounts import Account
from watchword.store.audit_files import Journal
from watchword.store.keyring import WrappedKey
from watchword.store.refusal_counts import RefusalCounts
from watchword.wire import Models
from watchword.world import World

MODELS = Models(read_model)
SHAPES = {name: ServiceModel(json.loads(read_model(name)), name) for name in SERVED}
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": datetime,
    "blob": Body | bytes | Iterable,
}


class Fresh:
    """A watch that knows of every change: there is only this process."""

    version = 0

    def check(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing to end."""


def world_on(database: Database, data: Path, now: datetime, *account_ids: str) -> World:
    """A world with a keyring and these accounts, in which it is always `now`.

    The caller closes its journal.
    """
    root, cache = RootKey(os.urandom(32), os.urandom), Cache(1 << 20)
    database.subscribe(cache.apply)
    with database.write(now) as tx:
        key = new_key(os.urandom)
        keyring.insert(tx, WrappedKey(key.id, wrap(key, root.material, os.urandom), now))
        for account in account_ids:
            accounts.insert(tx, Account(account, "of a test", now))
    return World(
        settings=Settings(data=data),
        clock=Clock(now.timestamp),
        randomness=os.urandom,
        database=database,
        root_key=root,
        operator=Operator(1000, "ann", "here"),
        facts=Facts(database, Fresh(), cache, root),
        models=MODELS,
        journal=Journal(data / "audit", audit_key(root.material)),
        refusals=RefusalCounts(1000),
        objects=Objects.open(data / "objects", durable=False, sealing=Sealing(of_server(root.material))),
        packages=Objects.open(data / "packages", cached=0, durable=False),
        inside=dispatch,
        perform=perform_alone,
        simulate=try_changes,
    )


def call_of(
    world: World,
    caller: Caller,
    operation: tuple[str, str],
    given: Mapping[str, Any],
    *,
    now: datetime,
    request: HttpRequest = INSIDE,
    region: str = "us-east-1",
) -> Call:
    """A call that nothing was decided on yet."""
    context = RequestContext(world, caller, request, region, now)
    return Call(context, *operation, given)


def carry_out(
    call: Call, demands: tuple[Demand, ...], meanwhile: Callable[[], object] = str
) -> dict[str, Any]:
    """The output of a call, once its demands are allowed, and recorded."""
    world, row = call.world, SERVED[call.service][call.name]
    model = MODELS.service(call.service).operation(call.name)
    entry = RequestLog(
        new_request_id(world.randomness), call.now, call.request, operation=model, traits=row.traits,
        caller=call.caller, input=call.input,
    )  # fmt: skip
    shapes = SHAPES[call.service].operation_model(call.name)
    fits(call.input, shapes.input_shape)
    permitted = permit(call, demands, entry)
    meanwhile()
    output = perform(permitted, row, entry, answer=dict)
    fits(output, shapes.output_shape)
    return output


def fits(value: Any, shape: Shape | None) -> None:
    """Whether the wire can carry the value, in a shape of the model."""
    match shape.type_name if shape else "":
        case "":
            assert value == {}
        case "structure":
            assert set(value) <= set(shape.members), set(value) - set(shape.members)
            for member in value.keys() - {"Expires"}:  # which comes and goes as its text
                fits(value[member], shape.members[member])
        case "list":
            for each in value:
                fits(each, shape.member)
        case "map":
            for each in value.values():
                fits(each, shape.value)
        case kind:
            assert isinstance(value, TYPES[kind]), (value, shape)
