import { Button, CopyButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconCopy } from '@/shared/icons';

/** Copies what stands above it. */
export function CopyText({ value, says }: { value: string; says: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        >
          {copied ? t('shared.copied') : says}
        </Button>
      )}
    </CopyButton>
  );
}
