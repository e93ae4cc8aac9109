import { getListNumbersQueryKey, listNumbers } from '@/api/generated/numbers';
import { PAGE_SIZE, usePages } from '@/shared/pages';

export const numbersKey = () => getListNumbersQueryKey();

export function useNumbers(q?: string) {
  const asked = { page_size: PAGE_SIZE, order_by: 'number', ...(q && { q }) };
  return usePages(
    [...getListNumbersQueryKey(asked), 'pages'],
    (page_token, signal) => listNumbers({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.numbers,
  );
}
