/** The identity providers that the account trusts: their users get roles, as trust policies say. */

import { GetOpenIDConnectProviderCommand, ListOpenIDConnectProvidersCommand, ListSAMLProvidersCommand } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import type { ReactElement } from "react";
import { List, type Column } from "../../parts/list";
import { Moment } from "../../parts/moment";
import { iam } from "../../session/iam";
import { useWalk, type Batch } from "../../session/walk";
import type { PageProps } from "../../start/pages";
import { texts } from "../../texts/english";

const words = texts.providers;

interface Provider {
  readonly arn: string;
  readonly kind: "OpenID Connect" | "SAML";
  readonly name: string;
  /** Of an OpenID Connect provider: whom its tokens are for. */
  readonly audiences: readonly string[];
  readonly made: Date | undefined;
}

const COLUMNS: readonly Column<Provider>[] = [
  {
    id: "name",
    header: words.name,
    cell: ({ name, kind }) => (kind === "SAML" ? name : <Link external externalIconAriaLabel={words.opens} href={`https://${name}/.well-known/openid-configuration`}>{name}</Link>),
    by: ({ name }) => name,
  },
  { id: "kind", header: words.kind, cell: ({ kind }) => kind, by: ({ kind }) => kind, width: 180 },
  { id: "audiences", header: words.audiences, cell: ({ audiences }) => audiences.join(", ") },
  { id: "made", header: words.made, cell: ({ made }) => <Moment at={made} />, by: ({ made }) => made?.getTime() ?? 0, width: 160 },
];

export default function Providers({ query }: PageProps): ReactElement {
  const walk = useWalk(ask, []);
  return (
    <List
      title={words.title}
      note={words.note}
      walk={walk}
      columns={COLUMNS}
      nameOf={({ arn }) => arn}
      text={({ name, kind, audiences }) => [name, kind, ...audiences].join(" ")}
      empty={{ title: words.none, note: words.noneNote }}
      query={query}
    />
  );
}

/** IAM answers both lists whole. */
async function ask(): Promise<Batch<Provider>> {
  const [oidc, saml] = await Promise.all([
    iam.send(new ListOpenIDConnectProvidersCommand({})),
    iam.send(new ListSAMLProvidersCommand({})),
  ]);
  const connected = await Promise.all((oidc.OpenIDConnectProviderList ?? []).map(({ Arn: arn = "" }) => openIdConnect(arn)));
  const federated = (saml.SAMLProviderList ?? []).map(({ Arn: arn = "", CreateDate: made }): Provider => {
    return { arn, kind: "SAML", name: arn.split("/").at(-1) ?? arn, audiences: [], made };
  });
  return { items: [...connected, ...federated] };
}

async function openIdConnect(arn: string): Promise<Provider> {
  const found = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  return { arn, kind: "OpenID Connect", name: found.Url ?? arn, audiences: found.ClientIDList ?? [], made: found.CreateDate };
}
