import { Button, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { signIn } from './session';

/** Over the page that the person was on: what was typed there stays until they choose to leave. */
export default function LostSession() {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={() => undefined} title={t('session.lost')} withCloseButton={false} centered>
      <Text mb="lg">{t('session.lostHint')}</Text>
      <Button onClick={() => void signIn()} data-autofocus>
        {t('session.signInAgain')}
      </Button>
    </Modal>
  );
}
