/**
 * The limit on PostgreSQL: `pg`, named prepared statements over arrays, group commit for reads and
 * writes. `postgres.ts URL USERS`
 */
import { Pool } from 'pg';
import { createBatcher } from './batcher.ts';
import { type LimitDevice, type LimitFlow, makeUsers, serveLimit } from './server.ts';

const [connectionString = '', userCount = '100'] = process.argv.slice(2);
const pool = new Pool({ connectionString, max: 8 });
// Two batches of a kind at once: one is committed while the next is being filled and sent.
const BATCHES = { concurrency: 2, sizeMax: 256 };

await pool.query(`
  CREATE TABLE devices (id uuid PRIMARY KEY, user_id uuid NOT NULL, step integer NOT NULL,
    doc jsonb NOT NULL);
  CREATE INDEX devices_of_user ON devices (user_id);
  CREATE TABLE flows (id uuid PRIMARY KEY, device_id uuid NOT NULL, version integer NOT NULL,
    doc jsonb NOT NULL);
`);

const { devices, users } = makeUsers(Number(userCount));
await pool.query(
  `INSERT INTO devices SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::jsonb[])`,
  [
    devices.map(({ id }) => id),
    devices.map(({ userId }) => userId),
    devices.map(({ lastTimeStep }) => lastTimeStep),
    devices.map((device) => JSON.stringify(device)),
  ],
);

const deviceFrom = (row: { doc: LimitDevice; step: number }): LimitDevice => ({
  ...row.doc,
  lastTimeStep: row.step,
});

const deviceReads = createBatcher<string, LimitDevice | undefined>(async (userIds) => {
  const { rows } = await pool.query({
    name: 'devices-of-users',
    text: 'SELECT user_id, step, doc FROM devices WHERE user_id = ANY($1::uuid[])',
    values: [userIds],
  });
  const found = new Map(rows.map((row) => [row.user_id, deviceFrom(row)]));
  return userIds.map((userId) => found.get(userId));
}, BATCHES);

const flowReads = createBatcher<string, { flow: LimitFlow; device: LimitDevice } | undefined>(
  async (flowIds) => {
    const { rows } = await pool.query({
      name: 'flows-with-devices',
      text: `SELECT flows.id, flows.doc AS flow, devices.doc, devices.step FROM flows
             JOIN devices ON devices.id = flows.device_id WHERE flows.id = ANY($1::uuid[])`,
      values: [flowIds],
    });
    const found = new Map(rows.map((row) => [row.id, { flow: row.flow, device: deviceFrom(row) }]));
    return flowIds.map((flowId) => found.get(flowId));
  },
  BATCHES,
);

const inserts = createBatcher<LimitFlow, void>(async (flows) => {
  await pool.query({
    name: 'insert-flows',
    text: `INSERT INTO flows SELECT id, device_id, 1, doc
           FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS new (id, device_id, doc)`,
    values: [
      flows.map(({ id }) => id),
      flows.map(({ deviceId }) => deviceId),
      flows.map((flow) => JSON.stringify(flow)),
    ],
  });
  return [];
}, BATCHES);

const finishes = createBatcher<{ flow: LimitFlow; step: number | null }, boolean>(async (items) => {
  const { rows } = await pool.query({
    name: 'finish-flows',
    // A used time step moves no device, and then its flow isn't finished either.
    text: `WITH done AS (
             SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::jsonb[])
               AS done (id, device_id, step, doc)
           ), moved AS (
             UPDATE devices SET step = done.step FROM done
             WHERE devices.id = done.device_id AND devices.step < done.step
             RETURNING devices.id
           )
           UPDATE flows SET doc = done.doc, version = 2 FROM done
           WHERE flows.id = done.id AND flows.version = 1
             AND (done.step IS NULL OR done.device_id IN (SELECT id FROM moved))
           RETURNING flows.id`,
    values: [
      items.map(({ flow }) => flow.id),
      items.map(({ flow }) => flow.deviceId),
      items.map(({ step }) => step),
      items.map(({ flow }) => JSON.stringify(flow)),
    ],
  });
  const finished = new Set(rows.map((row) => row.id));
  return items.map(({ flow }) => finished.has(flow.id));
}, BATCHES);

serveLimit(
  {
    deviceOfUser: (userId) => deviceReads.add(userId),
    flowWithDevice: (flowId) => flowReads.add(flowId),
    insertFlow: (flow) => inserts.add(flow),
    finishFlow: (flow, device) => finishes.add({ flow, step: device?.lastTimeStep ?? null }),
    close: () => pool.end(),
  },
  users,
);
