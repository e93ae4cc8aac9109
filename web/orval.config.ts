import './scripts/older-node.mjs';
import { defineConfig } from 'orval';

export default defineConfig({
  keepline: {
    input: { target: '../docs/openapi.json', override: { transformer: './scripts/whole-answers.mjs' } },
    output: {
      target: 'src/api/generated/api.ts',
      mode: 'tags',
      client: 'react-query',
      httpClient: 'fetch',
      clean: true,
      // an id out of the address bar stays one segment of the path
      urlEncodeParameters: true,
      override: {
        mutator: { path: './src/api/request.ts', name: 'request' },
        fetch: { includeHttpResponseReturnType: false },
        query: { version: 5, signal: true },
      },
    },
  },
});
