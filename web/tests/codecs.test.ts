import { expect, it } from 'vitest';
import { codecSays } from '@/calls/codecs';

it.each([
  ['nobody noted one', {}, undefined],
  ['the leg was not answered', { codec: 'PCMU' }, { key: 'codec', codec: 'PCMU' }],
  ['both are the same', { codec: 'G722', leg_codec: 'G722' }, { key: 'codecBoth', codec: 'G.722' }],
  [
    'a name in capitals is the same',
    { codec: 'opus', leg_codec: 'OPUS' },
    { key: 'codecBoth', codec: 'Opus' },
  ],
  ['they differ', { codec: 'opus', leg_codec: 'PCMU' }, { key: 'transcoded', from: 'Opus', to: 'PCMU' }],
  [
    'G.711 differs too',
    { codec: 'PCMA', leg_codec: 'PCMU' },
    { key: 'transcoded', from: 'PCMA', to: 'PCMU' },
  ],
  ['only the leg was noted', { leg_codec: 'PCMU' }, undefined],
])('%s', (_, media, told) => {
  expect(codecSays(media)).toEqual(told);
});
