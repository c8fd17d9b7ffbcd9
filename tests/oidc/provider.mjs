// A real OpenID Connect provider for tests: node provider.mjs CLIENTS PEOPLE PORT
// CLIENTS is the JSON of the clients it knows; PEOPLE is a file with the claims of each subject, read anew each time.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [clients, people, port] = process.argv.slice(2);
const server = createServer();
server.listen(Number(port), "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: JSON.parse(clients),
    claims: { openid: ["sub", "roles", "party"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["of a test"] },
    findAccount: (_context, id) => {
      const known = JSON.parse(readFileSync(people, "utf8"))[id];
      return known && { accountId: id, claims: () => ({ sub: id, ...known }) };
    },
    // whoever signs in agrees: what is tested is what comes after
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({
        accountId: context.oidc.session.accountId,
        clientId: context.oidc.client.clientId,
      });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
