import { describe, expect, it } from 'vitest';
import { percent, shares } from '@/success/shares';
import { asked, isTurned, searched, spanKey } from '@/success/span';

describe('the time that is asked for', () => {
  it('leaves what is no day out of the address', () => {
    expect(searched({ from: '2026-11-01', to: '2026-11-26' })).toEqual({
      from: '2026-11-01',
      to: '2026-11-26',
    });
    for (const wrong of ['', '2026', '2026-13-01', '<b>', 20261101, ['2026-11-01'], '2026-11-01T00:00'])
      expect([wrong, searched({ from: wrong })]).toEqual([wrong, {}]);
  });

  it('holds the whole of its last day, as long as that is here', () => {
    for (const to of ['2026-11-26', '2026-03-29', '2026-12-31']) {
      const end = new Date(String(asked({ to }).to));
      expect([end.getHours(), end.getMinutes()]).toEqual([0, 0]);
      end.setDate(end.getDate() - 1);
      expect(end.toLocaleDateString('sv')).toBe(to);
    }
    expect(asked({ from: '2026-11-01' })).toEqual({ from: new Date('2026-11-01T00:00').toISOString() });
    expect(asked({})).toEqual({});
  });

  it('does not end before it begins', () => {
    expect(isTurned({ from: '2026-11-02', to: '2026-11-01' })).toBe(true);
    expect(isTurned({ from: '2026-11-01', to: '2026-11-01' })).toBe(false);
    expect(isTurned({ to: '2026-11-01' })).toBe(false);
  });

  it('is told by what is chosen of it', () => {
    expect(spanKey({})).toBe('recent');
    expect(spanKey({ from: '2026-11-01' })).toBe('since');
    expect(spanKey({ to: '2026-11-01' })).toBe('until');
    expect(spanKey({ from: '2026-11-01', to: '2026-11-01' })).toBe('between');
  });
});

it('counts each onboarding once among what became of them', () => {
  const of = { begun: 10, live: 6, live_untested: 2, open: 3, abandoned: 1, stopped_at: [], refused: [] };
  expect(shares(of).map(({ count }) => count)).toEqual([4, 2, 3, 1]);
  expect(percent(0.755, 'en-GB')).toBe('76%');
});
