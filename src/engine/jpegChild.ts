import { runChild, sendToParent } from '../health/childSide.ts';
import { encodeJpeg } from '../media/jpeg.ts';
import type { FromJpeg, ToJpeg } from './jpegWire.ts';

/** Makes JPEGs of frames: libav runs in no other process than one of these. */

/** Every answer is waited for: none may be dropped. */
const send = (message: FromJpeg): boolean => sendToParent(message, Number.POSITIVE_INFINITY);

runChild({
  init: () => undefined,
  message: (raw) => {
    const { id, picture } = raw as ToJpeg;
    encodeJpeg(picture).then(
      (jpeg) => send({ id, jpeg }),
      (error: unknown) => send({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  },
  stop: () => undefined,
});
