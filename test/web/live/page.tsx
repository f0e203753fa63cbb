import { render } from 'preact';
import { LivePlayer } from '../../../src/web/live/player.tsx';

/** One player and nothing else: `#<token>/<camera>`; `show('')` takes it away. */
const [token = '', first = ''] = location.hash.slice(1).split('/');
const place = document.querySelector('#player') ?? document.body;

function show(camera: string): void {
  render(camera === '' ? null : <LivePlayer camera={camera} />, place);
}

/** What the video shows now, as RGBA of 384 × 256 in base64, and when that is. */
function shot(): { at: number; data: string; state: string; ahead: number; rate: number } | undefined {
  const video = document.querySelector('video');
  const state = document.querySelector('.live-player')?.getAttribute('data-state') ?? '';
  if (!video || video.videoWidth === 0) return undefined;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [384, 256];
  const context = canvas.getContext('2d');
  const at = Date.now();
  context?.drawImage(video, 0, 0, 384, 256);
  const data = context?.getImageData(0, 0, 384, 256).data ?? new Uint8ClampedArray();
  let text = '';
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i] ?? 0);
  const ahead = video.buffered.length === 0 ? 0 : video.buffered.end(video.buffered.length - 1) - video.currentTime;
  return { at, data: btoa(text), state, ahead, rate: video.playbackRate };
}

Object.assign(globalThis, { show, shot });
await fetch('/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) });
show(first);
