// What fromCognitoIdentityPool gets, and who that is. Arguments: its options, and the tokens of the logins.
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';

const [options, logins] = process.argv.slice(2).map((text) => JSON.parse(text));
const clientConfig = { region: 'us-east-1', endpoint: process.env.AWS_ENDPOINT_URL };
const credentials = fromCognitoIdentityPool({ ...options, logins, clientConfig });
const sts = new STSClient({ region: 'us-east-1', credentials });
const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
const { identityId, expiration } = await credentials();
console.log(JSON.stringify({ Arn, identityId, expiration }));
