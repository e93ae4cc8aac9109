/**
 * Idempotency keys of what a step makes: the same for the same body of the same onboarding, also after a reload
 * and in another tab, so that a step that broke off half-way makes nothing twice when it is sent again. As soon as
 * the onboarding names what was made the key is another one: whoever deletes that and comes back makes it anew.
 */
import type { OnboardingBody } from '@/api/generated/api.schemas';

export async function onceFor(
  onboarding: Pick<OnboardingBody, 'id' | 'trunk_id' | 'agent_id' | 'plan_id'>,
  what: string,
  body: unknown,
): Promise<RequestInit> {
  const { id, trunk_id, agent_id, plan_id } = onboarding;
  const text = new TextEncoder().encode(JSON.stringify([trunk_id, agent_id, plan_id, body]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 16);
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { headers: { 'Idempotency-Key': `${id}:${what}:${hash}` } };
}
