/** What the schema validator found, as the contract's `details`; contract §1.5, §11. */
import type { ErrorObject } from 'ajv';
import { type ErrorDetail, errorDetail } from '../errors/api-error.ts';
import { type Finding, findingOf, weightOf } from './broken-keywords.ts';

const DETAILS_MAX = 20;
// A union has several errors for one value. More than these are not looked at.
const ERRORS_MAX = 100;
const TARGET_LENGTH_MAX = 200;

/** JSON pointer (RFC 6901) to the value that is wrong, or missing. */
function pointerOf({ keyword, instancePath, params }: ErrorObject): string {
  const member = keyword === 'discriminator' ? params.tag : params.missingProperty;
  if (typeof member !== 'string') return instancePath;
  return `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** `otp.failure.count`, `order[0].id`: the same way as clients write it. */
function targetOf(pointer: string, root: unknown): string {
  let target = '';
  let at: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) target += `[${name}]`;
    else target += target === '' ? name : `.${name}`;
    at = typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined;
  }
  return target.slice(0, TARGET_LENGTH_MAX);
}

/**
 * A union reports the errors of each branch and then itself. The branches are dropped, but where
 * one got into the value: there it says what is wrong inside, and the union is dropped.
 */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter((error) =>
    unions.every((union) => {
      const isInside = (other: ErrorObject) =>
        other.schemaPath.startsWith(`${union.schemaPath}/`) &&
        pointerOf(other).startsWith(`${union.instancePath}/`);
      if (error === union) return !errors.some(isInside);
      const isBranch =
        error.schemaPath.startsWith(`${union.schemaPath}/`) &&
        error.instancePath === union.instancePath;
      return !isBranch || isInside(error);
    }),
  );
}

const depthOf = (pointer: string): number => pointer.split('/').length;

/**
 * At most 20 details, the deepest value first because clients look at the first one; one for each
 * value, and never the value itself. `root` is what was validated. Pure.
 */
export function detailsOf(errors: readonly ErrorObject[], root: unknown): ErrorDetail[] {
  const findings = new Map<string, Finding>();
  for (const error of withoutBranches(errors.slice(0, ERRORS_MAX))) {
    // `if` only repeats what its `then` or `else` has reported.
    if (error.keyword === 'if') continue;
    const pointer = pointerOf(error);
    const finding = findingOf(error);
    const other = findings.get(pointer);
    if (!other || weightOf(finding) > weightOf(other)) findings.set(pointer, finding);
  }
  return [...findings]
    .sort(([one], [other]) => depthOf(other) - depthOf(one))
    .slice(0, DETAILS_MAX)
    .map(([pointer, { code, ...more }]) => errorDetail(code, targetOf(pointer, root), more));
}
