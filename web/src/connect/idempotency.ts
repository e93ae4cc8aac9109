/**
 * Idempotency keys of what a step makes: the same for the same body of the same onboarding, also after a reload
 * and in another tab, so that a step that broke off half-way makes nothing twice when it is sent again.
 */
export async function onceFor(onboardingId: string, what: string, body: unknown): Promise<RequestInit> {
  const text = new TextEncoder().encode(JSON.stringify(body));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, 16);
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { headers: { 'Idempotency-Key': `${onboardingId}:${what}:${hash}` } };
}
