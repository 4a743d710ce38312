/** Whether an answer is as the server's own OpenAPI document says. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

// biome-ignore lint/suspicious/noExplicitAny: a document of JSON, which is walked.
type Json = any;

/** `/v1/environments/{envID}/users` as a pattern of addresses. */
export const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll(/[.]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/** Reads the document once; what is wrong with an answer, in words. */
export async function openApiCheck(url: string) {
  const document: Json = await (await fetch(`${url}/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const known = new Map<string, ValidateFunction>();
  // Those without parameters first: they are meant where both fit.
  const paths = Object.keys(document.paths).sort(
    (one, other) => one.split('{').length - other.split('{').length,
  );

  function validatorOf(path: string, method: string, status: number) {
    const at = ['paths', path, method, 'responses', `${status}`, 'content', 'application/json'];
    const found = at.reduce((value: Json, name) => value?.[name], document);
    if (!found?.schema) return undefined;
    const place = [...at, 'schema']
      .map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const made = known.get(place) ?? ajv.compile({ $ref: `document#/${place}` });
    known.set(place, made);
    return made;
  }

  return (method: string, address: string, status: number, body: unknown): string[] => {
    const path = paths.find(
      (one) => patternOf(one).test(address) && document.paths[one][method.toLowerCase()],
    );
    if (path === undefined || status >= 400) return [];
    if (!document.paths[path][method.toLowerCase()].responses[status]) {
      return [`${method} ${path} answers no ${status}`];
    }
    const validate = validatorOf(path, method.toLowerCase(), status);
    if (!validate || validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
