import { AV_BUFFERSRC_FLAG_KEEP_REF, AV_FRAME_FLAG_INTERLACED, AV_FRAME_FLAG_TOP_FIELD_FIRST } from 'node-av/constants';
import { FFmpegError, Filter, FilterGraph, Frame } from 'node-av/lib';
import type { FilterContext } from 'node-av/lib';

/**
 * Takes interlaced frames apart. Of their two fields the first in time is taken, half as high: it is the one that the frame's
 * time stands for, and what moves has no comb. Nothing is copied (libav's `field` filter only skips lines). Filters that
 * rebuild the other lines, such as bwdif, need the frames before and after, which a lone look does not have.
 */
export interface FieldSplitter {
  /** A frame of its own, to be freed, which holds the first field; undefined where `frame` is progressive. */
  first(frame: Frame): Frame | undefined;
  close(): void;
}

interface Graph {
  readonly key: string;
  readonly graph: FilterGraph;
  readonly source: FilterContext;
  readonly sink: FilterContext;
}

export function createFieldSplitter(): FieldSplitter {
  let open: Graph | undefined;
  return {
    first(frame) {
      if (!frame.hasFlags(AV_FRAME_FLAG_INTERLACED)) return undefined;
      const field = frame.hasFlags(AV_FRAME_FLAG_TOP_FIELD_FIRST) ? 'top' : 'bottom';
      const key = `${frame.width}x${frame.height}:${frame.format}:${frame.colorSpace}:${frame.colorRange}:${field}`;
      if (open?.key !== key) {
        open?.graph.free();
        open = undefined;
        open = { key, ...openGraph(frame, field) };
      }
      FFmpegError.throwIfError(open.source.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF), 'field');
      const half = new Frame();
      half.alloc();
      FFmpegError.throwIfError(open.sink.buffersinkGetFrameSync(half), 'field');
      return half;
    },
    close: () => open?.graph.free(),
  };
}

function openGraph(frame: Frame, field: 'top' | 'bottom'): Omit<Graph, 'key'> {
  const graph = new FilterGraph();
  graph.alloc();
  graph.nbThreads = 1;
  const shape = `video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:time_base=1/1000:colorspace=${frame.colorSpace}:range=${frame.colorRange}`;
  const make = (name: string, args: string | null): FilterContext => {
    const filter = Filter.getByName(name);
    const made = filter && graph.createFilter(filter, name, args);
    if (!made) throw new Error(`libav has no filter ${name} for ${shape}.`);
    return made;
  };
  const [source, split, sink] = [make('buffer', shape), make('field', `type=${field}`), make('buffersink', null)];
  FFmpegError.throwIfError(source.link(0, split, 0), 'field');
  FFmpegError.throwIfError(split.link(0, sink, 0), 'field');
  FFmpegError.throwIfError(graph.configSync(), 'field');
  return { graph, source, sink };
}
