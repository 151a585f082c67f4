/**
 * Attaches the statements of a fix, as an inline policy, to the user or role that was refused.
 *
 * Only a fix that is one statement for identity policies: what others own (a bucket, a boundary, an organization)
 * is changed where it is. It is an ordinary call of IAM, decided like any other.
 */

import { PutRolePolicyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState, type ReactElement } from "react";
import { Refusal } from "../parts/refusal";
import { iam } from "../session/iam";
import { words } from "../texts/explain";
import type { Change } from "./form";

export function Apply({ principal, changes }: { principal: string; changes: readonly Change[] }): ReactElement | null {
  const [state, set] = useState<"ready" | "busy" | "done">("ready");
  const [error, fail] = useState<unknown>();
  const target = targetOf(principal);
  const [change, ...others] = changes;
  if (target === undefined || others.length > 0 || change?.change !== "add" || change.policyType !== "identity") return null;
  const policy = `Explained-${target.stamp}`;
  const attach = async () => {
    set("busy");
    fail(undefined);
    try {
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [change.statement] });
      const given = { PolicyName: policy, PolicyDocument };
      await (target.isRole
        ? iam.send(new PutRolePolicyCommand({ RoleName: target.name, ...given }))
        : iam.send(new PutUserPolicyCommand({ UserName: target.name, ...given })));
      set("done");
    } catch (problem) {
      fail(problem);
      set("ready");
    }
  };
  if (state === "done") return <p role="status">{words.applied}</p>;
  return (
    <div>
      <p className="quiet">{words.applyNote(policy, target.name)}</p>
      <Button variant="primary" onClick={attach} loading={state === "busy"}>
        {words.apply}
      </Button>
      {error !== undefined && <Refusal error={error} />}
    </div>
  );
}

interface Target {
  readonly isRole: boolean;
  readonly name: string;
  readonly stamp: string;
}

function targetOf(arn: string): Target | undefined {
  const [, kind, rest = ""] = /^arn:[^:]*:(?:iam|sts)::[0-9]*:(user|role|assumed-role)\/(.+)$/.exec(arn) ?? [];
  if (kind === undefined) return undefined;
  const name = kind === "assumed-role" ? rest.split("/")[0] : rest.split("/").pop();
  const stamp = new Date().toISOString().replace(/[^0-9]/g, "").slice(0, 12);
  return name ? { isRole: kind !== "user", name, stamp } : undefined;
}
