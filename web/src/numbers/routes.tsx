import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

export const numberList = createRoute({
  getParentRoute: () => root,
  path: '/numbers',
  validateSearch: (search): { q?: string } =>
    typeof search.q === 'string' && search.q ? { q: search.q } : {},
  component: lazyRouteComponent(() => import('./NumberList'), 'NumberList'),
});

export const numberNew = createRoute({
  getParentRoute: () => root,
  path: '/numbers/new',
  component: lazyRouteComponent(() => import('./NumberNew'), 'NumberNew'),
});

export const numberPage = createRoute({
  getParentRoute: () => root,
  path: '/numbers/$numberId',
  component: lazyRouteComponent(() => import('./NumberPage'), 'NumberPage'),
});
