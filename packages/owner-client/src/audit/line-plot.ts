/** @file A line plot as SVG text: no script, no style from elsewhere. Holds numbers and our own words only, so nothing is escaped. */

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly scale: 'linear' | 'log';
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly dashed?: boolean;
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 70;
const BOTTOM = 50;
const MARGIN = 16;
const COLOURS = ['#2563c9', '#c2410c', '#15803d', '#7e22ce'];

/** Points outside the axes are moved to their ends. */
export function linePlot(x: Axis, y: Axis, series: readonly Series[]): string {
  const across = position(x, LEFT, WIDTH - MARGIN);
  const up = position(y, HEIGHT - BOTTOM, MARGIN);
  const text = (at: string, anchor: string, content: string): string =>
    `<text ${at} text-anchor="${anchor}" fill="currentColor" font-size="12">${content}</text>`;
  const line = (path: string, style: string): string => `<path d="${path}" fill="none" ${style}/>`;
  const grid = 'stroke="currentColor" stroke-opacity="0.15"';
  const right = WIDTH - MARGIN;
  const bottom = HEIGHT - BOTTOM;
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif">`,
    ...ticks(x).flatMap((value) => [
      line(`M${across(value)} ${MARGIN}V${bottom}`, grid),
      text(`x="${across(value)}" y="${bottom + 18}"`, 'middle', label(value)),
    ]),
    ...ticks(y).flatMap((value) => [
      line(`M${LEFT} ${up(value)}H${right}`, grid),
      text(`x="${LEFT - 8}" y="${up(value)}" dy="4"`, 'end', label(value)),
    ]),
    text(`x="${(LEFT + right) / 2}" y="${HEIGHT - 8}"`, 'middle', x.label),
    text(`transform="translate(14 ${bottom / 2}) rotate(-90)"`, 'middle', y.label),
    ...series.flatMap(({ name, points, dashed }, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const stroke = `stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="6 4"' : ''}`;
      const row = MARGIN + 14 + 18 * index;
      return [
        line(`M${points.map(([a, b]) => `${across(a)} ${up(b)}`).join('L')}`, stroke),
        line(`M${LEFT + 12} ${row - 4}h24`, stroke),
        text(`x="${LEFT + 44}" y="${row}"`, 'start', name),
      ];
    }),
    '</svg>',
  ].join('\n');
}

/** From a value to a coordinate, rounded to a tenth. */
function position({ from, to, scale }: Axis, start: number, end: number): (value: number) => number {
  const on = scale === 'log' ? Math.log : (value: number) => value;
  return (value) => {
    const share = (on(Math.min(to, Math.max(from, value))) - on(from)) / (on(to) - on(from));
    return Math.round(10 * (start + share * (end - start))) / 10;
  };
}

/** Powers of ten, or steps of 1, 2 or 5 times one. */
function ticks({ from, to, scale }: Axis): readonly number[] {
  if (scale === 'log') {
    const first = Math.ceil(Math.log10(from) - 1e-9);
    return Array.from({ length: Math.floor(Math.log10(to) + 1e-9) - first + 1 }, (_, i) => Number(`1e${first + i}`));
  }
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

function label(value: number): string {
  return String(Number(value.toPrecision(3)));
}
