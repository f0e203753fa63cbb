import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { LookoutError } from '../errors.ts';

const label = z.strictObject({
  event: z.string().trim().min(1),
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  /** ids of the rules that the event satisfies; where no label has it, the model's own reading of the labels stands in */
  rules: z.array(z.string()).optional(),
}).refine((l) => l.end >= l.start, { message: 'end lies before start' });

/** What happens in a video, as a person wrote it down: seconds from the video's beginning. */
export type Label = z.infer<typeof label>;

export interface LabelledVideo {
  readonly name: string;
  readonly path: string;
  readonly labels: readonly Label[];
}

const VIDEO = new Set(['.mp4', '.mkv', '.mov', '.webm', '.avi', '.ts']);

/**
 * A video with its labels beside it (`hall.mp4`, `hall.json`), or a folder of such pairs. LABELS_INVALID, VIDEO_UNREADABLE.
 */
export async function findLabelledVideos(path: string): Promise<LabelledVideo[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new LookoutError('VIDEO_UNREADABLE', `${path} cannot be read.`, { cause });
  });
  if (!found.isDirectory()) return [await labelled(path)];
  const videos = (await readdir(path)).filter((f) => VIDEO.has(extname(f).toLowerCase())).sort();
  if (videos.length === 0) throw new LookoutError('VIDEO_UNREADABLE', `${path} holds no video.`);
  return Promise.all(videos.map((f) => labelled(join(path, f))));
}

async function labelled(path: string): Promise<LabelledVideo> {
  const name = basename(path, extname(path));
  const file = path.slice(0, path.length - extname(path).length) + '.json';
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LookoutError('LABELS_INVALID', `${file} cannot be read; it should hold the labels of ${basename(path)}.`, { cause });
  });
  return { name, path, labels: parseLabels(text, file) };
}

/** Labels from JSON; `file` is named in errors. Sorted by start. */
export function parseLabels(text: string, file: string): Label[] {
  const parsed = z.array(label).safeParse(parseJson(text, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new LookoutError('LABELS_INVALID', `${file}: ${issue ? `[${issue.path.join('.')}] ${issue.message}` : 'unknown shape'}.`);
  }
  return parsed.data.sort((a, b) => a.start - b.start);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LookoutError('LABELS_INVALID', `${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}
