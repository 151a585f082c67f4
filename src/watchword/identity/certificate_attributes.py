"""What a certificate says of its holder: the tags and the source identity of a session.

1. The keys of tags are x509Subject/NAME, x509Issuer/NAME, x509SAN/DNS, x509SAN/URI and x509SAN/Name/NAME (of
   a directory name), where NAME is one of ATTRIBUTES. Of several values the first one counts. An attribute
   that isn't in the table is left out.
2. A profile's mapping rules say which of them become tags. A rule is a key, or ends in a star for all that
   begin like it. DEFAULT are those of a new profile.
3. A value that a tag can't have ends it: what a trust policy compares must not be an abridged name.
4. The source identity is `CN=` and the subject's common name, where AssumeRole takes it: it has no space. A
   holder without such a name has no source identity.
5. The session is called by the serial number, in hex.

Source: IAM Roles Anywhere User Guide, "Trust model", "Certificate attribute mapping"; the sentence of 3 is
AWS's, as users of its signing helper report it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from watchword.identity.asked import SOURCE_IDENTITY_FORM, flaw_of_tag
from watchword.names import AwsError

if TYPE_CHECKING:
    from cryptography import x509

SUBJECT, ISSUER, SAN = "x509Subject", "x509Issuer", "x509SAN"
FIELDS = (SUBJECT, ISSUER, SAN)
ATTRIBUTES: Mapping[str, str] = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "T",
    "2.5.4.42": "GN",
    "2.5.4.43": "INITIALS",
    "2.5.4.44": "GENERATION",
    "2.5.4.46": "DNQ",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "E",
}
"""Object identifier -> name, as RFC 4514 and X.520 call it."""
DEFAULT = (f"{ISSUER}/*", f"{SAN}/DNS", f"{SAN}/URI", f"{SAN}/Name/*", f"{SUBJECT}/*")
_NAME = f"(?:{'|'.join(ATTRIBUTES.values())}|\\*)"
_RULE = re.compile(rf"(?:{SUBJECT}|{ISSUER})/{_NAME}|{SAN}/(?:DNS|URI|\*|Name/{_NAME})")
_COMMON_NAME = f"{SUBJECT}/CN"


def is_rule(rule: str) -> bool:
    """Whether a mapping rule names something that a certificate can have."""
    return _RULE.fullmatch(rule) is not None


def attributes(certificate: "x509.Certificate") -> dict[str, str]:
    """Rule 1: all that the certificate says, by the key of its tag."""
    found: dict[str, str] = {}
    for key, value in _attributes(certificate):
        found.setdefault(key, value)
    return found


def tags(said: Mapping[str, str], rules: Iterable[str], role_arn: str) -> dict[str, str]:
    """Rules 2 and 3. Raises AccessDenied."""
    mapped = {key: value for key, value in said.items() if value and _is_mapped(key, rules)}
    wrong = {key: flaw for key, value in mapped.items() if (flaw := flaw_of_tag(key, (value,)))}
    if not wrong:
        return mapped
    listed = {field: ", ".join(_within(wrong, field)) for field in FIELDS}
    raise AwsError(
        "AccessDenied",
        403,
        f"Unable to assume role for {role_arn}. Some attributes failed to be mapped into session tags. "
        f"Issuer: [ {listed[ISSUER]} ]; Subject: [ {listed[SUBJECT]} ]; SAN: [ {listed[SAN]} ]",
        "; ".join(wrong.values()),
    )


def source_identity(said: Mapping[str, str]) -> str:
    """Rule 4; empty for none."""
    text = f"CN={said.get(_COMMON_NAME, '')}"
    return text if _COMMON_NAME in said and SOURCE_IDENTITY_FORM.fullmatch(text) else ""


def session_name(certificate: "x509.Certificate") -> str:
    """Rule 5: two digits for each byte."""
    digits = f"{certificate.serial_number:x}"
    return digits.zfill(len(digits) + len(digits) % 2)


def _is_mapped(key: str, rules: Iterable[str]) -> bool:
    return any(key == rule or (rule.endswith("*") and key.startswith(rule[:-1])) for rule in rules)


def _within(keys: Iterable[str], field: str) -> list[str]:
    return [key.removeprefix(f"{field}/") for key in keys if key.startswith(f"{field}/")]


def _attributes(certificate: "x509.Certificate") -> Iterator[tuple[str, str]]:
    from cryptography import x509  # noqa: PLC0415 most servers never see a certificate

    yield from _of_name(SUBJECT, certificate.subject)
    yield from _of_name(ISSUER, certificate.issuer)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for each in names:
        match each:
            case x509.DNSName():
                yield f"{SAN}/DNS", each.value
            case x509.UniformResourceIdentifier():
                yield f"{SAN}/URI", each.value
            case x509.DirectoryName():
                yield from _of_name(f"{SAN}/Name", each.value)


def _of_name(field: str, name: "x509.Name") -> Iterator[tuple[str, str]]:
    for each in name:
        known = ATTRIBUTES.get(each.oid.dotted_string)
        if known and isinstance(each.value, str):
            yield f"{field}/{known}", each.value
