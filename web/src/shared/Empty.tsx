import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Empty.module.css';

/** One sentence, one action. */
export function Empty({ sentence, action }: { sentence: string; action?: ReactNode }) {
  return (
    <Stack align="center" gap="md" className={classes.empty}>
      <Text ta="center" maw="52ch">
        {sentence}
      </Text>
      {action}
    </Stack>
  );
}
