"""What a request of SCIM asks for, whose token it has, and its audit event.

The events are like CloudTrail's of SCIM, but names and addresses of people are hidden, as in those of the
directory's API. What isn't proved is recorded as a refusal of a stranger (`gateway.dispatch`).
Source: IAM Identity Center User Guide, "Logging IAM Identity Center SCIM API calls with AWS CloudTrail".
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET

from watchword.access.record import Event
from watchword.identity.center.people import Author
from watchword.installation.operator_events import EVENT_VERSION
from watchword.names import AwsError, HttpRequest
from watchword.names.moment import iso
from watchword.store import Transaction, audit
from watchword.store.identity_center.instances import Instance
from watchword.store.identity_center.scim_tokens import ScimToken
from watchword.wire.audit_text import LONGEST_TEXT, cut
from watchword.wire.operation import Operation
from watchword.world import World

SOURCE = "identitystore-scim.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request by a token that counts."""

    world: World
    request: HttpRequest
    request_id: str
    now: datetime
    token: ScimToken
    instance: Instance

    @property
    def directory(self) -> str:
        return self.instance.directory

    @property
    def issuer(self) -> str:
        """Of the external ids that are given here."""
        return f"scim:{self.directory}"

    @property
    def url(self) -> str:
        """Of the endpoint, as the client called it."""
        scheme = "https" if self.request.secure else "http"
        return f"{scheme}://{self.request.header('host') or ''}/scim/{self.directory}/scim/v2"

    @property
    def author(self) -> Author:
        return Author(self.directory, f"scim:{self.token.id}", self.world.randomness)

    @property
    def create_user(self) -> Operation:
        """The model that users are held against."""
        return self.world.models.service("identitystore").operation("CreateUser")

    def event(self, name: str, about: str, error: AwsError | None = None) -> Event:
        """`about` is the id of the user or group; empty for none."""
        reads = name.startswith(("Get", "List"))
        given = {"tenantId": self.directory, **({"id": cut(about, 100)} if about else {})}
        return Event(
            EVENT_VERSION,
            {
                "type": "WebIdentityUser",
                "principalId": self.token.id,
                "accountId": self.instance.account,
                "accessKeyId": self.token.id,
            },
            iso(self.now),
            SOURCE,
            name,
            self.instance.region,
            self.request.peer,
            cut(self.request.joined("user-agent"), LONGEST_TEXT),
            given,
            None,
            request_id=self.request_id,
            event_id=self.request_id,
            read_only=reads,
            event_type="AwsApiCall",
            management_event=True,
            recipient_account_id=self.instance.account,
            event_category="Management",
            error_code=error.code if error else UNSET,
            error_message=cut(error.said, LONGEST_TEXT) if error else UNSET,
        )

    def keep(self, tx: Transaction, event: Event) -> None:
        """The record of a change, which commits with it."""
        text = msgspec.json.encode(event).decode()
        kept = audit.Event(event.event_id, self.now, self.instance.account, self.request_id, text)
        audit.insert(tx, kept)
