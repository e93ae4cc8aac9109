import './words';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useGetOnboardingSuccess } from '@/api/generated/onboardings';
import { useOperates } from '@/session/rights';
import { Empty } from '@/shared/Empty';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { Nowhere } from '@/shell/Nowhere';
import { Days } from './Days';
import { Figures } from './Figures';
import { HowItGoes } from './HowItGoes';
import { asked, isTurned } from './span';

const route = getRouteApi('/onboardings');

/** How tenants get their numbers live, all together. To others than operators there is no such screen. */
export function Success() {
  return useOperates() ? <Asked /> : <Nowhere />;
}

function Asked() {
  const { t } = useTranslation();
  const span = route.useSearch();
  const turned = isTurned(span);
  const query = useGetOnboardingSuccess(asked(span), {
    query: { enabled: !turned, placeholderData: keepPreviousData },
  });
  const known = query.isPlaceholderData ? undefined : query.data;
  return (
    <>
      <PageHead
        title={t('success.title')}
        sentence={known ? <HowItGoes of={known} span={span} /> : t('success.sentence')}
      />
      <Days span={span} turned={turned} />
      {!turned && (
        <Read query={query}>
          {(data) => (data.begun ? <Figures of={data} /> : <Nobody chosen={Boolean(span.from || span.to)} />)}
        </Read>
      )}
    </>
  );
}

function Nobody({ chosen }: { chosen: boolean }) {
  const { t } = useTranslation();
  return (
    <Empty
      sentence={t('success.nobody')}
      action={
        chosen && (
          <LinkButton to="/onboardings" search={{}} variant="default">
            {t('success.showRecent')}
          </LinkButton>
        )
      }
    />
  );
}
