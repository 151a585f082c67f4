"""SAML responses that are taken, and what is read of them: our own, and those of other implementations."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs
from tests.proofs.saml.provider import (
    AWS,
    CERTIFICATE,
    CURVE,
    ENC,
    ENC11,
    ENTITY,
    KEY,
    MORE,
    OF_CURVE,
    RECIPIENT,
    SHA256,
    STRANGER,
    assertion,
    certificate,
    encode,
    encrypted,
    response,
    rsa_key,
    sign,
    unsigned,
)

from watchword.proofs.saml.assertion import Assertion
from watchword.proofs.saml.document import SIGNATURE, parse
from watchword.proofs.saml.errors import WrongResponseError
from watchword.proofs.saml.response import Response, Trust, verify

VECTORS = Path(__file__).parents[2] / "vectors" / "saml"
OURS = rsa_key("saml encryption")
TRUST = Trust([CERTIFICATE, OF_CURVE], [rsa_key("saml old encryption"), OURS])
BITS = (256, 384, 512)
PSS = "http://www.w3.org/2007/05/xmldsig-more#sha{}-rsa-MGF1"
DIGESTS = {256: SHA256, 384: f"{MORE}sha384", 512: f"{ENC}sha512"}


def from_libxmlsec(name: str) -> Response:
    certificates = [
        x509.load_pem_x509_certificate((VECTORS / each).read_bytes()) for each in ("ec.crt", "rsa.crt")
    ]
    key: Any = load_pem_private_key((VECTORS / "ours.key").read_bytes(), None)
    return verify(encode((VECTORS / name).read_bytes()), Trust(certificates, [key]))


@pytest.mark.parametrize("name", sorted(each.name for each in VECTORS.glob("*.xml")))
def test_what_another_implementation_signed_and_encrypted(name: str) -> None:
    found = from_libxmlsec(name)
    at = datetime(2026, 1, 15, 8, tzinfo=UTC).timestamp()
    assert found == Response(
        Assertion(
            id="_assertion",
            issuer="https://idp.example.com/saml",
            issued=at + 0.123,
            subject="ann & Zoë",
            subject_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            recipient="https://signin.aws.amazon.com/saml",
            confirmed_until=at + 300,
            not_before=at - 60,
            not_after=at + 300,
            audiences=(("urn:amazon:webservices",),),
            session_ends=at + 8 * 3600,
            attributes={f"{AWS}RoleSessionName": ("ann",)},
        ),
        issuer="https://idp.example.com/saml",
        destination="https://signin.aws.amazon.com/saml",
    )


GOOD: dict[str, Callable[[], Any]] = {
    "a signed assertion": lambda: response(sign(assertion())),
    "a signed response": lambda: sign(response(assertion())),
    "both signed": lambda: sign(response(sign(assertion()))),
    "both signed, by two keys": lambda: sign(
        response(sign(assertion(), CURVE, method=f"{MORE}ecdsa-sha256"))
    ),
    **{
        f"RSA with SHA-{bits}": lambda bits=bits: response(
            sign(assertion(), method=f"{MORE}rsa-sha{bits}", digest=DIGESTS[bits])
        )
        for bits in BITS
    },
    **{
        f"RSA-PSS with SHA-{bits}": lambda bits=bits: response(sign(assertion(), method=PSS.format(bits)))
        for bits in BITS
    },
    **{
        f"ECDSA with SHA-{bits}": lambda bits=bits: response(
            sign(assertion(), CURVE, method=f"{MORE}ecdsa-sha{bits}")
        )
        for bits in BITS
    },
    **{
        f"encrypted with {name}": lambda name=name: response(
            encrypted(sign(assertion()), OURS.public_key(), cipher=name)
        )
        for name in [f"{ENC11}aes{bits}-gcm" for bits in (128, 192, 256)]
        + [f"{ENC}aes{bits}-cbc" for bits in (128, 192, 256)]
    },
    "its key beside what is encrypted": lambda: response(
        encrypted(sign(assertion()), OURS.public_key(), inside=False)
    ),
    "RSA-OAEP of XML Encryption 1.1": lambda: response(
        encrypted(sign(assertion()), OURS.public_key(), transport=f"{ENC11}rsa-oaep")
    ),
    "a signed response with an encrypted assertion": lambda: sign(
        response(encrypted(assertion(), OURS.public_key()))
    ),
    "all of it": lambda: sign(response(encrypted(sign(assertion()), OURS.public_key()))),
    "a declaration": lambda: (
        b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(response(sign(assertion())))
    ),
    "a declaration that lies": lambda: (
        b'<?xml version="1.0" encoding="UTF-7"?>' + etree.tostring(response(sign(assertion())))
    ),
    "no destination and no issuer": lambda: response(sign(assertion()), more="", issuer=""),
    "known conditions": lambda: response(
        sign(assertion(more_conditions='<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>'))
    ),
}


@pytest.mark.parametrize("made", GOOD.values(), ids=GOOD.keys())
def test_what_is_taken(made: Callable[[], Any]) -> None:
    found = verify(encode(made()), TRUST).assertion
    assert (found.subject, found.issuer, found.recipient) == ("ann", ENTITY, RECIPIENT)


def test_base64_in_lines() -> None:
    text = base64.encodebytes(base64.b64decode(encode(response(sign(assertion()))))).decode()
    assert verify(text, TRUST)


def test_certificates_roll_over_and_may_have_expired() -> None:
    old, new = rsa_key("saml old"), rsa_key("saml new")
    expired = certificate(new, "idp", ends=datetime(2002, 1, 1, tzinfo=UTC))
    both = Trust([certificate(old, "idp"), expired])
    for key in (old, new):
        assert verify(encode(response(sign(assertion(), key))), both)
    with pytest.raises(WrongResponseError, match="no certificate of the provider"):
        verify(encode(response(sign(assertion(), STRANGER))), both)
    with pytest.raises(WrongResponseError, match="no certificate of the provider"):
        verify(encode(response(sign(assertion(), KEY))), Trust([]))


def test_attributes() -> None:
    given = {
        "a": ["1", "2"],
        "empty": [""],
        "spaces": [" x "],
        "entity": ["&lt;b&gt; &amp; &#x1F600;"],
        "in a name": ["<saml:NameID>ann</saml:NameID>"],
    }
    found = verify(encode(response(sign(assertion(given)))), TRUST).assertion
    assert found.attributes == {
        "a": ("1", "2"),
        "empty": ("",),
        "spaces": (" x ",),
        "entity": ("<b> & 😀",),
        "in a name": ("ann",),
    }


def test_attributes_of_one_name_stand_together() -> None:
    made = assertion({"a": ["1"]})
    made[-1].append(etree.fromstring(etree.tostring(made[-1][0]).replace(b">1<", b">2<")))
    assert verify(encode(response(sign(made))), TRUST).assertion.attributes == {"a": ("1", "2")}


def test_what_is_read_is_what_was_signed() -> None:
    """The unsigned part of a response says nothing of the assertion."""
    root = response(sign(assertion()), issuer="<saml:Issuer>evil</saml:Issuer>", more="")
    found = verify(encode(root), TRUST)
    assert (found.issuer, found.assertion.issuer) == ("evil", ENTITY)


SIGNED = etree.tostring(response(sign(assertion({f"{AWS}Role": ["role,provider"]}))))
READ = verify(encode(SIGNED), TRUST).assertion


@given(st.integers(0, len(SIGNED) - 1), st.binary(min_size=0, max_size=3))
def test_no_change_of_a_signed_response_says_anything_else(place: int, put: bytes) -> None:
    changed = SIGNED[:place] + put + SIGNED[place + 1 :]
    try:
        found = verify(encode(changed), TRUST)
    except WrongResponseError:
        return
    assert found.assertion == READ


SEALED = response(encrypted(sign(assertion()), OURS.public_key(), cipher=f"{ENC}aes256-cbc"))


@given(st.data())
def test_every_broken_ciphertext_is_refused_with_one_text(data: st.DataObject) -> None:
    value = SEALED.find(f".//{{{ENC}}}EncryptedData/{{{ENC}}}CipherData/{{{ENC}}}CipherValue")
    ciphertext = bytearray(base64.b64decode(value.text))
    place = data.draw(st.integers(0, len(ciphertext) - 1))
    ciphertext[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([0, 1, 16, 32]))
    changed = etree.fromstring(etree.tostring(SEALED))
    place_of = changed.find(f".//{{{ENC}}}EncryptedData/{{{ENC}}}CipherData/{{{ENC}}}CipherValue")
    place_of.text = base64.b64encode(ciphertext[: len(ciphertext) - cut]).decode()
    with pytest.raises(WrongResponseError) as refused:
        verify(encode(changed), TRUST)
    assert str(refused.value) == "encryption: no private key of the provider opens it, or it is broken"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(WrongResponseError):
        verify(encode(data), TRUST)


def test_the_signature_is_not_read_as_part_of_what_it_signs() -> None:
    root = parse(etree.tostring(response(sign(assertion()))))
    assert unsigned(root[-1]).find(f"{SIGNATURE}Signature") is None
    assert structs.replace(READ, subject="x") != READ
