import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

export const connectBegin = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  component: lazyRouteComponent(() => import('./screens'), 'Begin'),
});

export const connectStep = createRoute({
  getParentRoute: () => root,
  path: '/connect/$onboardingId/$step',
  component: lazyRouteComponent(() => import('./screens'), 'StepPage'),
});
