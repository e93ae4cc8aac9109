import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

export type CallSearch = { number?: string; trunk?: string; agent?: string; answered?: 'true' | 'false' };

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

/** What is no filter is left out of the address. */
function searched(search: Record<string, unknown>): CallSearch {
  const answered = String(search.answered);
  const found = {
    number: text(search.number),
    trunk: text(search.trunk),
    agent: text(search.agent),
    answered: answered === 'true' || answered === 'false' ? answered : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

export const callList = createRoute({
  getParentRoute: () => root,
  path: '/calls',
  validateSearch: searched,
  component: lazyRouteComponent(() => import('./CallList'), 'CallList'),
});

export const callPage = createRoute({
  getParentRoute: () => root,
  path: '/calls/$callId',
  component: lazyRouteComponent(() => import('./CallPage'), 'CallPage'),
});
