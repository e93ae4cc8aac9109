import { List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TraceStepBody } from '@/api/generated/api.schemas';
import { IconCheck, IconX } from './icons';

/** What the rules looked at, in order, each with its mark. The words are the service's. */
export function Trace({ steps }: { steps: TraceStepBody[] }) {
  const { t } = useTranslation();
  return (
    <List type="ordered" listStyleType="none" spacing={4} withPadding={false} center lang="en">
      {steps.map((step) => (
        <List.Item
          key={`${step.rule} ${step.detail}`}
          icon={
            step.matched ? (
              <IconCheck size={16} role="img" aria-label={t('shared.fits')} />
            ) : (
              <IconX size={16} role="img" aria-label={t('shared.fitsNot')} />
            )
          }
        >
          <Text span ff="monospace" size="xs">
            {step.rule}
          </Text>{' '}
          {step.detail}
        </List.Item>
      ))}
    </List>
  );
}
