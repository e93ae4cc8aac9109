import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';
import { searched } from './span';

export const onboardings = createRoute({
  getParentRoute: () => root,
  path: '/onboardings',
  validateSearch: searched,
  component: lazyRouteComponent(() => import('./Success'), 'Success'),
});
