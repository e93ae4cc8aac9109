import { expect, it } from 'vitest';
import { onceFor } from '@/connect/idempotency';

const BODY = { name: 'Acme' };
const BEGUN = { id: 'onb_1' };
const keyOf = async (...asked: Parameters<typeof onceFor>) =>
  new Headers((await onceFor(...asked)).headers).get('Idempotency-Key');

it('is the same key for the same body of the same onboarding', async () => {
  expect(await keyOf(BEGUN, 'trunk', BODY)).toBe(await keyOf({ ...BEGUN }, 'trunk', { ...BODY }));
});

it.each([
  [{ id: 'onb_2' }, 'trunk', BODY],
  [BEGUN, 'plan', BODY],
  [BEGUN, 'trunk', { name: 'Other' }],
  [{ ...BEGUN, trunk_id: 'trk_1' }, 'trunk', BODY],
  [{ ...BEGUN, agent_id: 'agt_1' }, 'trunk', BODY],
  [{ ...BEGUN, plan_id: 'pln_1' }, 'trunk', BODY],
])('is another key for %j, %s, %j', async (onboarding, what, body) => {
  expect(await keyOf(onboarding, what, body)).not.toBe(await keyOf(BEGUN, 'trunk', BODY));
});
