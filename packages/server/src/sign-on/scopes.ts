/** What a client may ask for. */
import { SELF_SCOPES } from '../resources/kit/operation.ts';
import { CLAIMS } from './claims.ts';

export const SCOPES = [...Object.keys(CLAIMS), 'offline_access', ...SELF_SCOPES];
export const RESPONSE_TYPES = ['code', 'id_token', 'code id_token'] as const;
