/** What is fetched when somebody begins: the words of the guided way, and its screens. */
import './words';

export { Begin } from './Begin';
export { StepPage } from './StepPage';
export { Welcome } from './Welcome';
