import './shell/mantine.css';
import './shell/page.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { begin } from './session/session';
import { App } from './shell/App';
import { beginWords } from './words';

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
