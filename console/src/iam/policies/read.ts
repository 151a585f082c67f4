/** The document of a managed policy, in its default version or another one. */

import { GetPolicyCommand, GetPolicyVersionCommand } from "@aws-sdk/client-iam";
import { decoded } from "../../policy/document";
import { iam } from "../../session/iam";

export async function documentOf(PolicyArn: string, version?: string): Promise<string> {
  const VersionId = version ?? (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId;
  const { PolicyVersion: found } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return decoded(found?.Document);
}
