/**
 * The permissions of a user, a group or a role: IAM has the same operations for each, under other names.
 * So pages ask for what stands here, and don't see which it is.
 */

import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  type AttachedPolicy,
} from "@aws-sdk/client-iam";
import { decoded } from "../policy/document";
import { iam } from "../session/iam";
import { all, MOST } from "../session/walk";

export interface Holder {
  readonly attached: () => Promise<AttachedPolicy[]>;
  readonly attach: (arn: string) => Promise<unknown>;
  readonly detach: (arn: string) => Promise<unknown>;
  /** The names of its inline policies. */
  readonly inline: () => Promise<string[]>;
  readonly read: (name: string) => Promise<string>;
  readonly write: (name: string, document: string) => Promise<unknown>;
  readonly remove: (name: string) => Promise<unknown>;
}

interface Page {
  readonly AttachedPolicies?: AttachedPolicy[] | undefined;
  readonly PolicyNames?: string[] | undefined;
  readonly Marker?: string | undefined;
}

const policies = ({ AttachedPolicies: items = [], Marker: next }: Page) => ({ items, next });
const names = ({ PolicyNames: items = [], Marker: next }: Page) => ({ items, next });

export function ofRole(RoleName: string): Holder {
  return {
    attached: () =>
      all((Marker) => iam.send(new ListAttachedRolePoliciesCommand({ RoleName, Marker, MaxItems: MOST })).then(policies)),
    attach: (PolicyArn) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })),
    inline: () =>
      all((Marker) => iam.send(new ListRolePoliciesCommand({ RoleName, Marker, MaxItems: MOST })).then(names)),
    read: async (PolicyName) =>
      decoded((await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument),
    write: (PolicyName, PolicyDocument) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    remove: (PolicyName) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
  };
}

export function ofUser(UserName: string): Holder {
  return {
    attached: () =>
      all((Marker) => iam.send(new ListAttachedUserPoliciesCommand({ UserName, Marker, MaxItems: MOST })).then(policies)),
    attach: (PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    inline: () =>
      all((Marker) => iam.send(new ListUserPoliciesCommand({ UserName, Marker, MaxItems: MOST })).then(names)),
    read: async (PolicyName) =>
      decoded((await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument),
    write: (PolicyName, PolicyDocument) => iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument })),
    remove: (PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
  };
}

export function ofGroup(GroupName: string): Holder {
  return {
    attached: () =>
      all((Marker) => iam.send(new ListAttachedGroupPoliciesCommand({ GroupName, Marker, MaxItems: MOST })).then(policies)),
    attach: (PolicyArn) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    detach: (PolicyArn) => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })),
    inline: () =>
      all((Marker) => iam.send(new ListGroupPoliciesCommand({ GroupName, Marker, MaxItems: MOST })).then(names)),
    read: async (PolicyName) =>
      decoded((await iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName }))).PolicyDocument),
    write: (PolicyName, PolicyDocument) =>
      iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument })),
    remove: (PolicyName) => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })),
  };
}

/** Takes away all of it, so that the holder can be deleted. */
export async function strip(holder: Holder): Promise<void> {
  for (const { PolicyArn = "" } of await holder.attached()) await holder.detach(PolicyArn);
  for (const name of await holder.inline()) await holder.remove(name);
}
