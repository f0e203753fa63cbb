import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { language } from '../i18n/language.ts';
import { theme } from '../theme.ts';
import './plot.css';

export interface PlotColours {
  readonly ink: string;
  readonly line: string;
  readonly accent: string;
  readonly soft: string;
  readonly warning: string;
  readonly critical: string;
}

export interface PlotProps {
  /** said to those who cannot see it, and above it */
  readonly title: string;
  readonly data: uPlot.AlignedData;
  readonly height?: number;
  /** what the pointer is at, in words */
  readonly says?: (index: number) => string;
  /** what the marks mean */
  readonly marks?: ComponentChildren;
  /** the plot without its size, in the colours of the theme */
  readonly draw: (colours: PlotColours) => Omit<uPlot.Options, 'width' | 'height'>;
}

/** A plot as wide as its place, drawn anew where the theme, the language or what it shows changes. */
export function Plot({ title, data, height = 200, says, marks, draw }: PlotProps) {
  const said = useSignal('');
  const place = useRef<HTMLDivElement>(null);
  const [shade, words] = [theme.value, language.value];
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const look = (plot: uPlot): void => void (said.value = plot.cursor.idx === null || plot.cursor.idx === undefined || !says ? '' : says(plot.cursor.idx));
    const fixed = { width: element.clientWidth, height, legend: { show: false }, padding: [10, 32, 0, 0] as uPlot.Padding, cursor: { drag: { x: false, y: false }, y: false }, hooks: { setCursor: [look] } };
    const plot = new uPlot({ ...draw(coloursOf(element)), ...fixed }, data, element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data, shade, words, height]);
  return (
    <figure class="plot">
      <figcaption><span class="strong">{title}</span>{said.value === '' ? marks : <span class="numbers">{said}</span>}</figcaption>
      <div ref={place} role="img" aria-label={title} />
    </figure>
  );
}

/** A canvas knows no custom properties: their present values, as an element shows them. */
function coloursOf(element: Element): PlotColours {
  const probe = element.appendChild(document.createElement('i'));
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { ink: colour('ink-3'), line: colour('line'), accent: colour('accent'), soft: colour('accent-soft'), warning: colour('warning'), critical: colour('critical') };
  probe.remove();
  return colours;
}

/** An axis in the theme's colours, its numbers in the page's type. */
export function axis({ ink, line }: PlotColours, more: uPlot.Axis = {}): uPlot.Axis {
  return { stroke: ink, font: '12px system-ui, sans-serif', grid: { stroke: line, width: 1 }, ticks: { show: false }, ...more };
}
