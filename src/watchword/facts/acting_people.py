"""Whether a person of IAM Identity Center may act in a role: asked of each session that they got of it.

So what takes the role away from them ends those sessions: they are disabled or deleted, the assignment is
removed, or they leave the group that has it. At AWS such a session goes on until it expires.
"""

from watchword.facts.fact import Fact, Reading
from watchword.names import nouns
from watchword.sessions.session import milliseconds
from watchword.store import Topic
from watchword.store.identity_center import assignments, provisions, users
from watchword.store.portal import passwords


def _acting(reading: Reading, directory: str, user_id: str, role_id: str) -> int | None:
    """Since when their password is theirs, in milliseconds; 0 without one. None: they may not."""
    tx = reading.tx
    reading.depends_on(Topic(nouns.DIRECTORY_USER, user_id))
    user, provision = users.by_id(tx, directory, user_id), provisions.of_role(tx, role_id)
    if user is None or not user.enabled or provision is None:
        return None
    reading.depends_on(Topic(nouns.PERMISSION_SET, provision.permission_set_id))
    assigned = assignments.of_user(tx, user_id, provision.account)
    if not any(each.permission_set_id == provision.permission_set_id for each in assigned):
        return None
    password = passwords.of(tx, user_id)
    return milliseconds(password.changed) if password else 0


ACTING_PERSON = Fact("acting-person", _acting)
"""By the directory, the person's id, and the role's."""
