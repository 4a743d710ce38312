/** The rendered API reference at `/docs`: Swagger UI from its package, and no other host. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OperationReply } from '../resources/kit/operation.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

// Without a validator address Swagger UI would send the document to a public one.
const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  validatorUrl: 'none',
});
`;

// Swagger UI sets style attributes on its elements; scripts come from this origin only.
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

function reply(body: string | Buffer, contentType: string): OperationReply {
  return { status: 200, body, headers: { ...HEADERS, 'content-type': contentType } };
}

const fromPackage = (file: string) =>
  readFile(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`)));

/** The files of the reference by path. */
export const REFERENCE_FILES: Readonly<Record<string, () => Promise<OperationReply>>> = {
  '/docs': async () => reply(PAGE, 'text/html; charset=utf-8'),
  '/docs/start.js': async () => reply(START, 'text/javascript; charset=utf-8'),
  '/docs/swagger-ui.css': async () =>
    reply(await fromPackage('swagger-ui.css'), 'text/css; charset=utf-8'),
  '/docs/swagger-ui-bundle.js': async () =>
    reply(await fromPackage('swagger-ui-bundle.js'), 'text/javascript; charset=utf-8'),
};
