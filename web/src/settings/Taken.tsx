import { Button, Code, CopyButton, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card } from '@/shared/Card';
import { IconCheck, IconCopy, IconDownload } from '@/shared/icons';
import { saveFile } from '@/shared/saveFile';

/** A text to hand on: to read, to copy, as a file of that name. */
export function Taken({ title, text, name }: { title: string; text: string; name: string }) {
  const { t } = useTranslation();
  return (
    <Card title={title}>
      {/* a long line is scrolled, by keyboard too */}
      <Code block tabIndex={0} role="region" aria-label={title} dir="ltr">
        {text}
      </Code>
      <Group gap="xs" mt="sm">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              aria-label={copied ? t('shared.copied') : t('shared.copyOf', { what: title })}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            >
              {copied ? t('shared.copied') : t('shared.copy')}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          onClick={() => saveFile(new Blob([text], { type: 'text/plain' }), name)}
          aria-label={t('shared.downloadOf', { what: title })}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('shared.download')}
        </Button>
      </Group>
    </Card>
  );
}
