import { element } from './dom';
import type { IColumn, IOrder } from './types';
import { isNumeric, nameOf } from './types';

/** What the head of a column does. */
interface IHeadActions {
  menu(at: HTMLElement): void;
  order(more: boolean): void;
  resize(width: number): void;
}

/** The head of a column: its name and type, a mark of its order, its menu, and what is dragged to make it wider. */
export function headOf(
  column: IColumn,
  at: number,
  id: string,
  place: number,
  orders: readonly IOrder[],
  isFiltered: boolean,
  does: IHeadActions
): HTMLElement {
  const order = orders.findIndex(({ column: other }) => other === at);
  const sort = order < 0 ? 'none' : orders[order].descending ? 'descending' : 'ascending';
  const mark = order < 0 ? '' : `${orders[order].descending ? '▼' : '▲'}${orders.length > 1 ? order + 1 : ''}`;
  const menu = element(
    'button',
    { type: 'button', class: 'lb-Table-menu', tabindex: -1, 'aria-label': `Menu of ${nameOf(column)}` },
    '⋮'
  );
  const name = element('span', { class: 'lb-Table-name' }, nameOf(column));
  name.append(element('span', { class: 'lb-Table-sort', 'aria-hidden': 'true' }, mark));
  const head = element(
    'div',
    {
      role: 'columnheader',
      id,
      class: `lb-Table-columnhead${isNumeric(column.kind) ? ' lb-mod-number' : ''}${isFiltered ? ' lb-mod-filtered' : ''}`,
      'aria-sort': sort,
      'aria-colindex': place + 1,
      title: `${nameOf(column)}: ${column.type}`
    },
    name,
    element('span', { class: 'lb-Table-type' }, column.type),
    menu
  );
  head.append(resizeHandle(head, column, does.resize));
  head.addEventListener('click', event => {
    if (event.target === menu) {
      does.menu(menu);
    } else if (!(event.target as Element).classList.contains('lb-Table-resize')) {
      does.order(event.shiftKey);
    }
  });
  return head;
}

function resizeHandle(head: HTMLElement, column: IColumn, resize: (width: number) => void): HTMLElement {
  const handle = element('span', { class: 'lb-Table-resize', title: `Drag to resize ${nameOf(column)}` });
  handle.addEventListener('pointerdown', event => {
    event.preventDefault();
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    const [start, before] = [event.clientX, head.getBoundingClientRect().width];
    const move = (moved: PointerEvent) => resize(before + moved.clientX - start);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true });
  });
  return handle;
}
