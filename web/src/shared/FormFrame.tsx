import { Button, Group, Stack, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { type Places, showAtFields } from './atFields';
import { Failure, isMismatch } from './Failure';
import { useDraft } from './useDraft';
import { type Judge, useJudge } from './useJudge';

type Props<T extends FieldValues> = {
  form: UseFormReturn<T>;
  /** Names the draft; undefined: what is typed here is not kept. */
  draft?: string;
  places: Places;
  /** Sends it; what it throws is shown. */
  send: (values: T) => Promise<void>;
  /** What the service says while somebody types. */
  judge?: Judge<T>;
  verb: string;
  /** Beside the button that sends. */
  beside?: ReactNode;
  /** When somebody else changed it meanwhile. */
  loadCurrent?: () => void;
  children: ReactNode;
};

/** What all forms do alike: send, and say what the service found wrong at the fields, and above them. */
export function FormFrame<T extends FieldValues>(props: Props<T>) {
  const { form, draft, places, send, judge, verb, beside, loadCurrent, children } = props;
  const { t } = useTranslation();
  const [error, setError] = useState<unknown>();
  const kept = useDraft(draft, form);
  const words = (line: number, said: string) => t('shared.line', { line, said });
  const judged = useJudge({ form, judge, places, words, onSound: () => setError(undefined) });
  const submit = form.handleSubmit(async (values) => {
    setError(undefined);
    judged.stop();
    try {
      await send(values);
      kept.forget();
    } catch (refusal) {
      setError(refusal);
      showAtFields(refusal, places, form.setError, words);
    }
  });
  const again = () => {
    kept.forget();
    setError(undefined);
    loadCurrent?.();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg" maw={640}>
        {Boolean(error) && (
          <Failure error={error} again={isMismatch(error) && loadCurrent ? again : undefined} />
        )}
        {children}
        <VisuallyHidden role="status">
          {judged.wrong > 0 && t('shared.wrong', { count: judged.wrong })}
        </VisuallyHidden>
        <Group>
          <Button type="submit" loading={form.formState.isSubmitting}>
            {verb}
          </Button>
          {beside}
        </Group>
      </Stack>
    </form>
  );
}
