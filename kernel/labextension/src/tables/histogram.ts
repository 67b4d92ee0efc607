import { svgElement } from './dom';
import { shortNumber, shortTime } from './scales';
import type { IStatistics } from './types';

const WIDTH = 240;
const HEIGHT = 56;

/** A small drawing of how a column's values are spread. */
export function histogramOf(found: IStatistics): SVGSVGElement {
  const most = Math.max(...found.histogram, 1);
  const step = WIDTH / found.histogram.length;
  const [low, high] = [found.low ?? 0, found.high ?? 0];
  const written = (number: number) => (found.times ? shortTime(number, high - low) : shortNumber(number));
  const bars = found.histogram.map((count, at) => {
    const height = count ? Math.max(1, (count / most) * HEIGHT) : 0;
    const from = low + ((high - low) * at) / found.histogram.length;
    const to = low + ((high - low) * (at + 1)) / found.histogram.length;
    return svgElement(
      'rect',
      { x: at * step + 0.5, y: HEIGHT - height, width: step - 1, height, class: 'lb-Table-bar' },
      svgElement('title', {}, `${written(from)} to ${written(to)}: ${count.toLocaleString('en')}`)
    );
  });
  return svgElement(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT + 14}`,
      class: 'lb-Table-histogram',
      role: 'img',
      'aria-label': `Histogram from ${written(low)} to ${written(high)}`
    },
    ...bars,
    svgElement('text', { x: 0, y: HEIGHT + 12 }, written(low)),
    svgElement('text', { x: WIDTH, y: HEIGHT + 12, 'text-anchor': 'end' }, written(high))
  );
}
