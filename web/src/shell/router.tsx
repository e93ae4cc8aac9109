import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { agentNew, agentPage, answeringList, planNew, planPage } from '@/answering/routes';
import { callList, callPage } from '@/calls/routes';
import { connectBegin, connectStep } from '@/connect/routes';
import { numberList, numberNew, numberPage, numbersMany } from '@/numbers/routes';
import { settings, settingsAddresses, settingsAudit, settingsKeys } from '@/settings/routes';
import { onboardings } from '@/success/routes';
import { trunkEdit, trunkList, trunkNew, trunkPage } from '@/trunks/routes';
import { Broken, Nowhere } from './Nowhere';
import { root } from './root';

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./Home'), 'Home'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    connectBegin,
    connectStep,
    trunkList,
    trunkNew,
    trunkPage,
    trunkEdit,
    numberList,
    numberNew,
    numbersMany,
    numberPage,
    answeringList,
    agentNew,
    agentPage,
    planNew,
    planPage,
    callList,
    callPage,
    settings,
    settingsKeys,
    settingsAudit,
    settingsAddresses,
    onboardings,
  ]),
  defaultPreload: 'intent',
  defaultNotFoundComponent: Nowhere,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
