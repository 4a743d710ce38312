export { type Client, type ClientOptions, createClient } from './client.ts';
export type { Action, ActionBody, ListPath, Path, PathWith, Reply, RowOf } from './contract.ts';
export { CountersignError, type ErrorDetail } from './errors.ts';
export type { components, paths } from './generated/api.ts';
export { type Answers, type Flow, type FlowRequest, runFlow } from './run-flow.ts';
