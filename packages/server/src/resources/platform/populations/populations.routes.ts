import { LIST_QUERY } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import { listOf } from '../../kit/schemas.ts';
import { PopulationReply, WritePopulation } from './populations.schema.ts';
import {
  createPopulation,
  deletePopulation,
  listPopulations,
  type PopulationParts,
  readPopulation,
  replacePopulation,
} from './populations.service.ts';

const COLLECTION = '/v1/environments/{envID}/populations';
const ITEM = `${COLLECTION}/{populationID}`;

/** Populations: groups of users that roles can be confined to. */
export function populationOperations(parts: PopulationParts): Operation[] {
  const common = { tag: 'Populations', needsMfa: false } as const;
  return [
    {
      ...common,
      id: 'listPopulations',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all populations',
      permission: 'read:population',
      query: LIST_QUERY,
      responses: { 200: listOf('populations', PopulationReply) },
      handle: (request) => listPopulations(parts, request),
    },
    {
      ...common,
      id: 'createPopulation',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create a population',
      permission: 'create:population',
      body: WritePopulation,
      responses: { 201: PopulationReply },
      handle: (request) => createPopulation(parts, request),
    },
    {
      ...common,
      id: 'readPopulation',
      method: 'GET',
      path: ITEM,
      summary: 'Read a population',
      permission: 'read:population',
      responses: { 200: PopulationReply },
      handle: (request) => readPopulation(parts, request),
    },
    {
      ...common,
      id: 'updatePopulation',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace a population',
      permission: 'update:population',
      body: WritePopulation,
      responses: { 200: PopulationReply },
      handle: (request) => replacePopulation(parts, request),
    },
    {
      ...common,
      id: 'deletePopulation',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete an empty population',
      permission: 'delete:population',
      responses: { 204: null },
      handle: (request) => deletePopulation(parts, request),
    },
  ];
}
