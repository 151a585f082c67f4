"""Which client a request is of: it shows its id, and its secret (`proofs.client_registration`)."""

import hashlib
from collections.abc import Mapping
from typing import Any

from watchword.identity.portal import clients
from watchword.identity.portal.clients import Registration
from watchword.identity.portal.errors import refusal
from watchword.names import AwsError
from watchword.proofs import client_registration
from watchword.world import World


def registered(world: World, client_id: str) -> Registration | None:
    """What the client with that id registered; None for an unknown one, and once that is too old."""
    found = client_registration.read(client_id, world.root_key.material)
    if found is None:
        return None
    registration = clients.unpack(found)
    return registration if registration.expires > world.clock.now().timestamp() else None


def proved(world: World, given: Mapping[str, Any]) -> Registration:
    """The same for a client that shows its secret too. Raises InvalidClient."""
    client_id, root = given["clientId"], world.root_key.material
    known = registered(world, client_id)
    if known is None or not client_registration.is_secret(client_id, given["clientSecret"], root):
        raise invalid_client("unknown client, too old, or wrong secret")
    return known


def digest_of(client_id: str) -> bytes:
    """What is kept of a client's id."""
    return hashlib.sha256(client_id.encode(errors="surrogatepass")).digest()


def invalid_client(meant: str) -> AwsError:
    return refusal("InvalidClient", "The client isn't registered here, or its registration is over.", meant)
