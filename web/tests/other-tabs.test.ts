import { expect, it } from 'vitest';
import { changes } from '@/api/otherTabs';

it.each([
  ['a reading', '/api/v1/sip/trunks', undefined, false],
  ['a trunk that is made', '/api/v1/sip/trunks', 'POST', true],
  ['a trunk that is judged as it is typed', '/api/v1/sip/trunks?validate_only=true', 'POST', false],
  ['a change that is judged', '/api/v1/sip/trunks/trk_1?validate_only=true', 'PATCH', false],
  ['numbers that are judged', '/api/v1/phone/numbers:judge', 'POST', false],
  ['numbers that are brought in', '/api/v1/phone/numbers:bulkCreate', 'POST', true],
  ['who would answer', '/api/v1/routing/route', 'POST', false],
  ['a fix', '/api/v1/sip/rejections/rej_1:applyFix', 'POST', true],
  ['what is deleted', '/api/v1/sip/trunks/trk_1', 'DELETE', true],
])('other tabs read again after a change: %s', (_, address, method, told) => {
  expect(changes(address, { method })).toBe(told);
});
