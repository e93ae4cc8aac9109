import { mayChange, operates } from './roles';
import { useSession } from './session';

export function useMayChange(): boolean {
  const session = useSession();
  return session.state === 'in' && mayChange(session.person.role);
}

export function useOperates(): boolean {
  const session = useSession();
  return (session.state === 'in' || session.state === 'lost') && operates(session.person.role);
}
