import { Alert, Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Copyable } from '@/shared/Copyable';

/** In memory and on the screen, once: the service keeps a hash of it. */
export function SecretOnce({ name, secret, close }: { name: string; secret: string; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="indigo" variant="outline" title={t('settings.secretTitle', { name })} mb="lg" role="status">
      <Stack gap="sm" align="flex-start">
        <Text>{t('settings.secretSays')}</Text>
        <Copyable value={secret} what={t('settings.secret')} />
        <Button variant="default" onClick={close}>
          {t('settings.secretKept')}
        </Button>
      </Stack>
    </Alert>
  );
}
