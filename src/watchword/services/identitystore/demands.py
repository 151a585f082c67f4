"""What operations of a directory demand, and the directory that they then act on.

An action needs permission for the identity store, and for each user, group and membership that it is about.
Lists need it for all of them. Some operations find an id by a name: they need permission for what they find,
and for all where there is nothing.
Source: Service Authorization Reference, "AWS Identity Store".
"""

from typing import Any

from watchword.access import Demand
from watchword.facts.identity_center import InstanceFact
from watchword.identity.center.people import Author
from watchword.identity.center.refusals import DIRECTORY, not_in_directory
from watchword.services import directories
from watchword.services.directories import For
from watchword.services.identitystore.attached import PREFIX, keys_of
from watchword.services.operation import Call, Demands
from watchword.services.resources import NONE, Keys
from watchword.store.identity_center.instances import Instance

ALL = "*"


def on(*resources: str, by: For = For.ADMINISTRATORS) -> Demands:
    """On the identity store, and on these, where {Member} stands for that member of the input."""

    def demands(call: Call) -> tuple[Demand, ...]:
        return on_these(call, tuple(_filled(each, call.input) for each in resources), by)

    return demands


def on_these(call: Call, resources: tuple[str, ...], by: For, keys: Keys = NONE) -> tuple[Demand, ...]:
    """On the identity store, and on these resources."""
    found = directory_of(call)
    owner, more = directories.owner(call, found, by), {**keys_of(found), **keys}
    own = found.instance.directory_arn if found else _store_arn(call)
    arns = (own, *(f"arn:{call.partition}:identitystore:::{each}" for each in resources))
    return tuple(Demand(PREFIX + call.name, arn, owner, more) for arn in arns)


def directory_of(call: Call) -> InstanceFact | None:
    """The instance whose directory the call names; None where there is none for the caller."""
    return directories.of_directory(call, bare(call.input["IdentityStoreId"]))


def current(call: Call) -> Instance:
    """The instance that was decided on, as it is now. Raises ResourceNotFoundException."""
    found = directories.current(call.tx, directory_of(call))
    if found is None:
        raise not_in_directory(DIRECTORY, bare(call.input["IdentityStoreId"]))
    return found


def author(call: Call) -> Author:
    """Who changes the directory that was decided on. Raises ResourceNotFoundException."""
    return Author(current(call).directory, call.caller.principal.arn, call.world.randomness)


def bare(reference: str) -> str:
    """The id in an id or an ARN."""
    return reference.rpartition("/")[2]


def _store_arn(call: Call) -> str:
    directory = bare(call.input["IdentityStoreId"])
    return f"arn:{call.partition}:identitystore::{call.account}:identitystore/{directory}"


def _filled(resource: str, given: Any) -> str:  # noqa: ANN401 an input
    kind, _, member = resource.partition("/")
    if not member.startswith("{"):
        return resource
    value = given
    for name in member.strip("{}").split("."):
        value = (value or {}).get(name)
    return f"{kind}/{bare(value) if value else ALL}"
