/**
 * The OpenID provider: authorization code with PKCE, and refresh (OpenID Connect 1.0, RFC 7636, RFC 9700).
 *
 * What a sign-in has to remember until the browser is back lies in sessionStorage, of this tab alone, and is
 * taken away when it is used: a verifier and a state are worth nothing without the code. No token lies there.
 */
import * as oauth from 'oauth4webapi';
import { told } from './told';

export type Tokens = {
  access: string;
  refresh?: string;
  /** In milliseconds, by this machine's clock. */
  until: number;
};

/** Whose the session is, as the ID token says. */
export type Person = { subject: string; name: string; tenant: string; role: string };

type Begun = { verifier: string; state: string; nonce: string; back: string };

/** back: where the person was. */
export type Returned =
  | { kind: 'signed-in'; tokens: Tokens; person: Person; back: string }
  | { kind: 'nobody'; back: string }
  | { kind: 'failed'; detail: string; back: string };

const KEPT = 'keepline-sign-in';
const RETURN_PATH = '/signed-in';
// what an issuer answers to prompt=none when it needs the person (OpenID Connect Core 1.0, 3.1.2.6)
const NEEDS_PERSON = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
];

const client: oauth.Client = { client_id: told.clientId };
const returnAddress = `${location.origin}${RETURN_PATH}`;
// the door takes http for loopback alone
const how = { [oauth.allowInsecureRequests]: told.issuer.startsWith('http://') };

let found: Promise<oauth.AuthorizationServer> | undefined;

function issuer(): Promise<oauth.AuthorizationServer> {
  found ??= discovered().catch((error) => {
    found = undefined;
    throw error;
  });
  return found;
}

async function discovered() {
  const address = new URL(told.issuer);
  return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, how));
}

/** Leaves the page. silent: the issuer answers at once, whether it knows the person or not. */
export async function goThere(silent: boolean, back: string): Promise<void> {
  const server = await issuer();
  const begun: Begun = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    back,
  };
  const address = new URL(server.authorization_endpoint as string);
  const asked = {
    client_id: told.clientId,
    redirect_uri: returnAddress,
    response_type: 'code',
    scope: told.scope,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
    ...(silent && { prompt: 'none' }),
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  sessionStorage.setItem(KEPT, JSON.stringify(begun));
  location.assign(address);
}

export const isReturn = () => location.pathname === RETURN_PATH;

/** The browser is back from the issuer. */
export async function returned(): Promise<Returned> {
  const begun = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Begun | null;
  sessionStorage.removeItem(KEPT);
  if (!begun) return { kind: 'nobody', back: '/' };
  try {
    return { kind: 'signed-in', back: begun.back, ...(await exchanged(begun)) };
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && NEEDS_PERSON.includes(error.error)) {
      return { kind: 'nobody', back: begun.back };
    }
    return { kind: 'failed', detail: String(error), back: begun.back };
  }
}

async function exchanged(begun: Begun) {
  const server = await issuer();
  const parameters = oauth.validateAuthResponse(server, client, new URL(location.href), begun.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    returnAddress,
    begun.verifier,
    how,
  );
  const result = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  const claims = oauth.getValidatedIdTokenClaims(result) as oauth.IDToken;
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : '');
  const person: Person = {
    subject: claims.sub,
    name: text('name') || claims.sub,
    tenant: text(told.tenantClaim),
    role: text(told.roleClaim),
  };
  return { tokens: tokensOf(result), person };
}

/** Throws oauth.ResponseBodyError when the issuer will have no more of it. */
export async function refreshed(refresh: string): Promise<Tokens> {
  const server = await issuer();
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, how);
  return tokensOf(await oauth.processRefreshTokenResponse(server, client, answer), refresh);
}

function tokensOf(result: oauth.TokenEndpointResponse, before?: string): Tokens {
  return {
    access: result.access_token,
    refresh: result.refresh_token ?? before,
    until: Date.now() + (result.expires_in ?? 300) * 1000,
  };
}

/** Leaves the page, and the issuer forgets the person. */
export async function leave(): Promise<void> {
  const { end_session_endpoint: end } = await issuer();
  if (!end) return location.assign('/');
  const address = new URL(end);
  address.searchParams.set('client_id', told.clientId);
  address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
  location.assign(address);
}
