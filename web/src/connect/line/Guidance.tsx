import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OnboardingBody } from '@/api/generated/api.schemas';

/** By the line, in order: sentences, and what to ask whoever provides it. */
const SAID = {
  trunk: ['said.trunk.need', 'said.trunk.unsure'],
  forward: ['said.forward.today', 'said.forward.reach', 'said.forward.then'],
  port: ['said.port.today', 'said.port.how', 'said.port.meanwhile'],
} as const;
const ASKED = {
  trunk: [],
  forward: [
    'ask.forward.code',
    'ask.forward.bill',
    'ask.forward.voicemail',
    'ask.forward.caller',
    'ask.forward.many',
  ],
  port: ['ask.port.date', 'ask.port.keep', 'ask.port.papers'],
} as const;

/** What is possible with such a line today. */
export function Guidance({ line }: { line: OnboardingBody['line'] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" aria-live="polite">
      {SAID[line].map((one) => (
        <Text key={one}>{t(`connect.line.${one}`)}</Text>
      ))}
      {line !== 'trunk' && <Text fw={600}>{t(`connect.line.ask.${line}.title`)}</Text>}
      {line !== 'trunk' && (
        <List spacing="xs">
          {ASKED[line].map((one) => (
            <List.Item key={one}>{t(`connect.line.${one}`)}</List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
