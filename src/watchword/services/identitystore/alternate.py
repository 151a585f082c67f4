"""Users and groups by what else they are known by: a unique attribute, or the id that another system gave.

Each is looked up once, before the decision, which is made on what is found.
Source: Identity Store API Reference, AlternateIdentifier.
"""

from collections.abc import Callable

from watchword.identity.center.refusals import invalid
from watchword.names import nouns
from watchword.services.identitystore.demands import directory_of
from watchword.services.operation import Call
from watchword.store import Transaction
from watchword.store.identity_center import external_ids, groups, users
from watchword.store.identity_center.groups import Group
from watchword.store.identity_center.users import User

Find = Callable[[Transaction, str, str, str], User | Group | None]
"""The holder of a unique attribute: directory, path, value."""
_BY_ID = {nouns.DIRECTORY_USER: users.by_id, nouns.DIRECTORY_GROUP: groups.by_id}


def alternate(call: Call, kind: str, unique: Find) -> User | Group | None:
    """Who is known so; None for nobody. Raises ValidationException."""
    return call.resolve(kind, "", lambda: _find(call, kind, unique))


def looked_up(call: Call, kind: str) -> User | Group | None:
    """The same, after the decision."""
    found: User | Group | None = call.resolved[kind, ""]
    return found


def _find(call: Call, kind: str, unique: Find) -> User | Group | None:
    given, found = call.input["AlternateIdentifier"], directory_of(call)
    if len(given) != 1:
        raise invalid("AlternateIdentifier must have ExternalId or UniqueAttribute.")
    directory = found.instance.directory if found else ""
    with call.world.database.read() as tx:
        if "ExternalId" in given:
            issued = given["ExternalId"]
            owner = external_ids.find(tx, directory, kind, issued["Issuer"], issued["Id"])
            return _BY_ID[kind](tx, directory, owner.owner_id) if owner else None
        attribute = given["UniqueAttribute"]
        value = attribute["AttributeValue"]
        if not isinstance(value, str) or "\0" in value:
            raise invalid("AttributeValue must be text.")
        return unique(tx, directory, attribute["AttributePath"], value)
