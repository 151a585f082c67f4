"""Who is simulated is who the caller may simulate, whatever happens meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.services.harness import call_of, carry_out, world_on

from watchword.access import Caller
from watchword.names import AwsError
from watchword.names.principal import Root
from watchword.services.table import SERVED
from watchword.store import Database
from watchword.store.iam import users
from watchword.store.iam.users import User
from watchword.world import World

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
ANN = User("AIDAANN", ACCOUNT, "ann", "/", NOW)
ASKED = {"principalArn": ANN.arn, "action": "s3:GetObject", "resource": "*"}


@pytest.fixture
def world(tmp_path: Path, database: Database) -> Iterator[World]:
    found = world_on(database, tmp_path, NOW, ACCOUNT)
    with found.database.write(NOW) as tx:
        users.insert(tx, ANN)
    yield found
    found.journal.close()


def explain(world: World, new: User) -> dict[str, object]:
    """ExplainAccess, while another user gets the name."""

    def replace() -> None:
        with world.database.write(NOW) as tx:
            users.remove(tx, ANN)
            users.insert(tx, new)

    call = call_of(world, Caller(Root(ACCOUNT)), ("accessanalyzer", "ExplainAccess"), ASKED, now=NOW)
    demands = SERVED["accessanalyzer"]["ExplainAccess"].demands(call)
    return carry_out(call, demands, replace if new is not ANN else str)


def test_a_user_is_simulated(world: World) -> None:
    assert '"decision":"implicitDeny"' in str(explain(world, ANN)["explanation"])


def test_another_user_of_the_name_is_not(world: World) -> None:
    with pytest.raises(AwsError, match="ValidationException") as caught:
        explain(world, User("AIDAEVE", ACCOUNT, "ann", "/", NOW))
    assert "replaced" in caught.value.said
