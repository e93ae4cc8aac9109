/** What was typed and not sent outlives a reload: in this tab, until it is sent or given up. Never for secrets. */
import { useEffect } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

const keyOf = (name: string) => `keepline-draft:${name}`;

/** name: of the form and of what it changes, with the version. */
export function draftOf<T>(name: string, otherwise: T): T {
  try {
    const kept = sessionStorage.getItem(keyOf(name));
    return kept ? (JSON.parse(kept) as T) : otherwise;
  } catch {
    return otherwise;
  }
}

export const keepDraft = (name: string, typed: unknown) =>
  sessionStorage.setItem(keyOf(name), JSON.stringify(typed));

export const forgetDraft = (name: string) => sessionStorage.removeItem(keyOf(name));

export function useDraft<T extends FieldValues>(name: string | undefined, form: UseFormReturn<T>) {
  const { watch } = form;
  useEffect(() => {
    if (!name) return;
    const watching = watch((values) => keepDraft(name, values));
    return () => watching.unsubscribe();
  }, [watch, name]);
  return { forget: () => name && forgetDraft(name) };
}
