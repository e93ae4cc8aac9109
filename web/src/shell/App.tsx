import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { queries } from '@/api/queries';
import { SignIn } from '@/session/SignIn';
import { useSession } from '@/session/session';
import { nonce } from '@/session/told';
import { router } from './router';
import { theme, variables } from './theme';

// after the first screen
const Notifications = lazy(() => import('./Notices'));
const LostSession = lazy(() => import('@/session/LostSession'));

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <Screen />
      </QueryClientProvider>
      <Suspense>
        <Notifications />
      </Suspense>
    </MantineProvider>
  );
}

function Screen() {
  const session = useSession();
  if (session.state === 'starting') return null;
  if (session.state === 'out') return <SignIn failed={session.failed} />;
  return (
    <>
      <RouterProvider router={router} />
      <Suspense>{session.state === 'lost' && <LostSession />}</Suspense>
    </>
  );
}
