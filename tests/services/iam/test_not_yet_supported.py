"""What nothing here makes: empty lists for those who exist, NoSuchEntity for those who don't."""

import pytest
from tests.services.iam.harness import MODEL, Iam, refused

from watchword.services.iam import not_yet_supported

OF_USER = ["ListServiceSpecificCredentials"]


def is_empty(name: str, output: dict[str, object]) -> bool:
    (member,) = set(MODEL.operation_model(name).output_shape.members) - {"IsTruncated", "Marker"}
    return output == {member: [], "IsTruncated": False}


def test_every_operation_is_tried_here() -> None:
    assert set(not_yet_supported.OPERATIONS) == set(OF_USER)


@pytest.mark.parametrize("name", OF_USER)
def test_a_user_has_none(iam: Iam, name: str) -> None:
    refused("NoSuchEntity", "The user with name ann cannot be found.", iam, name, UserName="ann")
    iam("CreateUser", UserName="ann")
    assert is_empty(name, iam(name, UserName="ann"))
    assert is_empty(name, iam(name))
