"""URLs and settings of object stores, and what a store says that fails."""

import os

import pytest
from obstore.exceptions import GenericError, PermissionDeniedError

from watchword.objects import BlobMissingError, Objects, PlaceUnavailable, Remote, new_blob
from watchword.objects.failures import translated
from watchword.objects.remote import BadPlace

KEYS = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "the-secret"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bucket",
        "/var/objects",
        "ftp://bucket",
        "http://bucket",
        "file:///var/objects",
        "s3://key:secret@bucket",
        "s3://bucket?X-Amz-Signature=0",
        "s3://bucket#part",
    ],
)
def test_what_is_no_place(url: str) -> None:
    with pytest.raises(BadPlace) as refused:
        Remote(url)
    assert "secret" not in str(refused.value)


def test_a_setting_that_no_store_has() -> None:
    with pytest.raises(BadPlace, match="foo"):
        Remote("s3://bucket", {**KEYS, "foo": "x"}).store()


def test_no_credentials_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(BadPlace, match="no credentials"):
        Remote("s3://bucket").store()
    Remote("s3://bucket", {"skip_signature": "true"}).store()


def test_no_repr_shows_a_secret() -> None:
    remote = Remote("s3://bucket", KEYS)
    assert "the-secret" not in repr(remote) + repr(remote.store()) + repr(Objects.open(remote))


def test_a_store_that_cannot_be_reached() -> None:
    objects = Objects.open(Remote("s3://bucket", {**KEYS, "endpoint": "http://127.0.0.1:9"}))
    with pytest.raises(PlaceUnavailable, match=r"http://127\.0\.0\.1:9/bucket") as refused:
        objects.put(new_blob(os.urandom), [b"x"])
    assert "the-secret" not in str(refused.value)
    with pytest.raises(PlaceUnavailable):
        objects.get(new_blob(os.urandom), 0, 1)


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (GenericError("Error performing PUT http://h/b?sig=secret (x)"), PlaceUnavailable),
        (PermissionDeniedError("no"), PlaceUnavailable),
        (GenericError("cannot write (os error 28)"), OSError),
        (FileNotFoundError(), BlobMissingError),
    ],
)
def test_what_a_failure_means(error: Exception, meant: type[Exception]) -> None:
    with pytest.raises(meant) as raised, translated("blob"):
        raise error
    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__
