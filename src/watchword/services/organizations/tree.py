"""Roots, children and parents: walking the tree up and down."""

from watchword.organizations import tree
from watchword.organizations.refusals import refusal
from watchword.services.operation import Call, Operation, Output, reads
from watchword.services.organizations import current, pages, shapes
from watchword.services.organizations.demands import For, on
from watchword.store.organizations import members, units
from watchword.store.organizations.organizations import Organization

ACCOUNT, UNIT, ROOT = "ACCOUNT", "ORGANIZATIONAL_UNIT", "ROOT"


def list_roots(call: Call) -> Output:
    """ListRoots: there is one."""
    here = current.organization(call)
    pages.start_of(call)
    return {"Roots": [shapes.root(here)]}


def list_children(call: Call) -> Output:
    """ListChildren: what is right below a parent, of one type."""
    current.parent(call)
    here, parent, type_ = current.organization(call), call.input["ParentId"], call.input["ChildType"]
    start, size = pages.start_of(call), pages.size_of(call)
    if type_ == UNIT:
        below, more = units.page(call.tx, here.id, parent, after=start, limit=size)
        found = [unit.id for unit in below]
    else:
        inside, more = members.page_of_parent(call.tx, here.id, parent, after=start, limit=size)
        found = [member.account for member in inside]
    children = [{"Id": each, "Type": type_} for each in found]
    return {"Children": children, **pages.end(found[-1] if found else "", more=more)}


def list_parents(call: Call) -> Output:
    """ListParents: a unit or an account has one."""
    here, child = current.organization(call), call.input["ChildId"]
    pages.start_of(call)
    found = tree.target(call.tx, here, child)
    if found is None or isinstance(found, Organization):
        raise refusal("ChildNotFoundException")
    parent = found.parent
    return {"Parents": [{"Id": parent, "Type": ROOT if parent == here.root else UNIT}]}


OPERATIONS: dict[str, Operation] = {
    "ListRoots": reads(list_roots, on(by=For.DELEGATED)),
    "ListChildren": reads(list_children, on("ParentId", by=For.DELEGATED)),
    "ListParents": reads(list_parents, on("ChildId", by=For.DELEGATED)),
}
