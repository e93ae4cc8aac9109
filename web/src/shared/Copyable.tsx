import { Button, CopyButton, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy } from '@/shared/icons';

/** A value of the wire and the button that copies it. what: as its label says. */
export function Copyable({ value, what }: { value: string; what: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="wrap">
      <Text ff="monospace" component="code" dir="ltr">
        {value}
      </Text>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button
            size="compact-sm"
            variant="default"
            onClick={copy}
            aria-label={copied ? t('shared.copied') : t('shared.copyOf', { what })}
            leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          >
            {copied ? t('shared.copied') : t('shared.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
