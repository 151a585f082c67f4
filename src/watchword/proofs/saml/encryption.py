"""Encrypted assertions: an EncryptedAssertion of SAML, opened with the private keys of a provider.

The content is encrypted with a key of its own (AES), and that key with our public key (RSA-OAEP).

1. One EncryptedData of an element, and one EncryptedKey, inside its KeyInfo or beside it.
2. Only the algorithms below. RSA with PKCS #1 v1.5 is refused (Bleichenbacher's attack), and so is Triple
   DES.
3. AES-GCM authenticates what it encrypts. AES-CBC doesn't: who changes a ciphertext and learns whether the
   padding was right can read it step by step (padding oracle). So all that can go wrong from here on until
   the signature inside is verified is one refusal with one text, and the padding is looked at only by way of
   what comes out: with a wrong one, something that isn't an assertion does.

To be decrypted says nothing about who sent it: everybody has our public key. Only the signature does.
Source: XML Encryption 1.1, sections 5.2, 5.5 and 6.1; SAML 2.0 core, section 6.
"""

import base64
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from watchword.proofs.saml.document import SIGNATURE, Element, attribute, only, text
from watchword.proofs.saml.errors import Kind, WrongResponseError

_XENC, _XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
ENCRYPTION: Final = f"{{{_XENC}}}"
GCM: Final = {f"{_XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
CBC: Final = {f"{_XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
OAEP, OAEP_11 = f"{_XENC}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep"
"""The first always has MGF1 with SHA-1, the second names its own."""
_SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    _SHA1: hashes.SHA1,
    f"{_XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{_XENC}sha512": hashes.SHA512,
}
_MASKS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    f"{_XENC11}mgf1sha1": hashes.SHA1,
    f"{_XENC11}mgf1sha256": hashes.SHA256,
    f"{_XENC11}mgf1sha384": hashes.SHA384,
    f"{_XENC11}mgf1sha512": hashes.SHA512,
}
_NONCE, _BLOCK = 12, 16
UNOPENED: Final = "encryption: no private key of the provider opens it, or it is broken"


def decrypt(encrypted: Element, keys: Sequence[RSAPrivateKey]) -> bytes:
    """What an EncryptedAssertion holds, which is not to be believed yet. Raises WrongResponseError."""
    data = only(encrypted, f"{ENCRYPTION}EncryptedData")  # 1.
    if data.get("Type") not in (None, f"{_XENC}Element"):
        raise unopened()
    key_element = _encrypted_key(encrypted, data)
    method, transport = _method(data), _padding(key_element)  # 2.
    length = (GCM | CBC).get(method)
    if length is None or transport is None:
        raise WrongResponseError("encryption: the algorithm isn't allowed", Kind.SIGNATURE)
    wrapped, ciphertext = _value(key_element), _value(data)
    for key in keys:  # 3.
        try:
            secret = key.decrypt(wrapped, transport)
            if len(secret) == length:
                return _open(method, secret, ciphertext)
        except (ValueError, InvalidTag):
            continue
    raise unopened()


def unopened() -> WrongResponseError:
    """The one refusal of all that can go wrong with what is encrypted."""
    return WrongResponseError(UNOPENED, Kind.SIGNATURE)


def _open(method: str, secret: bytes, ciphertext: bytes) -> bytes:
    if method in GCM:
        return AESGCM(secret).decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], None)
    if len(ciphertext) < 2 * _BLOCK or len(ciphertext) % _BLOCK:
        raise ValueError("no whole blocks")
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(ciphertext[:_BLOCK])).decryptor()
    padded = decryptor.update(ciphertext[_BLOCK:]) + decryptor.finalize()
    return padded[: -padded[-1]] if 0 < padded[-1] <= _BLOCK else padded


def _encrypted_key(encrypted: Element, data: Element) -> Element:
    name = f"{ENCRYPTION}EncryptedKey"
    found = [*data.findall(f"{SIGNATURE}KeyInfo/{name}"), *encrypted.findall(name)]
    if len(found) != 1:
        raise WrongResponseError(f"encryption: expected one EncryptedKey, had {len(found)}", Kind.SIGNATURE)
    return found[0]


def _padding(key: Element) -> padding.OAEP | None:
    """How the key is encrypted; None if that isn't allowed."""
    method = only(key, f"{ENCRYPTION}EncryptionMethod")
    digest, mask = method.find(f"{SIGNATURE}DigestMethod"), method.find(f"{{{_XENC11}}}MGF")
    of_digest = _HASHES.get(_SHA1 if digest is None else digest.get("Algorithm", ""))
    of_mask = hashes.SHA1 if mask is None else _MASKS.get(mask.get("Algorithm", ""))
    name = method.get("Algorithm")
    if name not in (OAEP, OAEP_11) or (name == OAEP and mask is not None):
        return None
    if of_digest is None or of_mask is None or method.find(f"{ENCRYPTION}OAEPparams") is not None:
        return None
    return padding.OAEP(padding.MGF1(of_mask()), of_digest(), None)


def _method(data: Element) -> str:
    return attribute(only(data, f"{ENCRYPTION}EncryptionMethod"), "Algorithm")


def _value(element: Element) -> bytes:
    cipher = only(only(element, f"{ENCRYPTION}CipherData"), f"{ENCRYPTION}CipherValue")
    try:
        return base64.b64decode("".join(text(cipher).split()), validate=True)
    except ValueError:
        raise unopened() from None
