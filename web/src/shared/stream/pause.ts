/** Waits, and no longer than until the browser has its network again or the person looks at the page again. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const hurry = new AbortController();
    const done = () => {
      clearTimeout(timer);
      hurry.abort();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const { signal } = hurry;
    stop.addEventListener('abort', done, { signal });
    if (typeof window === 'undefined') return;
    window.addEventListener('online', done, { signal });
    document.addEventListener('visibilitychange', () => !document.hidden && done(), { signal });
  });
}
