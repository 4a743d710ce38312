/** What is left at the end. */
import { application, type Documented, device, devices, users } from './documented.ts';

export const REMOVAL_REQUESTS: readonly Documented[] = [
  {
    page: 'Remove Device Order',
    method: 'POST',
    path: devices,
    action: 'devices.order.remove',
    status: 204,
  },
  { page: 'Delete MFA User Device', method: 'DELETE', path: device, status: 204 },
  { page: 'Delete MFA User Device, once more', method: 'DELETE', path: device, status: 404 },
  {
    page: 'Delete All MFA Device Orders',
    method: 'DELETE',
    path: devices,
    status: 204,
  },
  { page: 'Delete Application', method: 'DELETE', path: application, status: 204 },
  { page: 'Delete User', method: 'DELETE', path: users, status: 204 },
];
