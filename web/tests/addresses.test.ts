import { expect, it, vi } from 'vitest';
import { getGetCallEventsUrl } from '@/api/generated/calls';
import { getGoLiveUrl } from '@/api/generated/onboardings';

// it asks the page who is signed in
vi.mock('@/api/request', () => ({ request: vi.fn() }));

it.each(['../../keys', '..%2Fkeys', 'onb_1/x', 'onb_1?x', '#'])(
  'an id %j out of a link leads to no other address of the API',
  (id) => {
    const path = (address: string) => new URL(address, 'https://keepline.example').pathname.split('/');
    expect(path(getGoLiveUrl(id)).length).toBe(6);
    expect(path(getGoLiveUrl(id)).slice(0, 5).join('/')).toBe('/api/v1/sip/onboardings');
    expect(path(getGetCallEventsUrl(id)).join('/')).toBe(`/api/v1/calls/${encodeURIComponent(id)}/events`);
  },
);
