/** What signing on takes of the server's parts. */
import type { Parts } from '../parts.ts';
import type { FlowParts } from '../resources/authentication/device-authentications/flow-world.ts';

export type SignOnParts = FlowParts & Pick<Parts, 'access' | 'clock' | 'log' | 'settings'>;
