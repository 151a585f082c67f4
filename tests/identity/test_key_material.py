"""Keys and certificates in PEM: which are taken, and which fit each other."""

import base64
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tests.identity.pem import certificate, ec_key, pem, private, rsa_key

from watchword.identity import key_material
from watchword.identity.key_material import KeyMaterialError

RSA, EC = pem(certificate(rsa_key())), pem(certificate(ec_key()))


def of_version(number: int) -> str:
    """A certificate that says it has that version."""
    der = certificate(rsa_key()).public_bytes(Encoding.DER)
    other = der.replace(bytes([0xA0, 3, 2, 1, 2]), bytes([0xA0, 3, 2, 1, number]), 1)
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(other).decode()}-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "text",
    [RSA, EC, f"\n {RSA}\r\n", RSA.replace("\n", "\r\n")],
    ids=["RSA", "EC", "white space around", "CRLF"],
)
def test_certificates_that_are_taken(text: str) -> None:
    assert key_material.certificate(text).serial_number == 7


def test_a_chain_keeps_its_order() -> None:
    found = key_material.certificates(EC + "\n" + RSA)
    assert [pem(each) for each in found] == [EC, RSA]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="a word"),
        pytest.param(f"Certificate:\n{RSA}", id="text before"),
        pytest.param(RSA + "x", id="text after"),
        pytest.param(RSA + private(rsa_key()), id="a private key after"),
        pytest.param(private(rsa_key()), id="a private key"),
        pytest.param(RSA[:-20], id="cut off"),
        pytest.param(RSA.replace("MII", "MIJ", 1), id="another length"),
        pytest.param(RSA.replace("MII", "!II", 1), id="no base64"),
        pytest.param(of_version(78), id="another version"),
        pytest.param(RSA + EC, id="two"),
        pytest.param(pem(certificate(ed25519.Ed25519PrivateKey.generate())), id="Ed25519"),
    ],
)
def test_certificates_that_are_not(text: str) -> None:
    with pytest.raises(KeyMaterialError):
        key_material.certificate(text)


def test_private_keys_that_are_taken() -> None:
    for key in (rsa_key(), ec_key()):
        assert key_material.fits(key_material.private_key(private(key)), certificate(key).public_key())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(RSA, id="a certificate"),
        pytest.param(private(rsa_key())[:-40], id="cut off"),
        pytest.param(private(rsa_key(), b"password"), id="encrypted"),
        pytest.param(private(ed25519.Ed25519PrivateKey.generate()), id="Ed25519"),
        pytest.param(private(ec.generate_private_key(ec.SECP256K1())), id="another curve"),
    ],
)
def test_private_keys_that_are_not(text: str) -> None:
    with pytest.raises(KeyMaterialError) as refused:
        key_material.private_key(text)
    assert "PRIVATE" not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def huge(bits: int) -> rsa.RSAPublicKey:
    """A public key of that size; nobody knows the primes of its modulus."""
    return rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) | 1).public_key()


def test_keys_of_another_size_are_refused_before_anything_is_computed() -> None:
    for bits in (key_material.LEAST_RSA_BITS, key_material.MOST_RSA_BITS):
        key_material.check_public_key(huge(bits))
    for bits in (key_material.LEAST_RSA_BITS - 8, key_material.MOST_RSA_BITS + 8, 100_000):
        with pytest.raises(KeyMaterialError, match=f"{bits} bits"):
            key_material.check_public_key(huge(bits))


def test_keys_that_do_not_fit() -> None:
    keys = [rsa_key(), rsa_key("other"), ec_key(), ec_key("other"), ed25519.Ed25519PrivateKey.generate()]
    for key in keys[:4]:
        assert isinstance(key, key_material.PrivateKey)
        fitting = [other for other in keys if key_material.fits(key, other.public_key())]
        assert fitting == [key]


def test_a_private_key_that_contradicts_itself() -> None:
    """Its exponent is another key's."""
    ours, theirs = rsa_key().private_numbers(), rsa_key("other").private_numbers()
    mixed = rsa.RSAPrivateNumbers(
        ours.p, ours.q, theirs.d, theirs.dmp1, theirs.dmq1, ours.iqmp, ours.public_numbers
    )
    key = mixed.private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(KeyMaterialError):
        key_material.rsa_private_key(private(key))
    assert not key_material.fits(key_material.private_key(private(key)), rsa_key().public_key())


def spoiled(data: bytes, random: Random) -> bytes:
    """With a few bytes changed, left out or put in."""
    made = bytearray(data)
    for _ in range(random.choice((1, 2, 8))):
        at = random.randrange(len(made))
        made[at : at + random.choice((0, 1, 4))] = random.randbytes(random.choice((0, 1, 4)))
    return bytes(made)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_what_is_spoiled_is_refused_or_read() -> None:
    """No other exception than ours."""
    random, der = Random(7), certificate(rsa_key()).public_bytes(Encoding.DER)
    for _ in range(3000):
        try:
            key_material.certificate_of_der(spoiled(der, random))
        except KeyMaterialError as refused:
            assert str(refused)
