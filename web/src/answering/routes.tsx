import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { root } from '@/shell/root';

export const answeringList = createRoute({
  getParentRoute: () => root,
  path: '/answering',
  component: lazyRouteComponent(() => import('./Answering'), 'Answering'),
});

export const agentNew = createRoute({
  getParentRoute: () => root,
  path: '/answering/agents/new',
  component: lazyRouteComponent(() => import('./AgentNew'), 'AgentNew'),
});

export const agentPage = createRoute({
  getParentRoute: () => root,
  path: '/answering/agents/$agentId',
  component: lazyRouteComponent(() => import('./AgentPage'), 'AgentPage'),
});

export const planNew = createRoute({
  getParentRoute: () => root,
  path: '/answering/plans/new',
  component: lazyRouteComponent(() => import('./PlanNew'), 'PlanNew'),
});

export const planPage = createRoute({
  getParentRoute: () => root,
  path: '/answering/plans/$planId',
  component: lazyRouteComponent(() => import('./PlanPage'), 'PlanPage'),
});
