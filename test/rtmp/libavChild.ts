import { AVERROR_EOF, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { avGetCodecName, Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, InputFormat, Packet } from 'node-av/lib';

/**
 * libav 8 as an RTMP peer in a process of its own: `publish <file> <url>` sends a file at its own pace over and over, `read <url> <count>` decodes
 * so many pictures and prints `{ codec, pts }` (pts in ms).
 */
const [mode = '', from = '', to = ''] = process.argv.slice(2);
const check = (status: number): void => FFmpegError.throwIfError(status);

async function publish(file: string, url: string): Promise<void> {
  const output = new FormatContext();
  check(output.allocOutputContext2(null, 'flv', url));
  const began = performance.now();
  let offset = 0;
  let target;
  for (;;) {
    const input = new FormatContext();
    input.allocContext();
    check(await input.openInput(file, null, null));
    check(await input.findStreamInfo(null));
    const source = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)];
    if (!source) throw new Error('no video');
    if (!target) {
      target = output.newStream(null);
      check(source.codecpar.copy(target.codecpar));
      target.codecpar.codecTag = 0;
      check(await output.openOutput());
      check(await output.writeHeader());
    }
    const packet = new Packet();
    packet.alloc();
    let end = offset;
    while ((await input.readFrame(packet)) >= 0) {
      packet.rescaleTs(source.timeBase, target.timeBase);
      const shift = BigInt(Math.round(offset));
      packet.pts += shift;
      packet.dts += shift;
      packet.streamIndex = target.index;
      end = Math.max(end, Number(packet.pts) + 40);
      const wait = Number(packet.dts) - (performance.now() - began);
      if (wait > 0) await new Promise((resolve) => void setTimeout(resolve, wait));
      check(await output.interleavedWriteFrame(packet));
      packet.unref();
    }
    offset = end;
    await input.closeInput();
  }
}

async function read(url: string, count: number): Promise<void> {
  const input = new FormatContext();
  input.allocContext();
  check(await input.openInput(url, InputFormat.findInputFormat('flv'), Dictionary.fromObject({ rtmp_live: 'live', rw_timeout: '20000000' })));
  check(await input.findStreamInfo(null));
  const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)];
  const codec = stream && Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new Error('no decoder');
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(stream.codecpar));
  check(await decoder.open2(codec, null));
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  const pts: number[] = [];
  while (pts.length < count) {
    const status = await input.readFrame(packet);
    if (status === AVERROR_EOF) break;
    check(status);
    if (packet.streamIndex === stream.index) {
      await decoder.sendPacket(packet);
      while ((await decoder.receiveFrame(frame)) >= 0) pts.push((Number(frame.pts) * 1000 * stream.timeBase.num) / stream.timeBase.den);
    }
    packet.unref();
  }
  process.stdout.write(`${JSON.stringify({ codec: avGetCodecName(stream.codecpar.codecId), pts })}\n`);
}

await (mode === 'publish' ? publish(from, to) : read(from, Number(to)));
process.exit(0);
