"""What an entity of a file refers to: groups, managed policies, the principals of a trust policy.

1. What is in the files or in the store is there. It is found by its ARN, every part of which must match.
2. A group, a policy of the account or a role that isn't there is an error: the files aren't whole.
3. A managed policy of AWS that isn't known here is left out, and reported. It is an error where leaving it
   out could allow more: as a boundary, or unless the files show that it denies nothing.
4. A principal of an account that isn't here keeps its ARN, and is trusted by name once it is here. One that
   is missing in an account that is here is an error: a role of that name could be made, and be trusted.
5. A unique id that nobody has stays. It names nobody, as at AWS.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from watchword.identity import aws_managed, providers
from watchword.identity.owners import owner_at
from watchword.identity.policy_principals import principals
from watchword.names import Arn, nouns
from watchword.names.entity_arn import EntityArn
from watchword.names.ids import Prefix
from watchword.policy import Policy
from watchword.policy.language.grammar import Effect
from watchword.policy.language.parse import PolicyError
from watchword.store import Transaction, accounts
from watchword.store.iam import groups, policies, roles
from watchword.store.iam.policies import Policy as ManagedPolicy
from watchword.transfer import form
from watchword.transfer.checks import PARTITION, Found, Wrong
from watchword.transfer.report import Report
from watchword.transfer.staging import Known, Staging

_REMEMBERED = 1 << 12


class References:
    """Looks up what entities refer to, in the files and in one transaction."""

    def __init__(self, staging: Staging, tx: Transaction, report: Report) -> None:
        self._staging, self._tx, self._report = staging, tx, report
        self._accounts = {account.id for account in accounts.all_accounts(tx)} | set(staging.accounts())
        self._bound = lru_cache(_REMEMBERED)(self._looked_up)

    def settle(self, found: Found) -> Found:
        """The entity without the policies that must be left out. Raises Wrong."""
        try:
            return Found(found.noun, found.account, found.place, self._settled(found))
        except Wrong as wrong:
            raise Wrong(f"{found.place}{wrong}") from None

    def stored_trust(self, found: Found) -> str:
        """The trust policy of a role, as it is stored."""
        text = form.document(found.detail.assume_role_policy_document)
        policy = _parsed(text)
        return str(policy.renamed({name: self._bound(name) for name in principals(policy)}))

    def group_id(self, account: str, name: str) -> str:
        """The unique id of a group. Raises Wrong."""
        known = self._staging.named(nouns.GROUP, account, name) or groups.named(self._tx, account, name)
        if known is None:
            raise Wrong(f".GroupList: there is no group {name}, neither in the files nor here")
        return known.id

    def _settled(self, found: Found) -> Any:  # noqa: ANN401 a value of `form`
        detail = found.detail
        for name in detail.group_list if found.noun == nouns.USER else ():
            self.group_id(found.account, name)
        for role in detail.roles if found.noun == nouns.INSTANCE_PROFILE else ():
            self._check_role(found.account, role)
        if found.noun == nouns.ROLE:
            for name in self._named(form.document(detail.assume_role_policy_document)):
                self._bound(name)
        boundary = getattr(detail, "permissions_boundary", UNSET)
        if boundary is not UNSET and not self._has_policy(found.account, boundary.permissions_boundary_arn):
            raise Wrong(f".PermissionsBoundary: {boundary.permissions_boundary_arn} isn't known here")
        attached = getattr(detail, "attached_managed_policies", [])
        kept = [each for each in attached if self._is_kept(found.account, each.policy_arn)]
        return detail if len(kept) == len(attached) else replace(detail, attached_managed_policies=kept)

    def _is_kept(self, account: str, arn: str) -> bool:
        if self._has_policy(account, arn):
            return True
        if self._staging.denies.get(arn, True):
            said = "isn't known here, and may deny something; without it more would be allowed"
            raise Wrong(f".AttachedManagedPolicies: {arn} {said}")
        self._note(f"{arn} isn't known here, and is left out where it is attached")
        return False

    def _has_policy(self, account: str, text: str) -> bool:
        arn = EntityArn.parse(text, nouns.POLICY)
        assert arn, "it was checked"
        if arn.account == aws_managed.OWNER:
            return _of_aws(text) is not None
        staged = self._staging.named(nouns.POLICY, account, arn.name)
        if staged.arn == text if staged else policies.by_arn(self._tx, text):
            return True
        raise Wrong(f": the policy {text} is neither in the files nor here")

    def _check_role(self, account: str, given: form.ProfileRole) -> None:
        staged = self._staging.named(nouns.ROLE, account, given.role_name)
        known = staged or roles.named(self._tx, account, given.role_name)
        if known is None or known.id != given.role_id:
            raise Wrong(f".Roles: there is no role {given.role_name} with the id {given.role_id}")

    def _named(self, text: str) -> Iterator[str]:
        """The principals of AWS that a trust policy names; takes notice of the providers."""
        policy = _parsed(text)
        for statement in policy.statements:
            for name in statement.principal.named("Federated") if statement.principal else ():
                if name.startswith("arn:") and not self._has_provider(name):
                    self._note(f"{name} is trusted, and isn't here yet")
        return principals(policy)

    def _has_provider(self, text: str) -> bool:
        arn = EntityArn.parse(text)
        if arn is None:
            return False
        return bool(
            providers.oidc_provider(self._tx, arn.account, text)
            or providers.saml_provider(self._tx, arn.account, text)
        )

    def _looked_up(self, name: str) -> str:
        """How a stored trust policy names a principal. Raises Wrong."""
        if name.startswith((Prefix.USER, Prefix.ROLE)):
            return name  # 5.
        try:
            arn = Arn.parse(name)
        except ValueError:
            raise Wrong(f".AssumeRolePolicyDocument: {name} is no principal") from None
        if arn.partition != PARTITION or arn.service not in ("iam", "sts"):
            raise Wrong(f".AssumeRolePolicyDocument: {name} is no principal of the partition {PARTITION}")
        if arn.account not in self._accounts:
            self._note(f"account {arn.account} is trusted, and isn't here yet")  # 4.
            return name
        if arn.service == "sts" or arn.resource == "root":
            return name
        known = self._owner(name)
        if known is None:
            raise Wrong(f".AssumeRolePolicyDocument: {name} is neither in the files nor here")
        return known.id

    def _owner(self, text: str) -> Known | None:
        arn = EntityArn.parse(text)
        if arn is None or arn.noun not in (nouns.USER, nouns.ROLE):
            return None
        staged = self._staging.named(arn.noun, arn.account, arn.name)
        if staged is not None:
            return staged if staged.arn == text else None
        held = owner_at(self._tx, arn)
        return Known(held.id, held.arn) if held else None

    def _note(self, text: str) -> None:
        self._report.notes[text] += 1


def see_policy_of_aws(found: Found, staging: Staging, report: Report) -> None:
    """Takes notice of a policy of AWS in a file: whether it denies something, and its version."""
    default = found.detail.default_version_id
    known = _of_aws(found.arn)
    if known is None:
        texts = {each.version_id: form.document(each.document) for each in found.detail.policy_version_list}
        denies = default not in texts or _denies(texts[default])
        staging.denies[found.arn] = denies or staging.denies.get(found.arn, False)
    elif default != f"v{known.default_version}":
        ours = f"v{known.default_version}"
        report.notes[f"{found.arn} has the version {default} in the file; here {ours} decides"] += 1


@lru_cache(_REMEMBERED)
def _parsed(text: str) -> Policy:
    return Policy.parse(text)


@lru_cache(_REMEMBERED)
def _of_aws(arn: str) -> ManagedPolicy | None:
    return aws_managed.find(arn)


def _denies(text: str) -> bool:
    """Also true of what can't be read."""
    try:
        return any(statement.effect is Effect.DENY for statement in Policy.parse(text).statements)
    except PolicyError:
        return True
