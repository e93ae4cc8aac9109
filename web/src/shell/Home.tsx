import { Navigate } from '@tanstack/react-router';
import { Dashboard } from '@/dashboard/Dashboard';
import { useOperates } from '@/session/rights';

/** An operator has no telephone lines, and comes to how others get theirs. */
export function Home() {
  return useOperates() ? <Navigate to="/onboardings" replace /> : <Dashboard />;
}
