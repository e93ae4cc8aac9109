import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

export type NumberSearch = { q?: string; trunk?: string };

export const numberList = createRoute({
  getParentRoute: () => root,
  path: '/numbers',
  validateSearch: ({ q, trunk }): NumberSearch => ({
    ...(typeof q === 'string' && q && { q }),
    ...(typeof trunk === 'string' && trunk && { trunk }),
  }),
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

export const numbersMany = createRoute({
  getParentRoute: () => root,
  path: '/numbers/many',
  component: lazyRouteComponent(() => import('./NumbersMany'), 'NumbersMany'),
});
