import { Alert, Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { WarningBody } from '@/api/generated/api.schemas';
import { IconAlertTriangle } from './icons';
import { serviceSays } from './serviceWords';

/** What was taken as it was sent and should be looked at. */
export function Warned({ warnings }: { warnings: WarningBody[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert color="yellow" variant="outline" mb="md" icon={<IconAlertTriangle aria-hidden />} role="status">
      {warnings.map((one) => (
        <One key={`${one.pointer} ${one.code}`} warning={one} />
      ))}
    </Alert>
  );
}

function One({ warning }: { warning: WarningBody }) {
  const { t } = useTranslation();
  const { code, detail, hint } = warning;
  const { what, repair, lang } = serviceSays(code, detail, hint);
  return (
    <>
      <Text fw={600} lang={lang}>
        {what}
      </Text>
      <Text lang={lang}>{repair}</Text>
      <Anchor
        href={`/problems/${code}`}
        target="_blank"
        size="xs"
        c="dimmed"
        ff="monospace"
        underline="always"
        aria-label={t('shared.whatCodeMeans', { code })}
      >
        {code}
      </Anchor>
    </>
  );
}
