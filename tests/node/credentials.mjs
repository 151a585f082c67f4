// What a provider of @aws-sdk/credential-providers gets, and who that is. Arguments: the provider, its options.
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import * as providers from '@aws-sdk/credential-providers';

const [name, options] = process.argv.slice(2);
const given = JSON.parse(options ?? '{}');
if (given.code) given.mfaCodeProvider = async () => given.code;
const sts = new STSClient({ region: 'us-east-1', credentials: providers[name](given) });
const { Arn, Account } = await sts.send(new GetCallerIdentityCommand({}));
console.log(JSON.stringify({ Arn, Account }));
