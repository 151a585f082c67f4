"""What the hot path takes for granted of principals."""

from typing import get_args

import pytest

from watchword.names import Principal


@pytest.mark.parametrize("kind", get_args(Principal))
def test_the_class_of_a_principal_has_no_subclasses(kind: type) -> None:
    """Code compares classes by `is`."""
    assert not kind.__subclasses__()
