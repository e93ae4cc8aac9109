import { Button, FileButton, Group, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { wire } from '@/shared/wire';

type Props = { text: string; setText: (become: (before: string) => string) => void; error?: ReactNode };

/** Numbers, one a line: typed, pasted, or of a file, which is added to what stands there. */
export function Pasted({ text, setText, error }: Props) {
  const { t } = useTranslation();
  const read = async (file: File | null) => {
    const more = await file?.text();
    if (more) setText((before) => [before.trim(), more.trim()].filter(Boolean).join('\n'));
  };
  return (
    <div>
      <Textarea
        label={t('connect.numbers.list')}
        description={t('connect.numbers.listHint')}
        value={text}
        onChange={({ currentTarget: { value } }) => setText(() => value)}
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        autoComplete="off"
        required
        error={error}
        classNames={{ input: wire }}
      />
      <Group mt="sm">
        <FileButton onChange={(file) => void read(file)} accept=".csv,.txt,text/csv,text/plain">
          {(props) => (
            <Button variant="default" {...props}>
              {t('connect.numbers.file')}
            </Button>
          )}
        </FileButton>
      </Group>
    </div>
  );
}
