import { Alert, Anchor, Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Refused, SignedOut, Unreached } from '@/api/problem';
import { IconAlertCircle } from '@/shared/icons';
import { serviceSays } from './serviceWords';

type Props = { error: unknown; again?: () => void; mt?: string; mb?: string };

/** What went wrong, what to do, and the code with its page: alike on every screen. */
export function Failure({ error, again, ...where }: Props) {
  const { t } = useTranslation();
  if (error instanceof SignedOut) return null; // the whole page says so
  return (
    <Alert color="red" variant="outline" icon={<IconAlertCircle aria-hidden />} role="alert" {...where}>
      {error instanceof Refused ? <Said refused={error} /> : <Silence error={error} />}
      {again && !isForbidden(error) && (
        <Button variant="default" size="compact-md" mt="sm" onClick={again}>
          {isMismatch(error) ? t('shared.loadCurrent') : t('shared.tryAgain')}
        </Button>
      )}
    </Alert>
  );
}

const isForbidden = (error: unknown) => error instanceof Refused && error.problem.code === 'role_forbidden';

export const isMismatch = (error: unknown) =>
  error instanceof Refused && error.problem.code === 'version_mismatch';

function Said({ refused }: { refused: Refused }) {
  const { t } = useTranslation();
  const { code, detail, hint, request_id } = refused.problem;
  const ours = isMismatch(refused);
  const { what, repair: known, lang, exact } = serviceSays(code, detail, hint);
  // the service speaks of tokens, which nobody here has in hand
  const repair = isForbidden(refused) ? t('shared.askOwner') : known;
  // the hint of several faults is that of the first; each stands at its field
  const isOfOne = exact || (refused.problem.errors ?? []).length < 2;
  return (
    <>
      <Text fw={600} lang={ours ? undefined : lang}>
        {ours ? t('shared.mismatch') : what}
      </Text>
      {(ours || isOfOne) && (
        <Text lang={ours ? undefined : lang}>{ours ? t('shared.mismatchHint') : repair}</Text>
      )}
      {exact && !ours && (
        <Text size="xs" c="dimmed" lang="en">
          {exact}
        </Text>
      )}
      <Text size="xs" c="dimmed" ff="monospace" mt={4}>
        <Anchor
          href={`/problems/${code}`}
          target="_blank"
          size="xs"
          c="dimmed"
          underline="always"
          aria-label={t('shared.whatCodeMeans', { code })}
        >
          {code}
        </Anchor>{' '}
        {request_id}
      </Text>
    </>
  );
}

function Silence({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!(error instanceof Unreached)) return <Text lang="en">{String(error)}</Text>;
  return (
    <>
      <Text fw={600}>{t('shared.unreached')}</Text>
      <Text>{t('shared.unreachedHint')}</Text>
    </>
  );
}
