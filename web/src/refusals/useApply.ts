/** Applies a fix; again it changes nothing. What it answered stands on every screen at once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RejectionBody } from '@/api/generated/api.schemas';
import { applyFix, getRejection } from '@/api/generated/rejections';
import { useOnce } from '@/api/once';
import { Refused } from '@/api/problem';
import { tellRejection } from '@/shared/stream/use';

type Asked = { row: RejectionBody; fix: string; plan_id?: string };

/** What a fix may have changed. */
const CHANGED = ['/api/v1/sip/', '/api/v1/phone/', '/api/v1/routing/'];

export function useApply(onFixed?: (row: RejectionBody) => void) {
  const queries = useQueryClient();
  const once = useOnce();
  return useMutation<RejectionBody, Error, Asked>({
    mutationFn: ({ row, fix, plan_id }) => {
      const body = { fix, ...(plan_id && { plan_id }) };
      return applyFix(row.id, body, once({ of: row.id, ...body }));
    },
    onSuccess: (row) => {
      tellRejection(row);
      onFixed?.(row);
      void queries.invalidateQueries({
        predicate: ({ queryKey: [first] }) => CHANGED.some((path) => String(first).startsWith(path)),
      });
    },
    onError: (error, { row }) => {
      // it fits no more, because something else has changed: what does fit now
      if (error instanceof Refused && error.problem.code === 'fix_outdated')
        void getRejection(row.id).then(tellRejection, () => undefined);
    },
  });
}
