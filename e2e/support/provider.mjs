// A real provider of OpenID Connect with two people, started by the test that needs it. Signing in there takes any
// name and password; the form is the provider's own.

import Provider from "oidc-provider";

const PEOPLE = {
  anna: {
    sub: "anna",
    name: "Anna Provider",
    email: "anna@provider.example",
    email_verified: true,
    org: "03/stadt talheide",
    roles: ["redaktion"],
  },
  nobody: { sub: "nobody", name: "Nobody", email: "nobody@provider.example", email_verified: true, org: "x", roles: [] },
};

/** Starts the provider at its address; `client` is the address of the server under test. */
export async function start(issuer, client) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "maki",
        client_secret: "test-only-secret",
        redirect_uris: [`${client}/anmelden/zurueck/probe`],
        backchannel_logout_uri: `${client}/anmelden/ende/probe`,
        backchannel_logout_session_required: true,
        grant_types: ["authorization_code"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], maki: ["org", "roles"] },
    scopes: ["openid", "profile", "email", "maki"],
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
    },
    findAccount: (_, id) => (PEOPLE[id] ? { accountId: id, claims: () => PEOPLE[id] } : undefined),
    cookies: { keys: ["a-test-key"] },
    conformIdTokenClaims: false,
    // By itself it calls no address of this machine, where the server under test is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  });
  // It warns of a stand-in for the pages of interaction, which is what a test wants.
  const { hostname, port } = new URL(issuer);
  return new Promise((resolve) => {
    const server = provider.listen(Number(port), hostname, () => resolve({ provider, stop: () => server.close() }));
  });
}
