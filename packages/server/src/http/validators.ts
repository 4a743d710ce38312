/** Compiles the schemas of operations to functions that check and strip what clients send. */
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { ApiError } from '../errors/api-error.ts';
import { UUID_PATTERN } from '../resources/kit/schemas.ts';
import { detailsOf } from './validation-errors.ts';

// A larger value that isn't valid is answered with its first fault only: listing all of them
// would make a small request cost a lot.
const ALL_ERRORS_BYTES_MAX = 16_384;

/** Throws `INVALID_DATA` with details; removes properties that a closed schema doesn't list. */
export type Validate = (value: unknown, sizeBytes: number) => void;

export interface Validators {
  /** The schema is compiled when it is first used: compiling all would delay the start. */
  validator(schema: TSchema): Validate;
  /** Compiles now; throws for a schema that is none. */
  check(schema: TSchema): void;
}

function makeAjv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors,
    verbose: true,
    removeAdditional: true,
    discriminator: true,
    strictTypes: false,
    strictRequired: false,
  });
  addFormats.default(ajv, ['date-time', 'date', 'email', 'uri']);
  // Stricter than the common format, which takes capitals and `urn:uuid:` too.
  ajv.addFormat('uuid', new RegExp(UUID_PATTERN));
  return ajv;
}

/** Two validators per schema: one that stops at the first fault, and one that finds them all. */
export function createValidators(): Validators {
  let fast: Ajv2020 | undefined;
  let thorough: Ajv2020 | undefined;
  const compileFast = (schema: TSchema) => {
    fast ??= makeAjv(false);
    return fast.compile(schema);
  };
  const allErrors = (schema: TSchema, value: unknown): readonly ErrorObject[] => {
    thorough ??= makeAjv(true);
    const validate = thorough.compile(schema);
    validate(value);
    return validate.errors ?? [];
  };
  return {
    check: compileFast,
    validator(schema) {
      let validate: ReturnType<typeof compileFast> | undefined;
      return (value, sizeBytes) => {
        validate ??= compileFast(schema);
        if (validate(value)) return;
        const first = validate.errors ?? [];
        const errors = sizeBytes > ALL_ERRORS_BYTES_MAX ? first : allErrors(schema, value);
        throw new ApiError('INVALID_DATA', detailsOf(errors, value));
      };
    },
  };
}
