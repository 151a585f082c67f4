"""The organization that a call is about: the caller's.

An operation acts on the organization that was decided on. When the caller's account has left it in between,
the account counts as being in none.
"""

from functools import partial

from watchword.facts.organizations import ALONE, STANDING, Standing
from watchword.organizations import tree
from watchword.organizations.policy_types import OF_AWS
from watchword.organizations.refusals import refusal
from watchword.organizations.tree import Target
from watchword.services.operation import Call
from watchword.store.organizations import members, organizations, policies
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import Organization
from watchword.store.organizations.policies import Policy
from watchword.store.organizations.units import Unit


def standing(call: Call) -> Standing:
    """Where the caller's account stood when the call was decided on."""
    if not call.account:
        return ALONE
    return call.resolve("organization", "", partial(call.world.facts.need, STANDING, call.account))


def organization(call: Call) -> Organization:
    """The caller's organization. Raises AWSOrganizationsNotInUseException."""
    decided = standing(call).organization
    member = members.of_account(call.tx, call.account)
    found = organizations.by_id(call.tx, member.organization) if member else None
    if found is None or decided is None or found.id != decided.id:
        raise refusal("AWSOrganizationsNotInUseException")
    return found


def parent(
    call: Call, member: str = "ParentId", code: str = "ParentNotFoundException"
) -> Organization | Unit:
    """The root or unit that a member of the input names."""
    found = tree.parent(call.tx, organization(call), call.input[member])
    if found is None:
        raise refusal(code)
    return found


def unit(call: Call) -> Unit:
    """The unit that OrganizationalUnitId names."""
    found = tree.unit(call.tx, organization(call), call.input["OrganizationalUnitId"])
    if found is None:
        raise refusal("OrganizationalUnitNotFoundException")
    return found


def account(call: Call) -> Member:
    """The account that AccountId names."""
    found = tree.member(call.tx, organization(call), call.input["AccountId"])
    if found is None:
        raise refusal("AccountNotFoundException")
    return found


def target(call: Call, member: str = "TargetId") -> Target:
    """The root, unit or account that a member of the input names."""
    found = tree.target(call.tx, organization(call), call.input[member])
    if found is None:
        raise refusal("TargetNotFoundException")
    return found


def policy(call: Call) -> Policy:
    """The policy that PolicyId names: the organization's, or one of AWS."""
    policy_id = call.input["PolicyId"]
    here, found = organization(call), OF_AWS.get(policy_id) or policies.by_id(call.tx, policy_id)
    if found is None or found.organization not in ("", here.id):
        raise refusal("PolicyNotFoundException")
    return found
