import './shell/mantine.css';
import './shell/page.css';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { begin } from './session/session';
import { nonce } from './session/told';
import { App } from './shell/App';
import { beginWords } from './words';

// of the style tag with which a dialog keeps the page behind it from scrolling (react-remove-scroll)
setNonce(nonce);

async function start() {
  const [stays] = await Promise.all([begin(), beginWords()]);
  if (!stays) return;
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
