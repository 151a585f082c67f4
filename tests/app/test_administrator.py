"""What an administrator names by ARN is that very user or role, or nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from watchword.installation.administrator import (
    Refused,
    administrator_session,
    first_account,
    revoke_sessions,
)
from watchword.installation.bootstrap import open_installation
from watchword.installation.installation import Installation
from watchword.installation.settings import Settings


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(Settings(tmp_path))
    yield opened
    opened.close()


NEARLY = (
    "arn:aws:iam::{}:role/nowhere/WatchwordAdministrator",
    "arn:aws:iam::{}:role/WatchwordAdministrator",
    "arn:aws:iam::{}:user/watchword/WatchwordAdministrator",
    "arn:aws-cn:iam::{}:role/watchword/WatchwordAdministrator",
    "arn:aws:sqs:eu-west-1:{}:role/watchword/WatchwordAdministrator",
    "arn:aws:iam::000000000000:role/watchword/WatchwordAdministrator",
)


@pytest.mark.parametrize("nearly", NEARLY)
def test_an_arn_that_is_nearly_the_roles_names_nobody(installation: Installation, nearly: str) -> None:
    account = first_account(installation)
    administrator_session(installation, account, "", "me")
    for ask in (
        revoke_sessions,
        lambda installation, arn: administrator_session(installation, account, arn, "me"),
    ):
        with pytest.raises(Refused, match="no such role"):
            ask(installation, nearly.format(account))


def test_the_roles_own_arn_names_it(installation: Installation) -> None:
    account = first_account(installation)
    session = administrator_session(installation, account, "", "me")
    arn = f"arn:aws:iam::{account}:role/watchword/WatchwordAdministrator"
    assert administrator_session(installation, account, arn, "me").unique_id == session.unique_id
    assert revoke_sessions(installation, arn) == ("role", session.unique_id)
