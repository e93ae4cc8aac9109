import { Button, Code, Text } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';

/** No such screen, and what is not there or not ours alike. */
export function Nowhere() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('shell.nowhere')} sentence={t('shell.nowhereHint')} />
      <LinkButton to="/trunks">{t('shell.toTrunks')}</LinkButton>
    </>
  );
}

export function Broken({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <PageHead title={t('shell.broken')} />
      <Text mb="xs">{t('shell.brokenHint')}</Text>
      <Code block lang="en" mb="lg">
        {String(error)}
      </Code>
      <Button onClick={() => location.reload()}>{t('shell.reload')}</Button>
    </div>
  );
}
