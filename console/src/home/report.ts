/** IAM's credential report: a line for each user, and what it says of keys, passwords and second factors. */

import { GenerateCredentialReportCommand, GetCredentialReportCommand } from "@aws-sdk/client-iam";
import { iam } from "../session/iam";

export interface Reported {
  readonly user: string;
  readonly hasPassword: boolean;
  readonly hasMfa: boolean;
  /** When the password has to be another one; undefined if it never has. */
  readonly passwordUntil?: Date | undefined;
  readonly keys: readonly Key[];
}

export interface Key {
  readonly made: Date;
  readonly used?: Date | undefined;
}

const PAUSE = 500;

export async function report(): Promise<Reported[]> {
  while ((await iam.send(new GenerateCredentialReportCommand({}))).State !== "COMPLETE")
    await new Promise((done) => setTimeout(done, PAUSE));
  const { Content: content } = await iam.send(new GetCredentialReportCommand({}));
  return rows(new TextDecoder().decode(content)).map(reported);
}

function reported(row: Readonly<Record<string, string>>): Reported {
  return {
    user: row.user ?? "",
    hasPassword: row.password_enabled === "true",
    hasMfa: row.mfa_active === "true",
    passwordUntil: date(row.password_next_rotation),
    keys: ["1", "2"].filter((which) => row[`access_key_${which}_active`] === "true").map((which) => key(row, which)),
  };
}

function key(row: Readonly<Record<string, string>>, which: string): Key {
  const made = date(row[`access_key_${which}_last_rotated`]) ?? new Date();
  return { made, used: date(row[`access_key_${which}_last_used_date`]) };
}

/** Names of users have no comma that isn't quoted, and no line end. */
function rows(text: string): Record<string, string>[] {
  const [head, ...lines] = text.trim().split("\n").map(cells);
  return lines.map((line) => Object.fromEntries((head ?? []).map((name, index) => [name, line[index] ?? ""])));
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );
}

function date(text: string | undefined): Date | undefined {
  const found = new Date(text ?? "");
  return Number.isNaN(found.getTime()) ? undefined : found;
}
