import type { Words } from '..';
import answering from './answering.json';
import calls from './calls.json';
import connect from './connect.json';
import dashboard from './dashboard.json';
import live from './live.json';
import numbers from './numbers.json';
import problems from './problems.json';
import refusals from './refusals.json';
import session from './session.json';
import settings from './settings.json';
import shared from './shared.json';
import shell from './shell.json';
import success from './success.json';
import trunks from './trunks.json';

/** What the services' codes mean: what happened, and what to do. English is what they say themselves. */
export { problems };

export const german: Words = {
  shell,
  session,
  shared,
  calls,
  connect,
  numbers,
  trunks,
  answering,
  settings,
  dashboard,
  live,
  refusals,
  success,
};
