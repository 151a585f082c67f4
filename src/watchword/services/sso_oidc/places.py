"""Where the pages of the access portal are: at the start URL that a client names, if it is this server's."""

from typing import NamedTuple

from watchword.access import portal
from watchword.identity.portal import start_url
from watchword.identity.portal.errors import refusal
from watchword.names import AwsError
from watchword.services.operation import Call
from watchword.store.identity_center.instances import Instance
from watchword.wire.addressing import check_host


class Portal(NamedTuple):
    """An access portal of this server."""

    origin: str
    instance: Instance


def portal_at(call: Call, url: str) -> Portal:
    """The portal with that start URL. Raises InvalidRequest."""
    found = start_url.read(url)
    try:
        if found is None:
            raise _unknown("it hasn't the form of one")
        check_host(found.host, call.world.settings.hosts)
    except AwsError as foreign:
        raise _unknown(foreign.meant or foreign.said) from None
    instance = portal.instance_at(call.tx, found.directory)
    if instance is None:
        raise _unknown("there is no such instance of Identity Center")
    return Portal(found.origin, instance)


def _unknown(meant: str) -> AwsError:
    return refusal("InvalidRequest", "The start URL isn't that of an access portal of this server.", meant)
