import { AV_LOG_QUIET, AV_NOPTS_VALUE, AV_PKT_DATA_PRFT, AVERROR_EOF, AVMEDIA_TYPE_VIDEO, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { avGetCodecName, Codec, CodecContext, Dictionary, FFmpegError, FormatContext, InputFormat, Log } from 'node-av/lib';
import type { Packet, Stream } from 'node-av/lib';
import { LookoutError } from '../errors.ts';
import { PROTOCOLS } from './address.ts';
import type { Address } from './address.ts';
import type { PacketTimes } from './clock/clock.ts';

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
  readonly decoder: CodecContext;
  /** the next video packet into `packet`; undefined at the end. Throws CAMERA_UNREACHABLE when the connection breaks. */
  next(packet: Packet): Promise<PacketTimes | undefined>;
  /** Goes to the last keyframe at or before this stream time (ms). False where the file cannot: it is then read on from where it is. */
  seek(to: number): Promise<boolean>;
  /** Ends a read that waits; there is no reading on after it. */
  interrupt(): void;
  close(): Promise<void>;
}

/** Socket time-outs, µs; the watchdog over frames is stricter and takes all else. */
const TIMEOUT = '10000000';
/** File formats; playlists and scripts, which name other files, are not among them. */
const FILE_FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,mpegvideo,h264,hevc,ogg,asf';

// its messages hold addresses; what went wrong comes as error codes
Log.setLevel(AV_LOG_QUIET);

/**
 * Opens a stream or file. `opening` gets the handle before anything blocks, so that a watchdog can interrupt it.
 * Throws CAMERA_UNREACHABLE or CAMERA_NO_VIDEO.
 */
export async function openSource(address: Address, transport: 'tcp' | 'udp', opening: (interrupt: () => void) => void): Promise<Source> {
  const context = new FormatContext();
  context.allocContext();
  let open = true;
  const interrupt = (): void => (open ? context.interrupt() : undefined);
  opening(interrupt);
  try {
    const format = { rtsp: 'rtsp', rtmp: 'flv', file: undefined }[address.kind];
    const options = Dictionary.fromObject(openOptions(address, transport));
    check(await context.openInput(address.url, format ? InputFormat.findInputFormat(format) : null, options), address);
    refuseRedirect(context.url, address);
    check(await context.findStreamInfo(null), address);
    const index = context.findBestStream(AVMEDIA_TYPE_VIDEO);
    const stream = context.streams[index];
    if (!stream) throw new LookoutError('CAMERA_NO_VIDEO', `${address.shown} has no video.`);
    const decoder = await openDecoder(stream, address);
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
      latency: 0,
      decoder,
      next: (packet) => nextPacket(context, stream, packet, address),
      seek: async (to) => (await context.seekFrame(index, BigInt(Math.round(to / tick)), AVSEEK_FLAG_BACKWARD)) >= 0,
      interrupt,
      close: async () => {
        open = false;
        decoder.freeContext();
        await context.closeInput();
      },
    };
  } catch (error) {
    open = false;
    await context.closeInput();
    throw error;
  }
}

function openOptions(address: Address, transport: 'tcp' | 'udp'): Record<string, string> {
  const common = { protocol_whitelist: PROTOCOLS[address.kind] };
  // half a second of packets is enough to know a live stream; libav would take five seconds
  const live = { ...common, analyzeduration: '500000', probesize: '1000000' };
  if (address.kind === 'rtsp') return { ...live, rtsp_transport: transport, timeout: TIMEOUT, allowed_media_types: 'video', max_delay: '500000' };
  if (address.kind === 'rtmp') return { ...live, rw_timeout: TIMEOUT, rtmp_live: 'live' };
  return { ...common, format_whitelist: FILE_FORMATS };
}

async function openDecoder(stream: Stream, address: Address): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new LookoutError('CAMERA_NO_VIDEO', `${address.shown} sends a kind of video that cannot be decoded.`);
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(stream.codecpar), address);
  decoder.pktTimebase = stream.timeBase;
  // threads would hold back a frame each, and cameras are many
  decoder.threadCount = 1;
  check(await decoder.open2(codec, null), address);
  return decoder;
}

async function nextPacket(context: FormatContext, stream: Stream, packet: Packet, address: Address): Promise<PacketTimes | undefined> {
  const tick = (1000 * stream.timeBase.num) / stream.timeBase.den;
  for (;;) {
    packet.unref();
    const status = await context.readFrame(packet);
    const arrival = Date.now();
    if (status === AVERROR_EOF) return undefined;
    check(status, address);
    if (packet.streamIndex !== stream.index) continue;
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

/** libav follows an RTSP redirect to any host; a camera has no business to send us elsewhere. */
function refuseRedirect(url: string | null, address: Address): void {
  if (address.kind !== 'rtsp' || !url) return;
  const host = (text: string): string | undefined => /^[a-z]+:\/\/(?:[^/]*@)?([^/?:]+)/i.exec(text)?.[1]?.toLowerCase();
  if (host(url) !== host(address.url)) throw new LookoutError('CAMERA_UNREACHABLE', `${address.shown} redirects to another host, which is not followed.`);
}

/** Throws CAMERA_UNREACHABLE with libav's word for the error, which holds no address. */
function check(status: number, address: Address): void {
  if (status >= 0) return;
  const code = address.kind === 'file' ? 'VIDEO_UNREADABLE' : 'CAMERA_UNREACHABLE';
  throw new LookoutError(code, `${address.shown}: ${FFmpegError.strerror(status)}.`);
}
