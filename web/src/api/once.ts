/** Idempotency keys: the same body of the same form has one key, so that sending it again makes nothing twice. */
import { useRef } from 'react';

export function useOnce(): (body: unknown) => RequestInit {
  const kept = useRef({ body: '', key: '' });
  return (body) => {
    const text = JSON.stringify(body);
    if (kept.current.body !== text) kept.current = { body: text, key: crypto.randomUUID() };
    return { headers: { 'Idempotency-Key': kept.current.key } };
  };
}
