import { Alert, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BroughtBody } from '@/api/generated/api.schemas';
import { IconAlertCircle } from '@/shared/icons';
import { Num } from '@/shared/Num';
import { serviceSays } from '@/shared/serviceWords';

/** What changed between the judgement and the button: each number that was not brought in, and why. */
export function NotBrought({ results }: { results: BroughtBody[] }) {
  const { t } = useTranslation();
  if (results.length === 0) return null;
  return (
    <Alert color="red" variant="outline" icon={<IconAlertCircle aria-hidden />} role="alert" mb="md">
      <Text fw={600}>{t('connect.numbers.notBrought', { count: results.length })}</Text>
      {results.map(({ number, code = '', detail = '', hint = '' }) => {
        const { what, repair, lang } = serviceSays(code, detail, hint);
        return (
          <Text key={number}>
            <Num e164={number} />: <span lang={lang}>{`${what} ${repair}`}</span>{' '}
            <Text span size="xs" ff="monospace" c="dimmed">
              {code}
            </Text>
          </Text>
        );
      })}
    </Alert>
  );
}
