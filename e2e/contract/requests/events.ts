/** Activities, webhooks, reports. */
import type { Shape } from '../shape.ts';
import {
  type Documented,
  HEAD,
  listOf,
  MOMENTS,
  plain,
  removed,
  type World,
} from './documented.ts';

const ACTIVITY: Shape = {
  _links: 'object',
  id: 'uuid',
  recordedAt: 'moment',
  createdAt: 'moment',
  correlationId: 'text?',
  'externalCorrelation?': { 'transactionId?': 'text', 'sessionId?': 'text' },
  'actors?': { 'client?': 'object', 'user?': 'object' },
  action: { type: 'text', description: 'text' },
  resources: 'list',
  // Ours: whom it is about.
  'user?': 'reference',
  result: { status: 'text', 'description?': 'text', 'id?': 'text' },
  tags: 'list?',
};

const SUBSCRIPTION = {
  name: 'Audit',
  enabled: false,
  verifyTlsCertificates: true,
  protocol: 'HTTPS',
  format: 'ACTIVITY',
  httpEndpoint: { url: 'https://audit.shop.example/events', headers: { authorization: 'Basic x' } },
  filterOptions: { includedActionTypes: ['USER.CREATED', 'DEVICE.CREATED'] },
};
const ENDPOINT: Shape = { url: 'text', headers: { authorization: 'text' } };

const REPORT: Shape = {
  ...HEAD,
  ...MOMENTS,
  dataExplorationTemplate: 'reference',
  fields: 'list?',
  'filter?': 'text',
  'deliverAs?': 'text',
  status: 'text',
  'sync?': 'text',
};
const report = ({ reportId }: World) => `/dataExplorations/${reportId}`;

export const EVENT_REQUESTS: readonly Documented[] = [
  {
    page: 'Read Audit Activities',
    method: 'GET',
    path: `/activities?limit=5&filter=${encodeURIComponent('recordedat gt "2026-01-01T00:00:00Z" AND recordedat lt "2027-01-01T00:00:00Z"')}`,
    status: 200,
    shape: listOf('activities', ACTIVITY),
    keep({ _embedded }, world) {
      world.activityId = _embedded.activities[0].id;
    },
  },
  {
    page: 'Read Audit Activities (POST)',
    method: 'POST',
    path: '/activities',
    body: {
      filter:
        'recordedAt gt "2026-01-01T00:00:00.000Z" and recordedAt lt "2027-01-01T00:00:00.000Z"',
      limit: 2,
    },
    status: 200,
    shape: listOf('activities', ACTIVITY),
  },
  {
    page: 'Read One Audit Activity',
    method: 'GET',
    path: ({ activityId }) => `/activities/${activityId}`,
    status: 200,
    shape: ACTIVITY,
  },
  ...plain({
    title: 'Subscription',
    titles: 'Subscriptions',
    path: '/subscriptions',
    name: 'subscriptions',
    sent: SUBSCRIPTION,
    changed: { ...SUBSCRIPTION, name: 'Audit of users', format: 'SPLUNK' },
    shape: {
      name: 'text',
      enabled: 'flag',
      verifyTlsCertificates: 'flag',
      protocol: 'text',
      format: 'text',
      httpEndpoint: ENDPOINT,
      connectionDetails: ENDPOINT,
      filterOptions: 'object',
      'payloadOptions?': 'object',
    },
  }),
  {
    page: 'Create Subscription without events',
    method: 'POST',
    path: '/subscriptions',
    body: {
      name: 'None',
      enabled: true,
      verifyTlsCertificates: true,
      httpEndpoint: { url: 'https://audit.shop.example/events' },
      filterOptions: { includedActionTypes: [] },
    },
    status: 400,
  },
  removed('Subscription', '/subscriptions', 'subscriptions'),
  {
    page: 'Create report of SMS devices - entries in response',
    method: 'POST',
    path: '/dataExplorations?expand=entries',
    body: {
      dataExplorationTemplate: { id: 'db632bfd-7054-4bde-b108-a384aac2d513' },
      fields: [{ name: 'userId' }, { name: 'phone' }],
      filter: '(deviceType eq "SMS")',
      sync: 'true',
    },
    status: 201,
    shape: { ...REPORT, _embedded: 'object', size: 'number' },
    keep: ({ id, _embedded }, world) => {
      world.reportId = id;
      if (_embedded.entries.length !== 1) throw new Error(JSON.stringify(_embedded));
    },
  },
  {
    page: 'Get report results - entries in response',
    method: 'GET',
    path: (world) => `${report(world)}/entries`,
    status: 200,
    shape: { _links: 'object', _embedded: { entries: 'list' }, 'count?': 'number', size: 'number' },
  },
  { page: 'Get report status', method: 'GET', path: report, status: 200, shape: REPORT },
  {
    page: 'Read Total Identity Counts',
    method: 'GET',
    path: `/totalIdentities?filter=${encodeURIComponent('startDate eq "2026-03-01T00:00:00Z" and endDate eq "2026-03-04T00:00:00Z"')}`,
    status: 200,
    shape: listOf('totalIdentities', { date: 'number', totalIdentities: 'number' }),
  },
];
