"""The account's alias."""

from tests.services.iam.harness import Iam, refused


def test_one_at_a_time(iam: Iam) -> None:
    assert iam("ListAccountAliases") == {"AccountAliases": [], "IsTruncated": False}
    iam("CreateAccountAlias", AccountAlias="legion")
    iam("CreateAccountAlias", AccountAlias="legion-xiii")
    assert iam("ListAccountAliases")["AccountAliases"] == ["legion-xiii"]
    missing = "The account alias legion cannot be found."
    refused("NoSuchEntity", missing, iam, "DeleteAccountAlias", AccountAlias="legion")
    iam("DeleteAccountAlias", AccountAlias="legion-xiii")
    assert iam("ListAccountAliases")["AccountAliases"] == []


def test_nobody_has_another_accounts(iam: Iam, other: Iam) -> None:
    iam("CreateAccountAlias", AccountAlias="legion")
    said = "The account alias legion already exists."
    for each in (iam, other):
        refused("EntityAlreadyExists", said, each, "CreateAccountAlias", AccountAlias="legion")
    missing = "The account alias legion cannot be found."
    refused("NoSuchEntity", missing, other, "DeleteAccountAlias", AccountAlias="legion")
    assert iam("ListAccountAliases")["AccountAliases"] == ["legion"]
    assert [demand.resource for demand in iam.demands] == ["*"]
