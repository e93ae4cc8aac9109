import { Alert, Button, Code, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Mark } from '@/shell/Mark';
import classes from './SignIn.module.css';
import { signIn } from './session';

export function SignIn({ failed }: { failed?: string }) {
  const { t } = useTranslation();
  const [leaving, setLeaving] = useState(false);
  const go = () => {
    setLeaving(true);
    void signIn().finally(() => setLeaving(false));
  };
  return (
    <main className={classes.page}>
      <Stack gap="lg" className={classes.card}>
        <Mark />
        <div>
          <Title order={1}>{t('session.title')}</Title>
          <Text size="lg" c="dimmed" mt="xs">
            {t('session.what')}
          </Text>
        </div>
        {failed && (
          <Alert color="red" title={t('session.failed')}>
            {t('session.failedHint')}
            <Code block lang="en" mt="xs">
              {failed}
            </Code>
          </Alert>
        )}
        <Button size="md" onClick={go} loading={leaving} autoFocus>
          {t('session.signIn')}
        </Button>
      </Stack>
    </main>
  );
}
