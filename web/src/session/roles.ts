/** What a role may do here. The services decide; the screens only leave out what would be refused. */
export function mayChange(role: string): boolean {
  return role === 'owner' || role === 'admin';
}

/** An operator keeps Keepline running for all tenants, and reads nothing that is one tenant's. */
export const operates = (role: string): boolean => role === 'operator';
