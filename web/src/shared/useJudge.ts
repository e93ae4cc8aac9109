/**
 * What the service would say of a form, told at its fields while somebody types. It is asked when the keys rest, and
 * only of fields that were touched: what nobody came to yet is not wrong. The focus stays where it is.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';
import { Refused } from '@/api/problem';
import { messages, type Places, type Words } from './atFields';
import { Newest } from './newest';

/** Asks the service what a write of these values would meet, and throws what the write would. */
export type Judge<T> = (values: T, signal: AbortSignal) => Promise<unknown>;

// milliseconds after the last key
const QUIET = 400;

type Given<T extends FieldValues> = {
  form: UseFormReturn<T>;
  judge: Judge<T> | undefined;
  places: Places;
  words: Words;
  /** Nothing is wrong any more. */
  onSound: () => void;
};

/** wrong: at how many fields something is wrong, as it was last judged. */
export function useJudge<T extends FieldValues>(given: Given<T>) {
  const { form, judge } = given;
  const [wrong, setWrong] = useState(0);
  const known = useRef(given);
  known.current = given;
  // read here, so that the form keeps them
  const { isSubmitted, dirtyFields, touchedFields } = form.formState;
  const state = useRef({ isSubmitted, dirtyFields, touchedFields });
  state.current = { isSubmitted, dirtyFields, touchedFields };

  const asking = useMemo(() => {
    const cameTo = (field: string) => {
      const { isDirty, isTouched } = known.current.form.getFieldState(field as FieldPath<T>);
      return state.current.isSubmitted || isDirty || isTouched;
    };
    const tell = (refusal: unknown) => {
      if (refusal && !(refusal instanceof Refused && refusal.problem.errors.length)) return;
      const { form, places, words, onSound } = known.current;
      const found = messages(refusal, places, words).filter(({ field }) => cameTo(field));
      form.clearErrors();
      for (const { field, message } of found)
        form.setError(field as FieldPath<T>, { type: 'server', message });
      setWrong(found.length);
      if (!refusal) onSound();
    };
    return new Newest<T, unknown>(
      QUIET,
      async (values, signal) =>
        known.current.judge?.(values, signal).then(
          () => undefined,
          (refusal) => refusal,
        ),
      tell,
    );
  }, []);

  const judged = judge !== undefined;
  const { watch } = form;
  useEffect(() => {
    if (!judged) return;
    const watching = watch(() => asking.next(() => known.current.form.getValues()));
    return () => {
      watching.unsubscribe();
      asking.stop();
    };
  }, [judged, watch, asking]);
  return { wrong, stop: () => asking.stop() };
}
