import { Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '@/shared/stream/use';
import classes from './Pulse.module.css';

const SECOND = 1_000;
const MINUTE = 60;

/** What is waited for, how long already, and how long it usually takes. */
export function Pulse({ says, hint }: { says: string; hint: string }) {
  const { t } = useTranslation();
  const [began] = useState(Date.now);
  const seconds = Math.max(0, Math.floor((useNow() - began) / SECOND));
  const clock = `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, '0')}`;
  return (
    <div className={classes.waits}>
      <span className={classes.pulse} aria-hidden />
      <div>
        <Text role="status" fw={600}>
          {says}
        </Text>
        <Text size="xs" c="dimmed">
          {hint} <span aria-hidden>{t('connect.call.waited', { clock })}</span>
        </Text>
      </div>
    </div>
  );
}
