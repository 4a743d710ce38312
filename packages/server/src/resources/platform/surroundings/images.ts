/** Pictures of applications and themes: kept, and shown to whoever has their address. */
import { randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import { IMAGES_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded } from '../../../errors/api-error.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitWrites } from '../../kit/commit.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, found, insertRow, type Row, whereIs } from '../../kit/rows.ts';
import { HalLinks, oneOf, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';
import { type ImageFacts, imageFacts } from './image-facts.ts';

type ImageParts = Pick<Parts, 'store' | 'links'>;
type Kept = Row<'kept_resources'>;

const KIND = 'images';
const MEDIA_TYPES = { png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif' } as const;

const Image = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  targets: Type.Object({
    original: Type.Object({
      id: Uuid,
      href: Type.String({ description: 'Anybody can read it there.' }),
      type: oneOf('png', 'jpg', 'gif'),
      width: Type.Integer(),
      height: Type.Integer(),
    }),
  }),
  createdAt: Timestamp,
});

async function find({ store }: ImageParts, request: OperationRequest): Promise<Kept> {
  const row = await store.get(
    'kept_resources',
    environmentOf(request),
    request.params.imageID ?? '',
  );
  return found(row?.doc.kind === KIND ? row : undefined);
}

function view({ links }: ImageParts, { environmentId, id, doc }: Kept) {
  const { bytes: _, ...facts } = doc.body;
  const self = links.api(environmentId, `/images/${id}`);
  return {
    _links: { self, environment: links.api(environmentId) },
    id,
    environment: { id: environmentId },
    targets: { original: { id, href: `${self.href}/original`, ...facts } },
    createdAt: toTimestamp(doc.createdAt),
  };
}

async function createImage(parts: ImageParts, request: OperationRequest): Promise<OperationReply> {
  const { store } = parts;
  const { body, now } = request;
  const facts = imageFacts(body);
  if (!facts) {
    const allowedValues = Object.values(MEDIA_TYPES);
    throw invalidData('INVALID_VALUE', 'body', { innerError: { allowedValues } });
  }
  const environmentId = environmentOf(request);
  const doc = {
    kind: KIND,
    isDefault: false,
    body: { ...facts, bytes: body.toString('base64') },
    createdAt: now,
    updatedAt: now,
  };
  const row = { environmentId, id: randomUUIDv7(), version: 1, doc };
  await commitWrites(store, async () => {
    const count = await store.count('kept_resources', environmentId, whereIs('kind', KIND));
    if (count >= IMAGES_MAX) {
      throw limitExceeded('The environment has its maximum of images.', IMAGES_MAX);
    }
    return [insertRow('kept_resources', row), changeRecord(request, 'IMAGE', 'CREATED', row.id)];
  });
  return { status: 201, body: view(parts, row) };
}

/** The picture itself. It is one of three formats, whatever it was called when it was sent. */
async function readOriginal(parts: ImageParts, request: OperationRequest): Promise<OperationReply> {
  const { doc } = await find(parts, request);
  const type = MEDIA_TYPES[doc.body.type as ImageFacts['type']];
  return {
    status: 200,
    body: Buffer.from(String(doc.body.bytes), 'base64'),
    headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' },
  };
}

async function deleteImage(parts: ImageParts, request: OperationRequest): Promise<OperationReply> {
  await commitWrites(parts.store, async () => {
    const row = await find(parts, request);
    return [deleteRow('kept_resources', row), changeRecord(request, 'IMAGE', 'DELETED', row.id)];
  });
  return { status: 204 };
}

export function imageOperations(parts: ImageParts): Operation[] {
  const path = `${ENVIRONMENT}/images`;
  const common = { tag: 'Surroundings', path: `${path}/{imageID}` } as const;
  const create = {
    path,
    summary: 'Keep an image',
    description: 'The body is the picture itself: PNG, JPEG or GIF.',
    permission: 'create:surrounding',
    bytes: true,
    responses: { 201: Image },
    handle: createImage,
  } as const;
  return actionsOf(
    parts,
    { ...common, permission: 'read:surrounding', responses: { 200: Image } },
    {
      createImage: { ...create, mediaType: MEDIA_TYPES.png },
      createJpegImage: { ...create, mediaType: MEDIA_TYPES.jpg },
      createGifImage: { ...create, mediaType: MEDIA_TYPES.gif },
      readImage: {
        method: 'GET',
        summary: 'Read where an image is',
        description: 'Its size is that of the picture that was sent; there are no smaller ones.',
        handle: async (_parts, request) => ok(view(parts, await find(parts, request))),
      },
      readImageOriginal: {
        method: 'GET',
        path: `${common.path}/original`,
        summary: 'Read the picture',
        description: 'Without a token: pages show it.',
        permission: 'PUBLIC',
        responses: { 200: null },
        handle: readOriginal,
      },
      deleteImage: {
        method: 'DELETE',
        summary: 'Delete an image',
        description: 'Who shows it by its address shows nothing then.',
        permission: 'delete:surrounding',
        responses: { 204: null },
        handle: deleteImage,
      },
    },
  );
}
