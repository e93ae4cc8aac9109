import { List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TraceStepBody } from '@/api/generated/api.schemas';
import { IconCheck, IconX } from './icons';

/** What the rules looked at, in order, each with its mark. What is small is the service's, with ids and addresses. */
export function Trace({ steps }: { steps: TraceStepBody[] }) {
  const { t } = useTranslation();
  return (
    <List
      type="ordered"
      listStyleType="none"
      spacing={6}
      withPadding={false}
      styles={{ itemWrapper: { alignItems: 'flex-start' } }}
    >
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
          <Text size="sm">
            {t(`shared.rules.${step.rule}.${step.matched ? 'fits' : 'not'}`, { defaultValue: step.rule })}
          </Text>
          <Text size="xs" c="dimmed" lang="en" style={{ overflowWrap: 'anywhere' }}>
            {step.detail}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}
