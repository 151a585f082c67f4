"""Which certificates are taken as proofs, and who vouches for them: the rules without a server.

The cases are those of tests/services/rolesanywhere/test_bad_certificates.py, which sends them.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.services.rolesanywhere.authority import Authority
from tests.services.rolesanywhere.test_administration import BUNDLES, LISTS
from tests.services.rolesanywhere.test_bad_certificates import CHAINS, LEAVES, VECTORS, lengthened

from watchword.proofs import certificates
from watchword.proofs.certificates import UntrustedError

REAL = Authority.new()
NOW = REAL.now


def take(authority: Authority, case: str) -> None:
    changed, _ = LEAVES[case]
    certificates.check_leaf(certificates.read(authority.issue(**changed).der), NOW)


@pytest.mark.parametrize("case", LEAVES)
def test_a_leaf_that_may_not_sign(case: str) -> None:
    with pytest.raises(UntrustedError, match=LEAVES[case][1]):
        take(REAL, case)


def test_a_leaf_is_good_from_its_first_to_its_last_second() -> None:
    leaf = REAL.issue().certificate
    for moment in (leaf.not_valid_before_utc, leaf.not_valid_after_utc):
        certificates.check_leaf(leaf, moment)
    second = timedelta(seconds=1)
    with pytest.raises(UntrustedError, match="not valid before"):
        certificates.check_leaf(leaf, leaf.not_valid_before_utc - second)
    with pytest.raises(UntrustedError, match="expired"):
        certificates.check_leaf(leaf, leaf.not_valid_after_utc + second)


@pytest.mark.parametrize(
    ("file", "reason"),
    [("sha1", "SHA-256"), ("md5", "SHA-256"), ("version_1", "version 3"), ("serial", "serial number is too")],
)
def test_what_openssl_made(file: str, reason: str) -> None:
    made = x509.load_pem_x509_certificate((VECTORS / f"{file}.pem").read_bytes())
    with pytest.raises(UntrustedError, match=reason):
        certificates.check_leaf(certificates.read(made.public_bytes(Encoding.DER)), NOW)


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x82", Path(__file__).read_bytes()])
def test_what_is_no_certificate(data: bytes) -> None:
    with pytest.raises(UntrustedError, match="can't be read"):
        certificates.read(data)


@pytest.mark.parametrize("case", CHAINS)
def test_a_path_that_leads_nowhere(case: str) -> None:
    holder = CHAINS[case](REAL)
    with pytest.raises(UntrustedError, match=r"no path leads to the trust anchor|an issuer's"):
        certificates.path(holder.certificate, holder.between, [REAL.certificate], NOW)


def test_a_path_has_all_that_is_between() -> None:
    holder = lengthened(REAL, 4)
    found = certificates.path(holder.certificate, holder.between, [REAL.certificate], NOW)
    assert found[0] == holder.certificate
    assert found[-1] == REAL.certificate
    assert len(found) == 6


def test_any_of_several_anchors() -> None:
    anchors = [Authority.new("Other").certificate, REAL.certificate]
    holder = REAL.issue()
    assert certificates.path(holder.certificate, (), anchors, NOW)[-1] == REAL.certificate


@pytest.mark.parametrize("case", BUNDLES)
def test_a_bundle_that_nobody_should_trust(case: str) -> None:
    make, reason = BUNDLES[case]
    with pytest.raises(UntrustedError, match=reason):
        certificates.read_bundle(make(REAL))


def test_an_anchor_with_sha_1() -> None:
    with pytest.raises(UntrustedError, match="SHA-256"):
        certificates.read_bundle((VECTORS / "sha1.pem").read_text())


@pytest.mark.parametrize("case", LISTS)
def test_a_list_that_proves_nothing(case: str) -> None:
    make, reason = LISTS[case]
    with pytest.raises(UntrustedError, match=reason):
        certificates.read_list(make(REAL), [REAL.certificate])


def test_revocation() -> None:
    below = REAL.below()
    gone, other = below.issue(), below.issue()
    anchors = [REAL.certificate]
    of_below = certificates.read_list(below.revoke(gone.certificate), anchors)
    of_root = certificates.read_list(REAL.revoke(below.certificate), anchors)
    forged = certificates.read_list(Authority.new("Intermediate").revoke(), anchors)
    paths = {
        holder.certificate.serial_number: certificates.path(holder.certificate, holder.between, anchors, NOW)
        for holder in (gone, other)
    }
    certificates.check_revocation(paths[other.certificate.serial_number], [of_below])
    for found, lists in ((gone, [of_below]), (other, [of_root]), (other, [of_below, of_root])):
        with pytest.raises(UntrustedError, match="is revoked"):
            certificates.check_revocation(paths[found.certificate.serial_number], lists)
    with pytest.raises(UntrustedError, match="not signed by its issuer"):
        certificates.check_revocation(paths[other.certificate.serial_number], [forged])
    with pytest.raises(UntrustedError, match="can't be read"):
        certificates.check_revocation(paths[other.certificate.serial_number], [b"garbage"])


def test_a_list_of_an_old_moment_counts() -> None:
    gone = REAL.issue()
    old = replace(REAL, now=NOW - timedelta(days=9)).revoke(gone.certificate)
    der = certificates.read_list(old, [REAL.certificate])
    found = certificates.path(gone.certificate, (), [REAL.certificate], NOW)
    with pytest.raises(UntrustedError, match="is revoked"):
        certificates.check_revocation(found, [der])
