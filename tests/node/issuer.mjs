// An OpenID Connect provider: npm's oidc-provider. It prints its URL, and gives the client `deploy` a JWT for
// the audience sts.amazonaws.com (client credentials).
import http from 'node:http';
import { Provider } from 'oidc-provider';

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const url = `http://localhost:${server.address().port}`;
  const audience = {
    scope: 'deploy',
    audience: 'sts.amazonaws.com',
    accessTokenTTL: 600,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
  const provider = new Provider(url, {
    clients: [{
      client_id: 'deploy', client_secret: 'secret', grant_types: ['client_credentials'],
      redirect_uris: [], response_types: [],
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => audience },
    },
  });
  server.on('request', provider.callback());
  console.log(url);
});
