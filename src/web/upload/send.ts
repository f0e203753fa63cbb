import type { UploadOut } from '../../api/schemas/multimodal.ts';
import { Problem, problemOf } from '../api/problem.ts';
import { t } from '../i18n/language.ts';

/**
 * Uploads a video; `onShare` hears how much of it has gone, 0..1. fetch() cannot tell that, so this is XMLHttpRequest.
 * @throws Problem; the signal's reason when it aborts
 */
export function sendVideo(file: File, onShare: (share: number) => void, signal: AbortSignal): Promise<UploadOut> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const away = (): void => reject(new Problem(0, 'UNREACHABLE', t().shell.problem.unreachable, t().shell.problem.unreachableRemedy));
    request.open('POST', '/v1/uploads');
    request.responseType = 'json';
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total));
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(request.response as UploadOut);
      else reject(problemOf(request.status, request.response) ?? new Problem(request.status, 'UNEXPECTED', t().shell.problem.unexpected, t().shell.problem.unexpectedRemedy));
    });
    request.addEventListener('error', away);
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
