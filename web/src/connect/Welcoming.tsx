import { lazy, Suspense } from 'react';
import { Waiting } from '@/shared/Waiting';

const Screen = lazy(() => import('./screens').then(({ Welcome }) => ({ default: Welcome })));

/** The screen of an account with nothing, which most people see once. */
export function Welcome() {
  return (
    <Suspense fallback={<Waiting />}>
      <Screen />
    </Suspense>
  );
}
