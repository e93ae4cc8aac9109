// What the screens read they read whole: the parameter `fields`, and the answers in part that it makes, are left
// out of the client. So are validate_only, which validate.ts asks for, the headers that request.ts and its callers
// set, and refusals, which problem.ts reads.
const LEFT_OUT = ['fields', 'validate_only', 'If-Match', 'If-None-Match', 'Idempotency-Key'];

export default function wholeAnswers(document) {
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) {
      operation.parameters = operation.parameters?.filter(({ name }) => !LEFT_OUT.includes(name));
      if (operation.responses?.['201']) delete operation.responses['200'];
      for (const [status, answer] of Object.entries(operation.responses ?? {})) {
        if (!status.startsWith('2')) delete operation.responses[status];
        if (answer.content?.['application/json']) delete answer.content['text/plain'];
        for (const content of Object.values(answer.content ?? {})) content.schema = whole(content.schema);
      }
      onlyMergePatch(operation.requestBody?.content);
    }
  }
  for (const name of Object.keys(document.components.schemas)) {
    if (/Part$|PageOfParts$/.test(name)) delete document.components.schemas[name];
  }
  return document;
}

function whole(schema) {
  const others = schema?.anyOf?.filter(({ $ref }) => !/Part$|PageOfParts$/.test($ref ?? ''));
  return others?.length === 1 ? others[0] : schema;
}

function onlyMergePatch(content) {
  if (content?.['application/merge-patch+json']) delete content['application/merge-patch+json'];
}
