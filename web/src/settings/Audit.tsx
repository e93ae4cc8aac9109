import { useTranslation } from 'react-i18next';
import { Changes } from '@/shared/Changes';
import { PageHead } from '@/shared/PageHead';
import { SettingsTabs } from './SettingsTabs';

export function Audit() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('settings.title')} sentence={t('settings.auditSentence')} />
      <SettingsTabs value="audit" />
      <Changes none={t('settings.noEntries')} />
    </>
  );
}
