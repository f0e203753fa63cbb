import { render } from 'preact';
import './styles/index.css';
import { App } from './app.tsx';
import { startRouter } from './router.ts';
import { startSession } from './session.ts';
import { startKeys } from './shell/keys.tsx';
import { keepAlerts } from './store/alerts.ts';
import { keepCameras } from './store/cameras.ts';
import { startFeed } from './store/feed.ts';

startRouter();
startKeys();
keepCameras();
keepAlerts();
startFeed();
void startSession();
const page = document.getElementById('page');
if (page) render(<App />, page);
