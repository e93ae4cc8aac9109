import { mayChange } from './roles';
import { useSession } from './session';

export function useMayChange(): boolean {
  const session = useSession();
  return session.state === 'in' && mayChange(session.person.role);
}
