import { FFmpegError, FormatContext, Packet } from 'node-av/lib';

/** What a run of FLV tags says (Adobe's Video File Format, E.4): decoding times of its pictures in ms, and whether it begins with a keyframe. */
export function flvTags(bytes: Buffer): { readonly times: readonly number[]; readonly keyframe: boolean } {
  const times: number[] = [];
  let keyframe: boolean | undefined;
  for (let at = 9 + 4; at + 11 <= bytes.length; ) {
    const size = bytes.readUIntBE(at + 1, 3);
    const first = bytes[at + 11] ?? 0;
    const enhanced = (first & 0x80) !== 0;
    // sequence headers and metadata are no pictures
    const header = enhanced ? ![1, 3].includes(first & 0x0f) : bytes[at + 12] === 0;
    if (bytes[at] === 9 && !header) {
      times.push(bytes.readUIntBE(at + 4, 3) + ((bytes[at + 7] ?? 0) << 24));
      keyframe ??= ((first >> 4) & 7) === 1;
    }
    at += 11 + size + 4;
  }
  return { times, keyframe: keyframe ?? false };
}

/** The same in MP4, for an ffmpeg that does not know Enhanced RTMP's H.265 in FLV. */
export async function flvToMp4(flv: string, mp4: string): Promise<void> {
  const input = new FormatContext();
  const output = new FormatContext();
  const packet = new Packet();
  input.allocContext();
  packet.alloc();
  FFmpegError.throwIfError(await input.openInput(flv, null, null));
  FFmpegError.throwIfError(await input.findStreamInfo(null));
  const [from] = input.streams ?? [];
  if (!from) throw new Error('there is no stream');
  output.allocOutputContext2(null, 'mp4', mp4);
  const to = output.newStream(null);
  from.codecpar.copy(to.codecpar);
  to.codecpar.codecTag = 0;
  FFmpegError.throwIfError(await output.openOutput());
  FFmpegError.throwIfError(await output.writeHeader(null));
  while ((await input.readFrame(packet)) >= 0) {
    packet.rescaleTs(from.timeBase, to.timeBase);
    FFmpegError.throwIfError(await output.writeFrame(packet));
    packet.unref();
  }
  FFmpegError.throwIfError(await output.writeTrailer());
  await output.closeOutput();
  output.freeContext();
  packet.free();
  await input.closeInput();
}
