import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

type Tab = 'overview' | 'numbers';
const TABS: readonly string[] = ['overview', 'numbers'];

export const trunkList = createRoute({
  getParentRoute: () => root,
  path: '/trunks',
  validateSearch: (search): { q?: string } =>
    typeof search.q === 'string' && search.q ? { q: search.q } : {},
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
  validateSearch: (search): { tab?: Tab } =>
    TABS.includes(search.tab as string) ? { tab: search.tab as Tab } : {},
  component: lazyRouteComponent(() => import('./TrunkPage'), 'TrunkPage'),
});

export const trunkEdit = createRoute({
  getParentRoute: () => root,
  path: '/trunks/$trunkId/edit',
  component: lazyRouteComponent(() => import('./TrunkEdit'), 'TrunkEdit'),
});
