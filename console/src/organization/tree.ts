/** The tree of an organization, asked for place by place. */

import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  type PolicySummary,
  type PolicyType,
} from "@aws-sdk/client-organizations";
import { organizations } from "../session/organizations";
import { all } from "../session/walk";

export interface Place {
  readonly kind: "root" | "unit" | "account";
  readonly id: string;
  readonly name: string;
  /** Those that are attached here. They hold for all that is below. */
  readonly policies: readonly { readonly id: string; readonly name: string }[];
  readonly below: readonly Place[];
}

const KINDS: readonly PolicyType[] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];

export async function tree(): Promise<Place[]> {
  const { Roots: roots = [] } = await organizations.send(new ListRootsCommand({}));
  return Promise.all(
    roots.map(({ Id: id = "", Name: name = "", PolicyTypes: types = [] }) => {
      const isOn = KINDS.filter((each) => types.some(({ Type: type, Status: status }) => type === each && status === "ENABLED"));
      return place("root", id, name, isOn);
    }),
  );
}

async function place(kind: Place["kind"], id: string, name: string, isOn: readonly PolicyType[]): Promise<Place> {
  const [policies, below] = await Promise.all([
    Promise.all(isOn.map((each) => attached(id, each))),
    kind === "account" ? [] : children(id, isOn),
  ]);
  return { kind, id, name, policies: policies.flat().map(({ Id = "", Name = "" }) => ({ id: Id, name: Name })), below };
}

async function children(ParentId: string, isOn: readonly PolicyType[]): Promise<Place[]> {
  const units = await all(async (NextToken) => {
    const found = await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId, NextToken }));
    return { items: found.OrganizationalUnits ?? [], next: found.NextToken };
  });
  const accounts = await all(async (NextToken) => {
    const found = await organizations.send(new ListAccountsForParentCommand({ ParentId, NextToken }));
    return { items: found.Accounts ?? [], next: found.NextToken };
  });
  return Promise.all([
    ...units.map(({ Id = "", Name = "" }) => place("unit", Id, Name, isOn)),
    ...accounts.map(({ Id = "", Name = "" }) => place("account", Id, Name, isOn)),
  ]);
}

function attached(TargetId: string, Filter: PolicyType): Promise<PolicySummary[]> {
  return all(async (NextToken) => {
    const found = await organizations.send(new ListPoliciesForTargetCommand({ TargetId, Filter, NextToken }));
    return { items: found.Policies ?? [], next: found.NextToken };
  });
}
