// An identity provider, oidc-provider, in the shape that clients of Entra ID expect: its addresses below one tenant, a public
// client that comes back to any port of localhost, codes for devices, and access tokens that are JWTs for the gateway.
//
//   node provider.mjs CERTIFICATE KEY CLIENT_ID
//
// It prints its port and ends with its standard input. A line `revoke` there revokes every sign-in.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';

import Provider, { interactionPolicy } from 'oidc-provider';

const [certificate, key, clientId] = process.argv.slice(2);
const scope = `${clientId}/.default`;
const PASSWORD = 'secret';

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
server.listen(0, 'localhost', () => {
  const { port } = server.address();
  const provider = configured(`https://localhost:${port}`);
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const interaction = request.url.match(/^\/interaction\/[^/?]+/);
    if (interaction) interact(provider, request, response).catch((error) => fail(response, error));
    else answer(request, response);
  });
  console.log(port);
});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'revoke') revoked = Date.now() / 1000;
  })
  .on('close', () => process.exit(0));

let revoked = 0;

function configured(issuer) {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost'],
        response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
    routes: {
      authorization: '/tenant/oauth2/v2.0/authorize',
      token: '/tenant/oauth2/v2.0/token',
      device_authorization: '/tenant/oauth2/v2.0/devicecode',
      code_verification: '/tenant/device',
      jwks: '/tenant/jwks',
    },
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', 'profile'],
    claims: { openid: ['sub'], profile: ['preferred_username', 'oid', 'tid'] },
    conformIdTokenClaims: false,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: 3600, Grant: 86400, IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 86400 },
    cookies: { keys: ['of this process only'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, oid: `oid-of-${id}`, tid: 'tenant' }),
    }),
    interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:p2svpn:${clientId}`,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope,
          audience: clientId,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // A sign-in that was revoked renews nothing.
    extraTokenClaims: (_, token) => ({ preferred_username: token.accountId }),
  });
  const find = provider.RefreshToken.find.bind(provider.RefreshToken);
  provider.RefreshToken.find = async (...parameters) => {
    const token = await find(...parameters);
    return token && token.iat >= revoked ? token : undefined;
  };
  provider.on('server_error', (_, error) => console.error(error));
  return provider;
}

// The pages between a request and its answer: who it is, and whether he agrees.
async function interact(provider, request, response) {
  const details = await provider.interactionDetails(request, response);
  const { prompt, params, session, uid } = details;
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html');
    return response.end(page(uid, prompt.name, params));
  }
  const form = new URLSearchParams(await body(request));
  const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  if (form.get('action') === 'deny') {
    return finish({ error: 'access_denied', error_description: 'End-User aborted interaction' });
  }
  if (prompt.name === 'login') {
    if (form.get('password') !== PASSWORD) {
      response.setHeader('content-type', 'text/html');
      return response.end(page(uid, 'login', params));
    }
    return finish({ login: { accountId: form.get('username') } });
  }
  if (prompt.name === 'select_account') return finish({ select_account: {} });
  const grant = details.grantId
    ? await provider.Grant.find(details.grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return finish({ consent: { grantId: await grant.save() } });
}

function page(uid, prompt, params) {
  const fields =
    prompt === 'login'
      ? `<input name="username" value="${escaped(params.login_hint ?? '')}"><input name="password" type="password">`
      : '';
  return `<!doctype html><title>${prompt}</title><form method="post" action="/interaction/${uid}">${fields}
    <button id="go" name="action" value="go">Go on</button><button id="deny" name="action" value="deny">No</button></form>`;
}

const escaped = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function fail(response, error) {
  console.error(error);
  response.statusCode = 500;
  response.end(String(error));
}
