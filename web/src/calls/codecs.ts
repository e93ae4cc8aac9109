/** How the sound of a call was packed, and whether the switch converted it. */
import type { MediaBody } from '@/api/generated/api.schemas';

export type CodecSays =
  | { key: 'codec' | 'codecBoth'; codec: string }
  | { key: 'transcoded'; from: string; to: string };

/** SDP's names are not how people write them. */
const WRITTEN: Record<string, string> = { OPUS: 'Opus', G722: 'G.722' };

/** Undefined: nobody noted one. */
export function codecSays({ codec, leg_codec: ofLeg }: MediaBody): CodecSays | undefined {
  const [provider, agent] = [written(codec), written(ofLeg)];
  if (!provider) return undefined;
  if (!agent) return { key: 'codec', codec: provider };
  return agent === provider
    ? { key: 'codecBoth', codec: provider }
    : { key: 'transcoded', from: provider, to: agent };
}

const written = (name = ''): string => WRITTEN[name.toUpperCase()] ?? name;
