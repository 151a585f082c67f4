"""A MinIO server's users, groups and policies in the form that an import reads.

1. A user of MinIO is its access key. Here it is an IAM user of that name, without an access key: this server
   gives ids to access keys, and a secret that was in a file isn't taken over. Make new ones.
2. A disabled user has neither groups nor policies, a disabled group no policies.
3. Unique ids are made from account and name, so that the same export can be imported again.
4. Service accounts, and policies of sessions by OpenID Connect or LDAP, have no counterpart that could be
   made from what the export says. They are told.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from msgspec import Raw

from watchword.names.ids import Prefix
from watchword.transfer.minio.archive import ENABLED, Export, Mapped
from watchword.transfer.minio.policies import Untranslatable, built_in, translated

_RANDOM = 17
"""Characters of a unique id behind its prefix."""
NO_SECRETS = "the secret key of a user isn't taken over: make an access key here"


@dataclass
class Translation:
    """One export, brought into the form for an account."""

    export: Export
    account: str
    notes: Counter[str] = field(default_factory=Counter)
    """What is left out -> how often."""
    problems: list[str] = field(default_factory=list)
    """Why nothing can be imported."""

    def form(self) -> bytes:
        """The file. What is in `problems` isn't in it."""
        policies = self._policies()
        self._note_the_rest()
        return msgspec.json.encode(
            {
                "UserDetailList": [self._user(name, policies) for name in sorted(self.export.users)],
                "GroupDetailList": [self._group(name, policies) for name in sorted(self.export.groups)],
                "Policies": [self._policy(name, policies[name]) for name in sorted(policies)],
            }
        )

    def _policies(self) -> dict[str, Raw]:
        """Those that are left, translated."""
        documents = dict(self.export.policies)
        for mapped in (*self.export.of_users.values(), *self.export.of_groups.values()):
            for name in mapped.names:
                if name not in documents and (document := built_in(name)):
                    documents[name] = document
        found: dict[str, Raw] = {}
        for name, document in documents.items():
            try:
                left = translated(document, partial(self._note_of_policy, name))
            except ValueError as wrong:
                self.problems.append(
                    f"policy {name}: {wrong if isinstance(wrong, Untranslatable) else 'no JSON'}"
                )
            else:
                found |= {name: left} if left else {}
        return found

    def _user(self, name: str, policies: Mapping[str, Raw]) -> dict[str, Any]:
        enabled = self.export.users[name].status in ENABLED
        self._note(NO_SECRETS)
        if not enabled:
            self._note(f"user {name} is disabled: here it has no groups and no policies")
        groups = [each for each, group in sorted(self.export.groups.items()) if name in group.members]
        return {
            **self._entity("User", name, Prefix.USER),
            "GroupList": groups if enabled else [],
            "AttachedManagedPolicies": self._attached(name, self.export.of_users, policies)
            if enabled
            else [],
        }

    def _group(self, name: str, policies: Mapping[str, Raw]) -> dict[str, Any]:
        group = self.export.groups[name]
        enabled = group.status in ENABLED
        if not enabled:
            self._note(f"group {name} is disabled: here it has no policies")
        for _ in set(group.members) - self.export.users.keys():
            self._note(f"group {name} has a member that isn't in the export: left out")
        attached = self._attached(name, self.export.of_groups, policies) if enabled else []
        return {**self._entity("Group", name, Prefix.GROUP), "AttachedManagedPolicies": attached}

    def _policy(self, name: str, document: Raw) -> dict[str, Any]:
        made = self.export.made
        version = {"Document": document, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": made}
        return {
            **self._entity("Policy", name, Prefix.MANAGED_POLICY),
            "DefaultVersionId": "v1",
            "UpdateDate": made,
            "PolicyVersionList": [version],
        }

    def _attached(
        self, name: str, mappings: Mapping[str, Mapped], policies: Mapping[str, Raw]
    ) -> list[dict[str, str]]:
        names = dict.fromkeys(mappings[name].names) if name in mappings else {}
        for each in names:
            if each not in policies and each not in self.export.policies:
                self.problems.append(f"{name} has the policy {each}, which isn't in the export")
        kept = (each for each in names if each in policies)
        return [{"PolicyName": each, "PolicyArn": self._arn("policy", each)} for each in kept]

    def _note_the_rest(self) -> None:
        """Rule 4."""
        for account in self.export.accounts.values():
            self._note(f"a service account of {account.parent}: make it a role, or a user of its own")
        for name in self.export.of_sessions:
            self._note(
                f"the policies of {name}, who signs in elsewhere: make a provider and a role that trusts it"
            )

    def _entity(self, noun: str, name: str, prefix: Prefix) -> dict[str, Any]:
        return {
            "Path": "/",
            f"{noun}Name": name,
            f"{noun}Id": _unique_id(prefix, self.account, noun, name),
            "Arn": self._arn(noun.lower(), name),
            "CreateDate": self.export.made,
        }

    def _arn(self, noun: str, name: str) -> str:
        return f"arn:aws:iam::{self.account}:{noun}/{name}"

    def _note_of_policy(self, name: str, said: str) -> None:
        self._note(f"policy {name}: {said}")

    def _note(self, said: str) -> None:
        self.notes[said] += 1


def _unique_id(prefix: Prefix, *parts: str) -> str:
    """Rule 3."""
    digest = hashlib.sha256("\0".join(("minio", *parts)).encode()).digest()
    return f"{prefix}{base64.b32encode(digest).decode()[:_RANDOM]}"
