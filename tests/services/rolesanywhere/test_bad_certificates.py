"""Certificates, chains and signatures as an enemy sends them: each gets no session, and says why."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ObjectIdentifier
from tests.services.rolesanywhere.authority import Authority, Holder, name, new_key
from tests.services.rolesanywhere.conftest import Site, new_site, trust

from watchword.names import HttpRequest
from watchword.sigv4 import Credentials, sign
from watchword.testing import Server

VECTORS = Path(__file__).parents[2] / "vectors" / "x509"
UNTRUSTED = "Untrusted signing certificate"
REVOKED = "Certificate revoked"
INSUFFICIENT = "Untrusted certificate. Insufficient certificate: "
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
"""A critical one that nobody knows."""


def day(days: int) -> timedelta:
    return timedelta(days=days)


# --- the certificate itself ----------------------------------------------------------------------------

LEAVES: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"begins": day(-2), "ends": day(-1)}, "it expired at "),
    "not yet valid": ({"begins": day(1), "ends": day(2)}, "it is not valid before "),
    "a CA": ({"ca": True}, "its basic constraints don't say CA:FALSE"),
    "no basic constraints": ({"ca": None}, "its basic constraints don't say CA:FALSE"),
    "no key usage": ({"usage": None}, "its key usage has no digitalSignature"),
    "another key usage": ({"usage": ("key_encipherment",)}, "its key usage has no digitalSignature"),
    "weak RSA key": ({"key": rsa.generate_private_key(65537, 1024)}, "an RSA key of 1024 bits is not taken"),
    "a curve that isn't taken": (
        {"key": ec.generate_private_key(ec.SECP256K1())},
        "its key is neither RSA nor on a curve that is taken",
    ),
}


@pytest.mark.parametrize("case", LEAVES)
def test_a_certificate_that_may_not_sign(site: Site, authority: Authority, case: str) -> None:
    changed, reason = LEAVES[case]
    status, said = site.refusal(authority.issue(**changed))
    assert status == 403
    assert said.startswith(INSUFFICIENT + reason)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("sha1", "it wasn't signed with SHA-256 or stronger"),
        ("md5", "it wasn't signed with SHA-256 or stronger"),
        ("version_1", "it is not X.509 version 3"),
    ],
)
def test_a_certificate_that_openssl_made(
    site: Site, new_anchor: Callable[..., str], file: str, reason: str
) -> None:
    root = x509.load_pem_x509_certificate((VECTORS / "root.pem").read_bytes())
    key: Any = load_pem_private_key((VECTORS / "key.pem").read_bytes(), None)
    leaf = x509.load_pem_x509_certificate((VECTORS / f"{file}.pem").read_bytes())
    anchor = new_anchor(Authority(root, key))
    status, said = site.refusal(Holder(leaf, key), trustAnchorArn=anchor)
    assert (status, said) == (403, f"{INSUFFICIENT}{reason}.")


def test_a_key_of_another_kind(site: Site, authority: Authority) -> None:
    """Ed25519: no algorithm of the scheme is its own."""
    odd: Any = ed25519.Ed25519PrivateKey.generate()
    certificate = authority.issue(key=odd).certificate
    request = site.signed(authority.issue())
    encoded = b64encode(Holder(certificate, odd).der).decode()
    status, answer = site.send(with_header(request, "x-amz-x509", encoded))
    assert status == 403
    assert answer["message"].startswith(f"{INSUFFICIENT}its key is neither RSA")


def test_an_rsa_key_with_a_long_exponent(site: Site, authority: Authority) -> None:
    """Whoever verifies with it works as long as whoever signs."""
    n = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
    slow: Any = PublicOnly(rsa.RSAPublicNumbers((1 << 2000) + 1, n).public_key())
    certificate = authority.issue(key=slow).certificate
    request = site.signed(authority.issue())
    encoded = b64encode(Holder(certificate, slow).der).decode()
    assert refused(site, with_header(request, "x-amz-x509", encoded)) == (
        403,
        f"{INSUFFICIENT}the exponent of its RSA key is too long.",
    )


class PublicOnly:
    """What a certificate needs of a key pair."""

    def __init__(self, public: rsa.RSAPublicKey) -> None:
        self._public = public

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public


# --- the chain -----------------------------------------------------------------------------------------


def test_a_chain_by_an_intermediate(site: Site, authority: Authority) -> None:
    holder = authority.below().issue()
    assert len(holder.between) == 1
    assert site.send(site.signed(holder))[0] == 201
    assert site.refusal(replace(holder, between=())) == (403, UNTRUSTED)


def test_an_intermediate_as_trust_anchor(site: Site, authority: Authority, new_anchor: Any) -> None:
    """It needn't be self-signed."""
    below = authority.below()
    anchor = new_anchor(below)
    site.client("iam").update_assume_role_policy(RoleName="web", PolicyDocument=trust())
    holder = replace(below.issue(), between=())
    assert site.send(site.signed(holder, trustAnchorArn=anchor))[0] == 201


CHAINS: dict[str, Callable[[Authority], Holder]] = {
    "of another authority": lambda _: Authority.new("Other").issue(),
    "of a namesake": lambda _: Authority.new("Root").issue(),
    "by a leaf that plays CA": lambda real: as_authority(real.issue("web-1"), real).issue("web-2"),
    "self-signed": lambda _: as_holder(Authority.new("web-1", ca=False, usage=("digital_signature",))),
    "an intermediate that expired": lambda real: real.below(begins=day(-2), ends=day(-1)).issue(),
    "an intermediate that is no CA": lambda real: real.below(ca=False).issue(),
    "an intermediate that may not sign certificates": lambda real: real.below(usage=("crl_sign",)).issue(),
    "an intermediate without key usage": lambda real: real.below(usage=None).issue(),
    "an intermediate with a weak key": lambda real: real.below(
        key=rsa.generate_private_key(65537, 1024)
    ).issue(),
    "an intermediate of another authority": lambda _: Authority.new("Root").below().issue(),
    "path length": lambda real: real.below(path_length=0).below("Second").issue(),
    "an unknown critical extension": lambda real: real.issue(extensions=[(UNKNOWN, True)]),
    "an unknown critical extension of an intermediate": lambda real: real.below(
        extensions=[(UNKNOWN, True)]
    ).issue(),
    "name constraints: a name that is not permitted": lambda real: constrained(
        real, x509.DNSName("example.com"), x509.DNSName("evil.org")
    ),
    "name constraints: of URIs, which aren't understood": lambda real: constrained(
        real, x509.UniformResourceIdentifier("example.com"), x509.UniformResourceIdentifier("spiffe://evil/x")
    ),
    "name constraints: of directory names": lambda real: constrained(
        real, x509.DirectoryName(name("a")), x509.DNSName("a.example.com")
    ),
    "too long": lambda real: lengthened(real, 6),
}


def as_holder(authority: Authority) -> Holder:
    return Holder(authority.certificate, authority.key)


def as_authority(holder: Holder, real: Authority) -> Authority:
    return Authority(holder.certificate, holder.key, holder.between, real.now)


def constrained(real: Authority, permitted: x509.GeneralName, held: x509.GeneralName) -> Holder:
    below = real.below(extensions=[(x509.NameConstraints([permitted], None), True)])
    return below.issue(extensions=[(x509.SubjectAlternativeName([held]), False)])


def lengthened(real: Authority, steps: int) -> Holder:
    for step in range(steps):
        real = real.below(f"Step {step}")
    return replace(real.issue(), between=real.issue().between[:5])


@pytest.mark.parametrize("case", CHAINS)
def test_a_chain_that_leads_nowhere(site: Site, authority: Authority, case: str) -> None:
    assert site.refusal(CHAINS[case](authority)) == (403, UNTRUSTED)


def test_name_constraints_that_hold(site: Site, authority: Authority) -> None:
    holder = constrained(authority, x509.DNSName("example.com"), x509.DNSName("a.example.com"))
    assert site.send(site.signed(holder))[0] == 201


def test_the_longest_chain(site: Site, authority: Authority) -> None:
    assert site.send(site.signed(lengthened(authority, 4)))[0] == 201


def test_a_chain_that_goes_in_circles(site: Site, authority: Authority) -> None:
    """Two authorities that vouch for each other, and no trust anchor for either."""
    first, second = new_key(), new_key()
    one = Authority.new("One", key=first)
    two = Authority.new("Two", key=second)
    by_two = two.below("One", key=first).certificate
    by_one = one.below("Two", key=second).certificate
    holder = replace(one.issue(), between=(by_two, by_one, by_two, by_one, by_two))
    assert site.refusal(holder) == (403, UNTRUSTED)


# --- the trust anchor ----------------------------------------------------------------------------------


def test_another_trust_anchor_of_the_account(site: Site, authority: Authority, new_anchor: Any) -> None:
    anchor = new_anchor(Authority.new("Other"))
    assert site.refusal(authority.issue(), trustAnchorArn=anchor) == (403, UNTRUSTED)


def test_a_disabled_trust_anchor(site: Site, authority: Authority) -> None:
    client = site.client("rolesanywhere")
    client.disable_trust_anchor(trustAnchorId=site.anchor)
    assert site.refusal(authority.issue()) == (403, UNTRUSTED)
    client.enable_trust_anchor(trustAnchorId=site.anchor)
    assert site.send(site.signed(authority.issue()))[0] == 201
    client.delete_trust_anchor(trustAnchorId=site.anchor)
    assert site.refusal(authority.issue()) == (403, UNTRUSTED)


@pytest.mark.parametrize("change", ["partition", "account", "region", "id"])
def test_a_trust_anchor_of_another_place(site: Site, authority: Authority, change: str) -> None:
    parts = site.anchor.split(":")
    match change:
        case "partition":
            parts[1] = "aws-cn"
        case "account":
            parts[4] = "111111111111"
        case "region":
            parts[3] = "eu-west-1"
        case _:
            parts[5] = f"{parts[5][:-1]}{'0' if parts[5][-1] != '0' else '1'}"
    region = parts[3]
    assert site.refusal(authority.issue(), trustAnchorArn=":".join(parts), region=region) == (403, UNTRUSTED)


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "%00", "é", "a" * 900])
def test_an_arn_that_no_database_takes(site: Site, authority: Authority, odd: str) -> None:
    request = site.signed(authority.issue(), trustAnchorArn=f"{site.anchor}{odd}")
    assert site.send(request)[0] in (400, 403)
    request = site.signed(authority.issue(), profileArn=f"{site.profile}{odd}")
    assert site.send(request)[0] in (400, 403)


# --- revocation ----------------------------------------------------------------------------------------


def revoke(site: Site, crl: bytes, **given: Any) -> str:
    made = site.client("rolesanywhere").import_crl(
        name="gone", crlData=crl, trustAnchorArn=site.anchor, **given
    )
    return str(made["crl"]["crlId"])


def test_a_revoked_certificate(site: Site, authority: Authority) -> None:
    client, gone, other = site.client("rolesanywhere"), authority.issue(), authority.issue()
    assert site.send(site.signed(gone))[0] == 201
    crl = revoke(site, authority.revoke(gone.certificate))
    assert site.refusal(gone) == (403, REVOKED)
    assert site.send(site.signed(other))[0] == 201
    client.disable_crl(crlId=crl)
    assert site.send(site.signed(gone))[0] == 201
    client.update_crl(crlId=crl, crlData=authority.revoke(other.certificate))
    client.enable_crl(crlId=crl)
    assert site.send(site.signed(gone))[0] == 201
    assert site.refusal(other) == (403, REVOKED)
    client.delete_crl(crlId=crl)
    assert site.send(site.signed(other))[0] == 201


def test_a_revoked_intermediate(site: Site, authority: Authority) -> None:
    below = authority.below()
    revoke(site, authority.revoke(below.certificate))
    assert site.refusal(below.issue()) == (403, REVOKED)


def test_a_list_of_an_intermediate(site: Site, authority: Authority) -> None:
    below = authority.below()
    gone, other = below.issue(), below.issue()
    revoke(site, below.revoke(gone.certificate))
    assert site.refusal(gone) == (403, REVOKED)
    assert site.send(site.signed(other))[0] == 201


def test_a_forged_list_of_an_intermediate_ends_everything_below(site: Site, authority: Authority) -> None:
    """It has the issuer's name, so nobody knows what the issuer has revoked."""
    below = authority.below()
    revoke(site, Authority.new("Intermediate").revoke())
    assert site.refusal(below.issue()) == (403, REVOKED)
    assert site.send(site.signed(authority.issue()))[0] == 201


def test_a_list_that_is_out_of_date_still_counts(site: Site, authority: Authority) -> None:
    gone, other = authority.issue(), authority.issue()
    old = replace(authority, now=authority.now - day(9)).revoke(gone.certificate)
    revoke(site, old)
    assert site.refusal(gone) == (403, REVOKED)
    assert site.send(site.signed(other))[0] == 201


# --- the signature -------------------------------------------------------------------------------------


def with_header(request: HttpRequest, header: str, value: str | None) -> HttpRequest:
    """The request with another value of a header; None takes it away."""
    kept = [each for each in request.headers if each[0] != header]
    return replace_headers(request, kept + ([(header, value)] if value is not None else []))


def replace_headers(request: HttpRequest, headers: list[tuple[str, str]]) -> HttpRequest:
    return HttpRequest(request.method, request.path, request.query, headers=tuple(headers), body=request.body)


def authorization(request: HttpRequest, old: str, new: str) -> HttpRequest:
    value = request.header("authorization")
    assert value
    assert old in value
    return with_header(request, "authorization", value.replace(old, new))


def refused(site: Site, request: HttpRequest) -> tuple[int, str]:
    status, answer = site.send(request)
    return status, answer["message"]


@pytest.mark.parametrize(("late", "said"), [(-301, "Signature expired"), (302, "Signature not yet current")])
def test_a_skewed_date(site: Site, authority: Authority, late: int, said: str) -> None:
    status, message = site.refusal(authority.issue(), late=late)
    assert status == 403
    assert message.startswith(said)


def test_the_body_is_signed(site: Site, authority: Authority) -> None:
    request = site.signed(authority.issue())
    other = site.request(durationSeconds=900).body
    changed = HttpRequest("POST", request.path, headers=request.headers, body=other)
    status, said = refused(site, changed)
    assert status == 403
    assert said.startswith("The request signature we calculated does not match")


def test_the_query_is_signed(site: Site, authority: Authority) -> None:
    request = site.signed(authority.issue())
    changed = HttpRequest("POST", request.path, "a=b", headers=request.headers, body=request.body)
    assert refused(site, changed)[0] == 403


def test_the_certificate_of_somebody_else(site: Site, authority: Authority) -> None:
    """The enemy has the certificate, which is no secret, and not its key."""
    victim = authority.issue("victim")
    stolen = replace(victim, key=new_key())
    status, said = site.refusal(stolen)
    assert status == 403
    assert said.startswith("The request signature we calculated does not match")


def test_the_certificate_is_signed(site: Site, authority: Authority) -> None:
    """Another certificate of the same key and number, put in later."""
    key = new_key()
    mine, other = (authority.issue(each, key=key, serial=7) for each in ("web-1", "admin"))
    request = site.signed(mine)
    changed = with_header(request, "x-amz-x509", b64encode(other.der).decode())
    assert refused(site, changed)[0] == 403


def test_the_certificate_must_be_among_the_signed_headers(site: Site, authority: Authority) -> None:
    request = authorization(site.signed(authority.issue()), ";x-amz-x509", "")
    assert refused(site, request)[0] == 403


MALFORMED: dict[str, Callable[[HttpRequest], HttpRequest]] = {
    "another serial number": lambda it: authorization(it, "Credential=", "Credential=1"),
    "the algorithm of another key": lambda it: authorization(it, "ECDSA", "RSA"),
    "an algorithm that nobody knows": lambda it: authorization(it, "ECDSA-SHA256", "MLDSA"),
    "no certificate": lambda it: with_header(it, "x-amz-x509", None),
    "a certificate that isn't base64": lambda it: with_header(it, "x-amz-x509", "-----BEGIN"),
    "a huge certificate": lambda it: with_header(it, "x-amz-x509", "A" * 12_000),
    "an empty link of the chain": lambda it: with_header(it, "x-amz-x509-chain", "AAAA,,AAAA"),
    "a session token": lambda it: with_header(it, "x-amz-security-token", "token"),
    "no date": lambda it: with_header(it, "x-amz-date", None),
    "a date that isn't one": lambda it: with_header(it, "x-amz-date", "yesterday"),
    "no signature": lambda it: authorization(it, "Signature=", "Signed="),
    "a query with a signature": lambda it: HttpRequest(
        "POST", it.path, "X-Amz-Signature=a", headers=it.headers, body=it.body
    ),
    "a header twice": lambda it: replace_headers(it, [*it.headers, ("x-amz-x509", "AAAA")]),
    "another service": lambda it: authorization(it, "/rolesanywhere/", "/sts/"),
    "another terminator": lambda it: authorization(it, "aws4_request", "aws5_request"),
    "another region": lambda it: authorization(it, "/us-east-1/", "/eu-west-1/"),
    "hex that isn't": lambda it: authorization(it, "Signature=", "Signature=zz"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_signature(site: Site, authority: Authority, case: str) -> None:
    status, answer = site.send(MALFORMED[case](site.signed(authority.issue())))
    assert status in (400, 403), answer
    assert "credentialSet" not in answer


def test_a_huge_chain(site: Site, authority: Authority) -> None:
    holder = authority.below().issue()
    status, said = site.refusal(replace(holder, between=holder.between * 6))
    assert (status, said) == (403, "'X-Amz-X509-Chain' has more than 5 certificates.")


def test_garbage_for_a_certificate(site: Site, authority: Authority) -> None:
    request = with_header(
        site.signed(authority.issue()), "x-amz-x509", b64encode(b"\x30\x03\x02\x01").decode()
    )
    assert refused(site, request) == (403, f"{INSUFFICIENT}it can't be read.")


def test_other_operations_take_no_certificate(site: Site, authority: Authority) -> None:
    request = site.signed(authority.issue())
    changed = HttpRequest("GET", "/trustanchors", headers=request.headers)
    status, said = refused(site, changed)
    assert (status, said) == (
        403,
        "A signature with a certificate counts for CreateSession of Roles Anywhere only.",
    )


def test_create_session_takes_no_access_key(site: Site) -> None:
    credentials = Credentials(site.server.access_key_id, site.server.secret)
    now = site.authority.now
    request = sign(site.request(), credentials, service="rolesanywhere", region="us-east-1", now=now)
    status, answer = site.send(request)
    assert (status, answer["message"]) == (403, "CreateSession is signed with a certificate's key.")


def test_nobody_signs(site: Site) -> None:
    status, _ = site.send(site.request())
    assert status == 412, "it could be S3's"


def test_a_replayed_signature_counts_while_it_is_fresh(site: Site, authority: Authority) -> None:
    """As at AWS; a setting refuses it."""
    request = site.signed(authority.issue())
    assert [site.send(request)[0] for _ in range(2)] == [201, 201]


def test_a_replayed_signature_where_replays_are_refused(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHWORD_REFUSE_REPLAYS", "true")
    with Server.start() as server:
        site = new_site(server, authority, tmp_path)
        request = site.signed(authority.issue())
        assert site.send(request)[0] == 201
        assert refused(site, request) == (403, "This signature was used before.")
