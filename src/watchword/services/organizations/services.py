"""Services that work with the organization: which have access to it, and which accounts administer them.

No service here does anything by itself with an organization. IAM asks whether it has access before root users
are managed centrally.
Source: AWS Organizations API Reference, EnableAWSServiceAccess, RegisterDelegatedAdministrator and their
siblings.
"""

import re
from collections.abc import Iterable

from watchword.organizations.refusals import invalid, refusal, violates
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on
from watchword.store.organizations import members, services
from watchword.store.organizations.members import Member
from watchword.store.organizations.organizations import ALL_FEATURES
from watchword.store.organizations.services import Access, Delegation

_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.amazonaws\.com", re.ASCII)


def enable_access(call: Call) -> Output:
    """EnableAWSServiceAccess: it stays as it is when the service has access."""
    here, service = current.organization(call), _service(call)
    if here.features != ALL_FEATURES:
        raise violates("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE", "The organization hasn't all features.")
    if services.access_of(call.tx, here.id, service) is None:
        services.allow(call.tx, Access(here.id, service, call.now))
    return {}


def disable_access(call: Call) -> Output:
    """DisableAWSServiceAccess: the same where it has none. Nobody administers the service any more."""
    here, service = current.organization(call), _service(call)
    found = services.access_of(call.tx, here.id, service)
    if found:
        services.deny(call.tx, found)
        for each in services.delegations(call.tx, here.id):
            if each.service == service:
                services.withdraw(call.tx, each)
    return {}


def list_access(call: Call) -> Output:
    """ListAWSServiceAccessForOrganization."""
    here, start = current.organization(call), pages.start_of(call)
    found, more = services.page(call.tx, here.id, after=start, limit=pages.size_of(call))
    shown = [{"ServicePrincipal": each.service, "DateEnabled": each.enabled} for each in found]
    return {"EnabledServicePrincipals": shown, **pages.end(found[-1].service if found else "", more=more)}


def register(call: Call) -> Output:
    """RegisterDelegatedAdministrator."""
    here, account, service = current.organization(call), current.account(call), _service(call)
    _check_can_administer(here.management, account)
    if services.access_of(call.tx, here.id, service) is None:
        raise violates("SERVICE_ACCESS_NOT_ENABLED", f"Enable access of {service} to the organization first.")
    if _delegation(call, account, service):
        raise refusal("AccountAlreadyRegisteredException")
    services.delegate(call.tx, Delegation(here.id, account.account, service, call.now))
    return {}


def deregister(call: Call) -> Output:
    """DeregisterDelegatedAdministrator."""
    found = _delegation(call, current.account(call), _service(call))
    if found is None:
        raise refusal("AccountNotRegisteredException")
    services.withdraw(call.tx, found)
    return {}


def list_administrators(call: Call) -> Output:
    """ListDelegatedAdministrators: of one service, or of all. Each account is in it once."""
    here, wanted = current.organization(call), call.input.get("ServicePrincipal")
    since: dict[str, Delegation] = {}
    for each in services.delegations(call.tx, here.id):
        if wanted in (None, each.service):
            first = since.setdefault(each.account, each)
            since[each.account] = min(first, each, key=lambda delegation: delegation.enabled)
    shown, end = _page(call, since)
    listed = []
    for account in shown:
        member = members.of_account(call.tx, account)
        assert member, "an administrator can't leave"
        attributes = shapes.account(call.tx, here, member)
        attributes.pop("Paths")
        listed.append({**attributes, "DelegationEnabledDate": since[account].enabled})
    return {"DelegatedAdministrators": listed, **end}


def list_services(call: Call) -> Output:
    """ListDelegatedServicesForAccount."""
    account = current.account(call).account
    found = {each.service: each for each in services.delegations_of(call.tx, _here(call), account)}
    if not found:
        raise refusal("AccountNotRegisteredException")
    shown, end = _page(call, found)
    listed = [{"ServicePrincipal": each, "DelegationEnabledDate": found[each].enabled} for each in shown]
    return {"DelegatedServices": listed, **end}


def _page(call: Call, keys: Iterable[str]) -> tuple[list[str], Output]:
    start, size = pages.start_of(call), pages.size_of(call)
    left = sorted(key for key in keys if key > start)
    shown = left[:size]
    return shown, pages.end(shown[-1] if shown else "", more=len(left) > size)


def _here(call: Call) -> str:
    return current.organization(call).id


def _delegation(call: Call, account: Member, service: str) -> Delegation | None:
    every = services.delegations_of(call.tx, _here(call), account.account)
    return next((each for each in every if each.service == service), None)


def _check_can_administer(management: str, account: Member) -> None:
    if account.account == management:
        raise violates(
            "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            "You can't register the management account as a delegated administrator.",
        )
    if account.closed:
        raise violates(
            "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            "You can't register a suspended account as a delegated administrator.",
        )


def _service(call: Call) -> str:
    """The service that ServicePrincipal names. Raises InvalidInputException."""
    service: str = call.input["ServicePrincipal"]
    if not _SERVICE.fullmatch(service):
        raise invalid("UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.")
    return service


OPERATIONS: dict[str, Operation] = {
    "EnableAWSServiceAccess": writes(enable_access, on()),
    "DisableAWSServiceAccess": writes(disable_access, on()),
    "ListAWSServiceAccessForOrganization": reads(list_access, on(by=For.DELEGATED)),
    "RegisterDelegatedAdministrator": writes(register, on("AccountId")),
    "DeregisterDelegatedAdministrator": writes(deregister, on("AccountId")),
    "ListDelegatedAdministrators": reads(list_administrators, on(by=For.DELEGATED)),
    "ListDelegatedServicesForAccount": reads(list_services, on("AccountId", by=For.DELEGATED)),
}
