/**
 * Fastify: a login with a second factor, and a transfer that needs a fresh proof.
 *
 *   npm install fastify
 *   . ./data/first-run.env; export COUNTERSIGN_URL ENVIRONMENT_ID CLIENT_ID CLIENT_SECRET
 *   PORT=3000 node docs/recipes/fastify/server.mjs
 */
import fastify from 'fastify';
import { fromEnvironment } from '../countersign.mjs';
import { newSession, sessionOf } from '../sessions.mjs';
import { signIn } from '../sign-in.mjs';

const client = fromEnvironment('Shop');
const mfa = signIn({ client, log: (line) => process.stderr.write(`${line}\n`) });

/** Yours: whoever has the right password. The id of Countersign's user stands beside your own. */
async function userByPassword(username, password) {
  return password === 'correct horse' ? client.findUser(username) : undefined;
}

const app = fastify({ bodyLimit: 10_240 });
app.decorateRequest('session', null);
app.addHook('onRequest', async (request, reply) => {
  request.session = sessionOf(request.headers.cookie, (cookie) =>
    reply.header('set-cookie', cookie),
  );
});

/** Signed in means: a new name for the session. */
function finish(request, reply, { status, body }) {
  if (body.next === 'DONE') {
    newSession(request.session, (cookie) => reply.header('set-cookie', cookie));
  }
  return reply.code(status).send(body);
}

const strings = (...names) => ({
  body: {
    type: 'object',
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string', maxLength: 200 }])),
  },
});

app.post('/login', { schema: strings('username', 'password') }, async (request, reply) => {
  const { username, password } = request.body;
  const user = await userByPassword(username, password);
  // The same answer for a wrong name and a wrong password.
  if (!user) return reply.code(401).send({ message: 'That is not right.' });
  return finish(request, reply, await mfa.begin(request.session, user.id, { Location: 'Web' }));
});

app.post('/login/device', { schema: strings('deviceId') }, async (request, reply) =>
  finish(request, reply, await mfa.choose(request.session, request.body.deviceId)),
);

app.post('/login/code', { schema: strings('code') }, async (request, reply) =>
  finish(request, reply, await mfa.checkCode(request.session, request.body.code)),
);

app.get('/login/status', async (request, reply) =>
  finish(request, reply, await mfa.look(request.session)),
);

/** Step-up: the session alone isn't enough, the proof must be of the last minutes. */
app.post('/transfer', async (request, reply) => {
  const { session, body } = request;
  if (!session.userId) return reply.code(401).send({ next: 'START' });
  if (!mfa.isFresh(session) || body.proveAgain) {
    const context = { Amount: String(body.amount) };
    return finish(request, reply, await mfa.begin(session, session.userId, context));
  }
  return { transferred: body.amount };
});

process.stdout.write(`${await app.listen({ port: Number(process.env.PORT ?? 3000) })}\n`);
