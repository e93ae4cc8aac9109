/** What the door writes into the page of this installation (services/door/door/web.py). */
const of = (name: string) =>
  document.querySelector<HTMLMetaElement>(`meta[name="keepline-${name}"]`)?.content ?? '';

export const told = {
  issuer: of('issuer'),
  clientId: of('client-id'),
  scope: of('scope'),
  tenantClaim: of('tenant-claim'),
  roleClaim: of('role-claim'),
};

/** Of this page's Content-Security-Policy; browsers hide the attribute and keep the property. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
