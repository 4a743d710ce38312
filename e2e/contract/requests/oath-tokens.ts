/** OATH tokens and their jobs. */
import type { Shape } from '../shape.ts';
import {
  type Documented,
  devices,
  HEAD,
  listOf,
  MOMENTS,
  users,
  type World,
} from './documented.ts';

const OATH_TOKEN: Shape = {
  ...HEAD,
  ...MOMENTS,
  serialNumber: 'text',
  type: 'text',
  otpLength: 'number',
  hashAlgorithm: 'text',
  rowNumber: 'number?',
};

const JOB: Shape = { ...HEAD, ...MOMENTS, type: 'text', status: 'text', result: 'object' };
/** RFC 4226, appendix D: the first passcodes of its secret. */
const HOTP = { type: 'HOTP', secret: '3132333435363738393031323334353637383930', otpLength: 6 };
const token = ({ tokenId }: World) => `/oathTokens/${tokenId}`;

export const OATH_REQUESTS: readonly Documented[] = [
  {
    page: 'Create OATH token',
    method: 'POST',
    path: '/oathTokens',
    body: {
      serialNumber: '7710034125',
      secret: '3132333435363738393031323334353637383930',
      type: 'TOTP',
      otpLength: 6,
      hashAlgorithm: 'HmacSHA1',
      totp: { timeStep: 30 },
    },
    status: 201,
    shape: { ...OATH_TOKEN, totp: { timeStep: 'number', drift: 'number' } },
    keep: ({ id }, world) => {
      world.tokenId = id;
    },
  },
  {
    page: 'Retrieve OATH token by ID',
    method: 'GET',
    path: token,
    status: 200,
    shape: { ...OATH_TOKEN, totp: { timeStep: 'number', drift: 'number' } },
  },
  {
    page: 'Retrieve OATH token by serial number',
    method: 'GET',
    path: `/oathTokens?filter=${encodeURIComponent('serialNumber eq "7710034125"')}`,
    status: 200,
    shape: listOf('oathTokens', { ...OATH_TOKEN, totp: 'object' }),
  },
  {
    page: 'Create MFA User Device (OATH token)',
    method: 'POST',
    path: devices,
    body: { type: 'OATH_TOKEN', serialNumber: '7710034125' },
    status: 201,
    shape: {
      ...HEAD,
      ...MOMENTS,
      user: 'reference',
      type: 'text',
      status: 'text',
      serialNumber: 'text',
      tokenType: 'text',
      oathToken: 'reference',
      'nickname?': 'text',
      lock: 'object',
      block: 'object',
    },
  },
  {
    page: 'Retrieve all OATH tokens',
    method: 'GET',
    path: '/oathTokens?expand=devices',
    status: 200,
    shape: listOf('oathTokens', { ...OATH_TOKEN, totp: 'object', devices: 'list' }),
  },
  {
    page: 'Resync OATH token, by wrong passcodes',
    method: 'POST',
    path: token,
    action: 'device.resync',
    body: { otps: ['000000', '111111'] },
    status: 400,
  },
  {
    page: 'Create multiple OATH tokens',
    method: 'POST',
    path: '/oathJobs',
    action: 'job.oathtokens.create',
    body: {
      type: 'CREATE_OATH_TOKENS',
      async: false,
      tokens: [
        { rowNumber: 1, serialNumber: '1', secret: '31323334', type: 'HOTP', otpLength: 6 },
        {
          rowNumber: 2,
          serialNumber: '7710034125',
          secret: '31323334',
          type: 'HOTP',
          otpLength: 6,
        },
        { rowNumber: 3, serialNumber: '3', secret: 'no hex', type: 'HOTP', otpLength: 6 },
      ],
    },
    status: 201,
    shape: JOB,
    keep: ({ id, status, result }, world) => {
      const { created, duplicates, errors } = result;
      if (status !== 'DONE' || created !== 1 || duplicates.count !== 1 || errors.length !== 1) {
        throw new Error(JSON.stringify(result));
      }
      world.jobId = id;
    },
  },
  {
    page: 'Check status of OATH token creation job',
    method: 'GET',
    path: ({ jobId }) => `/oathJobs/${jobId}`,
    status: 200,
    shape: JOB,
  },
  {
    page: 'Revoke OATH token',
    method: 'DELETE',
    path: token,
    status: 204,
  },
  {
    page: 'Create OATH token (HOTP)',
    method: 'POST',
    path: '/oathTokens',
    body: { ...HOTP, serialNumber: '8820034126' },
    status: 201,
    shape: { ...OATH_TOKEN, hotp: { counter: 'number' } },
    keep({ id }, world) {
      world.tokenId = id;
    },
  },
  {
    page: 'Resync OATH token',
    method: 'POST',
    path: token,
    action: 'device.resync',
    body: { otps: ['755224', '287082'] },
    status: 200,
    shape: { ...OATH_TOKEN, hotp: { counter: 'number' } },
  },
  {
    page: 'Resync OATH token (for a user)',
    method: 'POST',
    path: (world) => `${users(world)}${token(world)}`,
    action: 'device.resync',
    body: { otps: ['359152', '969429'] },
    status: 404,
  },
  {
    page: 'Revoke multiple OATH tokens',
    method: 'POST',
    path: '/oathJobs',
    action: 'job.oathtokens.revoke',
    body: ({ tokenId }) => ({
      type: 'REVOKE_OATH_TOKENS',
      async: false,
      forceUnpair: true,
      tokenIds: [tokenId],
    }),
    status: 201,
    shape: JOB,
    keep({ status, result }) {
      if (status !== 'DONE' || result.revoked !== 1) throw new Error(JSON.stringify(result));
    },
  },
];
