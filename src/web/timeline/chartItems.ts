import type { DataGroup, DataItem } from 'vis-timeline/esnext';
import type { Mark } from './layers.ts';

/** A mark as vis-timeline takes it. */
export interface ChartItem extends Omit<DataItem, 'content'> {
  readonly id: string;
  readonly start: number;
  readonly text: string;
  readonly count: number;
  readonly kind: Mark['kind'] | 'range';
  /** all that can be seen of it, to tell whether it changed */
  readonly sign: string;
}

/** A row of a camera. */
export interface ChartGroup extends DataGroup {
  readonly order: number;
}

/** Rows of a camera: alerts and what lies under them, then events. */
const headOf = (camera: string): string => `head:${camera}`;
const bodyOf = (camera: string): string => `body:${camera}`;

/** Drawing order where things would stand on each other. */
export const RANK: Record<ChartItem['kind'], number> = { range: 0, gap: 0, alert: 1, stamp: 2, event: 3 };

export function chartItems(mark: Mark, says: (mark: Mark) => string): ChartItem[] {
  const base = { id: mark.id, start: mark.from, text: says(mark), count: mark.count ?? 1, kind: mark.kind, sign: JSON.stringify([mark, says(mark)]) };
  switch (mark.kind) {
    case 'alert':
      return [{ ...base, group: headOf(mark.camera), type: 'point', className: `alert ${mark.look}`, selectable: true }];
    case 'event':
      return [{ ...base, group: bodyOf(mark.camera), end: mark.to, type: 'range', className: `event ${mark.look}`, style: `--before: ${(mark.before ?? 0) * 100}%; --after: ${(mark.after ?? 0) * 100}%` }];
    case 'stamp':
      return [
        { ...base, group: bodyOf(mark.camera), end: mark.to, type: 'range', className: 'stamp' },
        { ...base, id: `${mark.id}:band`, group: headOf(mark.camera), end: mark.to, type: 'background', className: 'stamp-band', text: '' },
      ];
    case 'gap':
      return [headOf, bodyOf].map((row, index) => ({ ...base, id: `${mark.id}:${index}`, group: row(mark.camera), end: mark.to, type: 'background', className: `gap ${mark.look}`, text: index === 0 ? base.text : '' }));
  }
}

/** The two rows of each camera, `label` being what stands beside the upper one. */
export function chartGroups(cameras: readonly string[], crowded: ReadonlySet<string>): ChartGroup[] {
  return cameras.flatMap((camera, index) => [
    { id: headOf(camera), content: nameOf(camera), order: index * 2, className: `row head row-${index * 2}` },
    { id: bodyOf(camera), content: document.createElement('span'), order: index * 2 + 1, className: `row body row-${index * 2 + 1}${crowded.has(camera) ? ' crowd' : ''}` },
  ]);
}

function nameOf(camera: string): HTMLElement {
  const name = document.createElement('span');
  name.className = 'lane-name';
  name.textContent = camera;
  name.title = camera;
  return name;
}

/** An item's inside: always nodes with text in them, never markup, since the text is a model's. */
export function contentOf(item: ChartItem): HTMLElement {
  const node = document.createElement('span');
  node.className = 'words';
  node.textContent = item.kind === 'alert' && item.count > 1 ? String(item.count) : item.text;
  return node;
}
