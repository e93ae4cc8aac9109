/** Keeps what is typed into a form as a draft. */
import { useEffect } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { forgetDraft, keepDraft } from './drafts';

export function useDraft<T extends FieldValues>(name: string | undefined, form: UseFormReturn<T>) {
  const { watch } = form;
  useEffect(() => {
    if (!name) return;
    const watching = watch((values) => keepDraft(name, values));
    return () => watching.unsubscribe();
  }, [watch, name]);
  return { forget: () => name && forgetDraft(name) };
}
