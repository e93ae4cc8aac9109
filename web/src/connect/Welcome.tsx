import { useTranslation } from 'react-i18next';
import { useMayChange } from '@/session/rights';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';

/** The single screen of an account with nothing in it: what this is, and the one thing to do. */
export function Welcome() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  return (
    <>
      <PageHead
        title={t('connect.welcome.title')}
        sentence={mayChange ? t('connect.welcome.sentence') : t('connect.welcome.viewer')}
      />
      {mayChange && (
        <LinkButton to="/connect" size="lg">
          {t('shell.connect')}
        </LinkButton>
      )}
    </>
  );
}
