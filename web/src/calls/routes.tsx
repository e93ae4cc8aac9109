import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';
import { searched } from './search';

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
