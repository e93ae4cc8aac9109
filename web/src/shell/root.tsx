import { createRootRoute } from '@tanstack/react-router';
import { Broken, Nowhere } from './Nowhere';
import { Shell } from './Shell';

export const root = createRootRoute({ component: Shell, notFoundComponent: Nowhere, errorComponent: Broken });
