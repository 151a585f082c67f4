"""Organizational units."""

from msgspec import structs

from watchword.names import nouns
from watchword.organizations import ids, quotas, tree
from watchword.organizations.attaching import attach_defaults
from watchword.organizations.refusals import refusal
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on, on_new
from watchword.services.organizations.tags import put_given
from watchword.store import tags
from watchword.store.organizations import attachments, units
from watchword.store.organizations.units import Unit


def create_unit(call: Call) -> Output:
    """CreateOrganizationalUnit."""
    current.parent(call)
    here, parent, name = current.organization(call), call.input["ParentId"], call.input["Name"]
    quotas.check_depth(len(tree.above(call.tx, here, parent)) + 1)
    quotas.check_units(units.count(call.tx, here.id) + 1)
    if units.named(call.tx, here.id, parent, name):
        raise refusal("DuplicateOrganizationalUnitException")
    made = Unit(ids.new_unit_id(here.root, call.world.randomness), here.id, parent, name, call.now)
    units.insert(call.tx, made)
    attach_defaults(call.tx, here, made.id)
    put_given(call, made.id)
    return {"OrganizationalUnit": shapes.unit(call.tx, here, made)}


def describe_unit(call: Call) -> Output:
    """DescribeOrganizationalUnit."""
    return {"OrganizationalUnit": shapes.unit(call.tx, current.organization(call), current.unit(call))}


def update_unit(call: Call) -> Output:
    """UpdateOrganizationalUnit: a new name, or none."""
    here, unit = current.organization(call), current.unit(call)
    name = call.input.get("Name", unit.name)
    if name != unit.name:
        if units.named(call.tx, here.id, unit.parent, name):
            raise refusal("DuplicateOrganizationalUnitException")
        units.rename(call.tx, unit, name)
    return {"OrganizationalUnit": shapes.unit(call.tx, here, structs.replace(unit, name=name))}


def delete_unit(call: Call) -> Output:
    """DeleteOrganizationalUnit: it must be empty."""
    here, unit = current.organization(call), current.unit(call)
    if not tree.is_empty(call.tx, here, unit):
        raise refusal("OrganizationalUnitNotEmptyException")
    attachments.remove_target(call.tx, here.id, unit.id)
    tags.remove_all(call.tx, nouns.IN_ORGANIZATION, unit.id)
    units.remove(call.tx, unit)
    return {}


def list_units(call: Call) -> Output:
    """ListOrganizationalUnitsForParent."""
    current.parent(call)
    here, parent = current.organization(call), call.input["ParentId"]
    found, more = units.page(call.tx, here.id, parent, after=pages.start_of(call), limit=pages.size_of(call))
    shown = [shapes.unit(call.tx, here, unit) for unit in found]
    return {"OrganizationalUnits": shown, **pages.end(found[-1].id if found else "", more=more)}


OPERATIONS: dict[str, Operation] = {
    "CreateOrganizationalUnit": writes(create_unit, on_new("ou", "ParentId")),
    "DescribeOrganizationalUnit": reads(describe_unit, on("OrganizationalUnitId", by=For.DELEGATED)),
    "UpdateOrganizationalUnit": writes(update_unit, on("OrganizationalUnitId")),
    "DeleteOrganizationalUnit": writes(delete_unit, on("OrganizationalUnitId")),
    "ListOrganizationalUnitsForParent": reads(list_units, on("ParentId", by=For.DELEGATED)),
}
