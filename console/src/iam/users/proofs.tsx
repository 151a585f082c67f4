/** How a user proves who they are: password, second factor, access keys with their age. */

import {
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  UpdateAccessKeyCommand,
  type AccessKeyMetadata,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState, type ReactElement } from "react";
import { Dialog } from "../../parts/dialog";
import { Moment } from "../../parts/moment";
import { Refusal } from "../../parts/refusal";
import { useAnswer } from "../../session/answer";
import { iam } from "../../session/iam";
import { texts } from "../../texts/english";

const words = texts.proofs;
const OLD = 90 * 86_400_000;

interface Known {
  readonly password: Date | undefined;
  readonly devices: readonly string[];
  readonly keys: readonly Key[];
}

interface Key extends AccessKeyMetadata {
  readonly used: Date | undefined;
}

export function Proofs({ name }: { name: string }): ReactElement {
  const [answer, again] = useAnswer(() => known(name), [name]);
  return (
    <Container header={<Header variant="h2" description={words.note}>{words.title}</Header>}>
      {answer.state === "waiting" && <Spinner />}
      {answer.state === "refused" && <Refusal error={answer.error} onAgain={again} />}
      {answer.state === "here" && <Shown name={name} {...answer.value} onChanged={again} />}
    </Container>
  );
}

function Shown({ name, password, devices, keys, onChanged }: Known & { name: string; onChanged: () => void }): ReactElement {
  return (
    <dl className="proofs">
      <dt>{words.password}</dt>
      <dd>{password ? <>{words.since} <Moment at={password} /></> : <span className="quiet">{words.none}</span>}</dd>
      <dt>{words.mfa}</dt>
      <dd>
        {devices.map((each) => (
          <div key={each} className="mono">{each}</div>
        ))}
        {devices.length === 0 && (password ? <StatusIndicator type="warning">{words.noMfa}</StatusIndicator> : <span className="quiet">{words.none}</span>)}
      </dd>
      <dt>{words.keys}</dt>
      <dd>
        {keys.length === 0 && <span className="quiet">{words.noKeys}</span>}
        {keys.map((each) => (
          <OneKey key={each.AccessKeyId} name={name} of={each} onChanged={onChanged} />
        ))}
      </dd>
    </dl>
  );
}

function OneKey({ name, of, onChanged }: { name: string; of: Key; onChanged: () => void }): ReactElement {
  const [isAsked, ask] = useState(false);
  const { AccessKeyId: id = "", Status: status, CreateDate: made, used } = of;
  const isActive = status === "Active";
  const verb = isActive ? words.stop : words.start;
  const isOld = isActive && made !== undefined && Date.now() - made.getTime() > OLD;
  return (
    <div className="held">
      <div className="mono">{id}</div>
      <StatusIndicator type={isOld ? "warning" : isActive ? "success" : "stopped"}>
        {isActive ? words.active : words.inactive}
      </StatusIndicator>
      <div className="quiet">
        {words.made} <Moment at={made} />, {words.used} <Moment at={used} />
      </div>
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="inline-link" ariaLabel={`${verb}: ${id}`} onClick={() => ask(true)}>{verb}</Button>
      </SpaceBetween>
      {isAsked && (
        <Dialog
          title={`${verb}: ${id}`}
          verb={verb}
          act={() => iam.send(new UpdateAccessKeyCommand({ UserName: name, AccessKeyId: id, Status: isActive ? "Inactive" : "Active" }))}
          onDone={onChanged}
          onClose={() => ask(false)}
        >
          {isActive ? words.stopNote : words.startNote}
        </Dialog>
      )}
    </div>
  );
}

async function known(UserName: string): Promise<Known> {
  const [password, { MFADevices: devices = [] }, { AccessKeyMetadata: keys = [] }] = await Promise.all([
    passwordOf(UserName),
    iam.send(new ListMFADevicesCommand({ UserName })),
    iam.send(new ListAccessKeysCommand({ UserName })),
  ]);
  return {
    password,
    devices: devices.map(({ SerialNumber: id = "" }) => id),
    keys: await Promise.all(keys.map(async (key) => ({ ...key, used: await lastUse(key.AccessKeyId) }))),
  };
}

/** When the password was set; undefined for none. */
async function passwordOf(UserName: string): Promise<Date | undefined> {
  try {
    return (await iam.send(new GetLoginProfileCommand({ UserName }))).LoginProfile?.CreateDate;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return undefined;
    throw error;
  }
}

async function lastUse(AccessKeyId: string | undefined): Promise<Date | undefined> {
  return (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))).AccessKeyLastUsed?.LastUsedDate;
}
