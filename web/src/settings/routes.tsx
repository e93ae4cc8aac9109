import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { root } from '@/shell/root';

export const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/keys' });
  },
});

export const settingsKeys = createRoute({
  getParentRoute: () => root,
  path: '/settings/keys',
  component: lazyRouteComponent(() => import('./Keys'), 'Keys'),
});

export const settingsAudit = createRoute({
  getParentRoute: () => root,
  path: '/settings/audit',
  component: lazyRouteComponent(() => import('./Audit'), 'Audit'),
});

export const settingsAddresses = createRoute({
  getParentRoute: () => root,
  path: '/settings/addresses',
  component: lazyRouteComponent(() => import('./Addresses'), 'Addresses'),
});
