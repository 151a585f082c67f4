/**
 * A client of one of AWS's services, of AWS's own SDK: it signs its requests and sends them to this server, like any
 * other client. What may be done is decided there.
 *
 * When the server takes the credentials no longer, somebody has signed out, or has become somebody else. Then it is
 * asked once more with other credentials: `credentials` says what is to be said.
 */

import { credentials, forget } from "./credentials";
import { seat } from "./seat";

const OVER = new Set(["InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"]);

export const settings = {
  endpoint: location.origin,
  region: seat.region,
  credentials,
  maxAttempts: 2,
};

interface Client {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each client has overloads of its own
  send: (...given: any[]) => any;
}

export function caller<Some extends Client>(open: () => Some): Pick<Some, "send"> {
  let client = open();
  const send = async (command: unknown): Promise<unknown> => {
    try {
      return await client.send(command);
    } catch (error) {
      if (!(error instanceof Error && OVER.has(error.name))) throw error;
      forget();
      client = open();
      return client.send(command);
    }
  };
  return { send } as Pick<Some, "send">;
}
