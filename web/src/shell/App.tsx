import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { queries } from '@/api/queries';
import { LostSession } from '@/session/LostSession';
import { SignIn } from '@/session/SignIn';
import { useSession } from '@/session/session';
import { nonce } from '@/session/told';
import { router } from './router';
import { theme, variables } from './theme';

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
      <Notifications position="bottom-right" />
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
      {session.state === 'lost' && <LostSession />}
    </>
  );
}
