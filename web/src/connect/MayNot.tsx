import { useTranslation } from 'react-i18next';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';

/** For whoever may look and not change. */
export function MayNot() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('shell.connect')} />
      <Empty sentence={t('shared.notChanged')} action={<LinkButton to="/">{t('shared.back')}</LinkButton>} />
    </>
  );
}
