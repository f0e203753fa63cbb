import { AV_LOG_QUIET, AV_NOPTS_VALUE, AV_PKT_DATA_PRFT, AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { avGetCodecName, Dictionary, FFmpegError, FormatContext, InputFormat, Log } from 'node-av/lib';
import type { Packet, Stream } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { addressParts, parseAddress } from './address.ts';
import type { Address } from './address.ts';
import type { PacketTimes } from './clock/clock.ts';
import { openInlet } from './inlet/inlet.ts';
import type { OpenInlet, SourceOptions } from './inlet/inlet.ts';
import { markLosses } from './losses.ts';
import type { RtpHold } from './rtp/hold.ts';

export type { SourceOptions } from './inlet/inlet.ts';

/** A stream that is open: what it says of itself, its packets, and a decoder for them. Only children import this: it is native code. */
export interface Source {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** as declared, 0 where the stream does not say */
  readonly fps: number;
  /** of PTS and DTS, ms */
  readonly tick: number;
  /** stream time at which a file begins, ms; 0 where it does not say */
  readonly start: number;
  /** of a file, ms; undefined where it does not say */
  readonly duration: number | undefined;
  /** what a decoder is made for */
  readonly stream: Stream;
  /** ms that may lie between capture and arrival beyond what is usual, as with playlists; 0 otherwise */
  readonly latency: number;
  /** what can hold the stream back, of RTSP over TCP */
  readonly hold: RtpHold | undefined;
  /** the next video packet into `packet`; undefined at the end. Throws CAMERA_UNREACHABLE when the connection breaks. */
  next(packet: Packet): Promise<PacketTimes | undefined>;
  /** Goes to the last keyframe at or before this stream time (ms). False where the file cannot: it is then read on from where it is. */
  seek(to: number): Promise<boolean>;
  /** Ends a read that waits; there is no reading on after it. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Marks a packet that a loss may have hit. */
type Mark = (packet: Packet) => void;

/** A camera may move its stream to another path of its own so often. */
const REDIRECTS = 2;

// its messages hold addresses; what went wrong comes as error codes
Log.setLevel(AV_LOG_QUIET);

/**
 * Opens a stream or file. `opening` gets the handle before anything blocks, so that a watchdog can interrupt it. libav itself opens
 * nothing but the file, or a listener of ours: where that leads is held to `opts.network` (inlet/inlet.ts).
 * Throws CAMERA_UNREACHABLE, CAMERA_NO_VIDEO, CAMERA_STALLED, CAMERA_ENCRYPTED, ADDRESS_REFUSED, REDIRECT_REFUSED, TLS_UNVERIFIED or
 * VIDEO_UNREADABLE.
 */
export async function openSource(address: Address, opts: SourceOptions, opening: (interrupt: () => void) => void): Promise<Source> {
  const abort = new AbortController();
  let blocking = (): void => undefined;
  opening(() => {
    abort.abort();
    blocking();
  });
  for (let place = address, hop = 0; ; hop++) {
    const open = await openInlet(place, opts, abort.signal);
    try {
      return await openStream(address, open, (interrupt) => (blocking = interrupt), abort, place.kind === 'rtsp' && opts.transport === 'udp' ? markLosses() : undefined);
    } catch (error) {
      blocking = () => undefined;
      open.close();
      const next = movedTo(place, open.inlet.redirect);
      if (!next || hop >= REDIRECTS || abort.signal.aborted) throw open.inlet.way?.fault ?? error;
      place = next;
    }
  }
}

async function openStream(address: Address, { inlet, opened, close }: OpenInlet, opening: (interrupt: () => void) => void, abort: AbortController, mark: Mark | undefined): Promise<Source> {
  const context = new FormatContext();
  context.allocContext();
  let open = true;
  opening(() => {
    if (open) context.interrupt();
    // whoever waits for it to flow is to find that out
    inlet.hold?.release();
  });
  try {
    const format = inlet.format === undefined ? null : InputFormat.findInputFormat(inlet.format);
    check(await context.openInput(inlet.url, format, Dictionary.fromObject(inlet.options)), address);
    if (context.url !== inlet.url) throw new LookoutError('REDIRECT_REFUSED', `${address.shown} redirects to another address.`);
    check(await context.findStreamInfo(null), address);
    opened();
    const index = context.findBestStream(AVMEDIA_TYPE_VIDEO);
    const stream = context.streams[index];
    if (!stream) throw new LookoutError('CAMERA_NO_VIDEO', `${address.shown} has no video.`);
    const tick = (1000 * stream.timeBase.num) / stream.timeBase.den;
    return {
      codec: avGetCodecName(stream.codecpar.codecId) ?? 'unknown',
      width: stream.codecpar.width,
      height: stream.codecpar.height,
      fps: stream.avgFrameRate.den > 0 ? stream.avgFrameRate.num / stream.avgFrameRate.den : 0,
      tick,
      start: milliseconds(context.startTime) ?? 0,
      duration: milliseconds(context.duration),
      stream,
      latency: inlet.latency,
      hold: inlet.hold,
      next: (packet) =>
        nextPacket(context, { index, tick }, packet, address, mark).catch((error: unknown) => {
          throw inlet.way?.fault ?? error;
        }),
      seek: async (to) => (await context.seekFrame(index, BigInt(Math.round(to / tick)), AVSEEK_FLAG_BACKWARD)) >= 0,
      interrupt: () => {
        abort.abort();
        if (open) context.interrupt();
        inlet.hold?.release();
      },
      close: async () => {
        open = false;
        await context.closeInput();
        close();
      },
    };
  } catch (error) {
    open = false;
    await context.closeInput();
    throw error;
  }
}

async function nextPacket(context: FormatContext, { index, tick }: { index: number; tick: number }, packet: Packet, address: Address, mark: Mark | undefined): Promise<PacketTimes | undefined> {
  for (;;) {
    packet.unref();
    const status = await context.readFrame(packet);
    const arrival = Date.now();
    if (status === AVERROR_EOF) return undefined;
    check(status, address);
    if (packet.streamIndex !== index) continue;
    mark?.(packet);
    const report = packet.getSideData(AV_PKT_DATA_PRFT);
    const dts = packet.dts === AV_NOPTS_VALUE ? undefined : Number(packet.dts) * tick;
    const pts = packet.pts === AV_NOPTS_VALUE ? (dts ?? Number.NaN) : Number(packet.pts) * tick;
    return { pts, dts, arrival, reported: report ? Number(report.readBigInt64LE(0)) / 1000 : undefined };
  }
}

/** Of libav's microseconds. */
function milliseconds(time: bigint): number | undefined {
  return time === AV_NOPTS_VALUE ? undefined : Number(time) / 1000;
}

/** Where a camera's redirect leads, as far as it is the same host with no less protection: its new address with the login of the old. */
function movedTo(from: Address, location: string | undefined): Address | undefined {
  try {
    const [old, to] = [addressParts(from.url), addressParts(location ?? '')];
    if (!/^rtsps?:/i.test(location ?? '') || to.host !== old.host || (old.secure && !to.secure)) return undefined;
    const login = old.login === '' ? '' : `${old.login}@`;
    return parseAddress(`rtsp${to.secure ? 's' : ''}://${login}${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}${to.path}`);
  } catch (error) {
    if (error instanceof LookoutError) return undefined;
    throw error;
  }
}

/** Throws CAMERA_UNREACHABLE with libav's word for the error, which holds no address. */
function check(status: number, address: Address): void {
  if (status >= 0) return;
  const code = address.kind === 'file' ? 'VIDEO_UNREADABLE' : 'CAMERA_UNREACHABLE';
  throw new LookoutError(code, `${address.shown}: ${FFmpegError.strerror(status)}.`);
}
