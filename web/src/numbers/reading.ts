import { getListNumbersQueryKey, listNumbers } from '@/api/generated/numbers';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import type { NumberSearch } from './routes';

export const numbersKey = () => getListNumbersQueryKey();

export function useNumbers({ q, trunk }: NumberSearch) {
  const asked = {
    page_size: PAGE_SIZE,
    order_by: 'number',
    ...(q && { q }),
    ...(trunk && { trunk_id: [trunk] }),
  };
  return usePages(
    [...getListNumbersQueryKey(asked), 'pages'],
    (page_token, signal) => listNumbers({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.numbers,
  );
}
