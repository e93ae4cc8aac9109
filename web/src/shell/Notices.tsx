import { Notifications } from '@mantine/notifications';

/** What was done, for a moment, at the edge of the window. */
export default function Notices() {
  return <Notifications position="bottom-right" />;
}
