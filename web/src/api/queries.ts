import { QueryClient } from '@tanstack/react-query';
import { readAgainWhenTold } from './otherTabs';
import { mayPass, Refused } from './problem';

const TRIES = 4;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < TRIES && mayPass(error),
      retryDelay: (count, error) =>
        error instanceof Refused && error.retryAfter
          ? error.retryAfter * 1000
          : Math.min(500 * 2 ** count, 8000),
    },
    mutations: { retry: false },
  },
});

readAgainWhenTold(queries);
