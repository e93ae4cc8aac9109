// `npm run dev`: Vite in the door's place, with the API of a running demo (eval "$(make -s env)").
/** @param {string | undefined} door @param {string | undefined} issuer */
export function servedByVite(door, issuer) {
  const told = {
    KEEPLINE_ISSUER: issuer ?? '',
    KEEPLINE_CLIENT_ID: 'keepline-web',
    KEEPLINE_SCOPE: 'openid profile offline_access',
    KEEPLINE_TENANT_CLAIM: 'tenant_id',
    KEEPLINE_ROLE_CLAIM: 'role',
  };
  return {
    name: 'served-by-vite',
    apply: 'serve',
    config: () => ({ server: { host: '127.0.0.1', proxy: door ? { '/api': door, '/problems': door } : {} } }),
    transformIndexHtml: (html) =>
      Object.entries(told).reduce((page, [place, value]) => page.replace(place, value), html),
  };
}
