import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { VerdictName } from '@/shared/Verdict';
import { root } from '@/shell/root';
import { STATES } from './says';

export const TABS = ['overview', 'numbers', 'calls', 'refusals', 'changes'] as const;
export type Tab = (typeof TABS)[number];

export type TrunkSearch = { q?: string; state?: VerdictName; country?: string };

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

/** What is no condition is left out of the address. */
function searched({ q, state, country }: Record<string, unknown>): TrunkSearch {
  const found = {
    q: text(q),
    state: STATES.find((one) => one === state),
    country: /^[A-Z]{2}$/.test(String(country)) ? String(country) : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

export const trunkList = createRoute({
  getParentRoute: () => root,
  path: '/trunks',
  validateSearch: searched,
  component: lazyRouteComponent(() => import('./TrunkList'), 'TrunkList'),
});

export const trunkNew = createRoute({
  getParentRoute: () => root,
  path: '/trunks/new',
  component: lazyRouteComponent(() => import('./TrunkNew'), 'TrunkNew'),
});

export const trunkPage = createRoute({
  getParentRoute: () => root,
  path: '/trunks/$trunkId',
  validateSearch: (search): { tab?: Tab } => {
    const tab = TABS.find((one) => one === search.tab);
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(() => import('./TrunkPage'), 'TrunkPage'),
});

export const trunkEdit = createRoute({
  getParentRoute: () => root,
  path: '/trunks/$trunkId/edit',
  component: lazyRouteComponent(() => import('./TrunkEdit'), 'TrunkEdit'),
});
