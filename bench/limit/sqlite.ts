/**
 * The limit on SQLite: WAL, synchronous=FULL, prepared statements, group commit.
 * `sqlite.ts FILE USERS`
 */
import { DatabaseSync } from 'node:sqlite';
import { createBatcher } from './batcher.ts';
import { type LimitDevice, type LimitFlow, makeUsers, serveLimit } from './server.ts';

const [file = ':memory:', userCount = '100'] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE devices (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, step INTEGER NOT NULL,
    doc TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE INDEX devices_of_user ON devices (user_id);
  CREATE TABLE flows (id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL)
    WITHOUT ROWID, STRICT;
`);
const insertDevice = database.prepare('INSERT INTO devices VALUES (?, ?, ?, ?)');
const deviceOfUser = database.prepare('SELECT step, doc FROM devices WHERE user_id = ?');
const flowWithDevice = database.prepare(
  `SELECT flows.doc AS flow, devices.doc AS doc, devices.step AS step FROM flows
   JOIN devices ON devices.id = flows.doc ->> 'deviceId' WHERE flows.id = ?`,
);
const insertFlow = database.prepare('INSERT INTO flows VALUES (?, 1, ?)');
const finishFlow = database.prepare(
  'UPDATE flows SET doc = ?, version = 2 WHERE id = ? AND version = 1',
);
const moveStep = database.prepare('UPDATE devices SET step = ? WHERE id = ? AND step < ?');

const deviceFrom = (row: Record<string, unknown>): LimitDevice => ({
  ...JSON.parse(String(row.doc)),
  lastTimeStep: Number(row.step),
});

const commits = createBatcher<() => boolean, boolean>(
  (writes) => {
    database.exec('BEGIN IMMEDIATE');
    const results = writes.map((write) => write());
    database.exec('COMMIT');
    return results;
  },
  { concurrency: 1, sizeMax: 256 },
);

const { devices, users } = makeUsers(Number(userCount));
database.exec('BEGIN');
for (const { lastTimeStep, ...device } of devices) {
  insertDevice.run(device.id, device.userId, lastTimeStep, JSON.stringify(device));
}
database.exec('COMMIT');

serveLimit(
  {
    async deviceOfUser(userId) {
      const row = deviceOfUser.get(userId);
      return row && deviceFrom(row);
    },
    async flowWithDevice(flowId) {
      const row = flowWithDevice.get(flowId);
      return row && { flow: JSON.parse(String(row.flow)) as LimitFlow, device: deviceFrom(row) };
    },
    async insertFlow(flow) {
      await commits.add(() => insertFlow.run(flow.id, JSON.stringify(flow)).changes === 1);
    },
    finishFlow(flow, device) {
      return commits.add(() => {
        if (device) {
          const { lastTimeStep, id } = device;
          if (moveStep.run(lastTimeStep, id, lastTimeStep).changes === 0) return false;
        }
        return finishFlow.run(JSON.stringify(flow), flow.id).changes === 1;
      });
    },
    async close() {
      database.close();
    },
  },
  users,
);
