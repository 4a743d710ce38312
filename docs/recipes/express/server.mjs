/**
 * Express: a login with a second factor, and a transfer that needs a fresh proof.
 *
 *   npm install express
 *   . ./data/first-run.env; export COUNTERSIGN_URL ENVIRONMENT_ID CLIENT_ID CLIENT_SECRET
 *   PORT=3000 node docs/recipes/express/server.mjs
 */
import express from 'express';
import { fromEnvironment } from '../countersign.mjs';
import { newSession, sessionOf } from '../sessions.mjs';
import { signIn } from '../sign-in.mjs';

const client = fromEnvironment('Shop');
const mfa = signIn({ client, log: (line) => process.stderr.write(`${line}\n`) });

/** Yours: whoever has the right password. The id of Countersign's user stands beside your own. */
async function userByPassword(username, password) {
  return password === 'correct horse' ? client.findUser(username) : undefined;
}

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '10kb' }));
app.use((request, response, next) => {
  request.body ??= {};
  request.session = sessionOf(request.headers.cookie, (cookie) =>
    response.append('set-cookie', cookie),
  );
  next();
});

const send = (response, { status, body }) => response.status(status).json(body);

/** Signed in means: a new name for the session. */
function finish(request, response, answer) {
  if (answer.body.next === 'DONE') {
    newSession(request.session, (cookie) => response.append('set-cookie', cookie));
  }
  send(response, answer);
}

app.post('/login', async (request, response) => {
  const { username, password } = request.body;
  const user = await userByPassword(String(username), password);
  // The same answer for a wrong name and a wrong password.
  if (!user) return send(response, { status: 401, body: { message: 'That is not right.' } });
  finish(request, response, await mfa.begin(request.session, user.id, { Location: 'Web' }));
});

app.post('/login/device', async (request, response) => {
  finish(request, response, await mfa.choose(request.session, String(request.body.deviceId)));
});

app.post('/login/code', async (request, response) => {
  finish(request, response, await mfa.checkCode(request.session, String(request.body.code)));
});

app.get('/login/status', async (request, response) => {
  finish(request, response, await mfa.look(request.session));
});

/** Step-up: the session alone isn't enough, the proof must be of the last minutes. */
app.post('/transfer', async (request, response) => {
  const { session } = request;
  if (!session.userId) return send(response, { status: 401, body: { next: 'START' } });
  if (!mfa.isFresh(session) || request.body.proveAgain) {
    const context = { Amount: String(request.body.amount) };
    return finish(request, response, await mfa.begin(session, session.userId, context));
  }
  send(response, { status: 200, body: { transferred: request.body.amount } });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
