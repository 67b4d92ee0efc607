import { caretRightIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type ReactNode } from 'react';

/** What can be done with a row, beside opening it. */
export interface IAction {
  readonly label: string;
  readonly icon: ReactNode;
  run(): void;
}

/** A row of a tree, and what is below it. */
export interface INode {
  /** Another one for each row of the tree. */
  readonly id: string;
  /** By which it is found when one types; the first words that a screen reader says. */
  readonly name: string;
  readonly content: ReactNode;
  /** What is shown while the mouse rests on it. */
  readonly title?: string;
  /** None of a row that cannot be opened. Of one that is closed they need not be known. */
  readonly children?: readonly INode[];
  /** What Enter and a double click do. */
  readonly act?: IAction;
  /** Further buttons at its end. */
  readonly actions?: readonly IAction[];
  /** It only tells something, such as that the rest is on its way. */
  readonly isNote?: boolean;
}

export interface ITreeProps {
  readonly label: string;
  readonly nodes: readonly INode[];
  readonly open: ReadonlySet<string>;
  toggle(id: string): void;
}

interface IRow {
  readonly node: INode;
  readonly level: number;
  readonly position: number;
  readonly size: number;
  readonly parent?: string;
}

function rowsOf(nodes: readonly INode[], open: ReadonlySet<string>, level = 1, parent?: string): IRow[] {
  return nodes.flatMap((node, at) => [
    { node, level, position: at + 1, size: nodes.length, parent },
    ...(node.children && open.has(node.id) ? rowsOf(node.children, open, level + 1, node.id) : [])
  ]);
}

/** A tree that is walked with the arrow keys; see the pattern "Tree View" of ARIA. */
export function Tree({ label, nodes, open, toggle }: ITreeProps): JSX.Element {
  const rows = rowsOf(nodes, open);
  const [wanted, setWanted] = useState('');
  const typed = useRef({ text: '', at: 0 });
  const place = useRef<HTMLDivElement>(null);
  const toFocus = useRef('');
  const focused = useRef<{ id: string; at: number } | null>(null);
  const current = rows.some(row => row.node.id === wanted) ? wanted : rows[0]?.node.id;

  useEffect(() => {
    if (toFocus.current) {
      const row = place.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(toFocus.current)}"]`);
      toFocus.current = '';
      row?.focus();
    } else if (focused.current && document.activeElement === document.body) {
      // the row that had the focus may have gone, as one does that says that others are on their way
      const { id, at } = focused.current;
      if (!rows.some(row => row.node.id === id)) {
        focused.current = null;
        go(rows[Math.min(at, rows.length - 1)]);
      }
    }
  });

  const go = (row: IRow | undefined): void => {
    if (row) {
      toFocus.current = row.node.id;
      setWanted(row.node.id);
    }
  };

  const onBlur = ({ target }: FocusEvent<HTMLElement>): void => {
    // what was left on purpose is still there when the browser has come to rest
    setTimeout(() => {
      if (target.isConnected && !place.current?.contains(document.activeElement)) {
        focused.current = null;
      }
    });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = rows.findIndex(row => row.node.id === current);
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const inButton = (event.target as HTMLElement).closest('button') !== null;
    const isOpen = open.has(row.node.id);
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(rows[at + 1]),
      ArrowUp: () => go(rows[at - 1]),
      Home: () => go(rows[0]),
      End: () => go(rows[rows.length - 1]),
      ArrowRight: () => (row.node.children && !isOpen ? toggle(row.node.id) : isOpen && go(rows[at + 1])),
      ArrowLeft: () => (isOpen ? toggle(row.node.id) : go(rows.find(other => other.node.id === row.parent)))
    };
    if (!inButton) {
      keys[' '] = () => row.node.children && toggle(row.node.id);
      keys.Enter = () => (row.node.act ? row.node.act.run() : row.node.children && toggle(row.node.id));
    }
    const act = keys[event.key];
    if (act) {
      act();
    } else if (!inButton && event.key.length === 1) {
      go(found(event.key, at));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** The next row whose name begins with what is typed. */
  const found = (key: string, at: number): IRow | undefined => {
    const now = Date.now();
    const text = (now - typed.current.at < 800 ? typed.current.text : '') + key.toLowerCase();
    typed.current = { text, at: now };
    const from = text.length > 1 ? at : at + 1;
    return [...rows.slice(from), ...rows.slice(0, from)].find(row => row.node.name.toLowerCase().startsWith(text));
  };

  return (
    <div className="lb-Tree" role="tree" aria-label={label} ref={place} onKeyDown={onKeyDown} onBlur={onBlur}>
      {rows.map((row, at) => (
        <Row
          key={row.node.id}
          row={row}
          isOpen={open.has(row.node.id)}
          isCurrent={row.node.id === current}
          choose={() => {
            focused.current = { id: row.node.id, at };
            setWanted(row.node.id);
          }}
          toggle={() => toggle(row.node.id)}
        />
      ))}
    </div>
  );
}

interface IRowProps {
  readonly row: IRow;
  readonly isOpen: boolean;
  readonly isCurrent: boolean;
  choose(): void;
  toggle(): void;
}

function Row({ row: { node, level, position, size }, isOpen, isCurrent, choose, toggle }: IRowProps): JSX.Element {
  const actions = [...(node.act ? [node.act] : []), ...(node.actions ?? [])];
  return (
    <div
      className={`lb-Tree-row${node.isNote ? ' lb-mod-note' : ''}`}
      role="treeitem"
      data-id={node.id}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={size}
      aria-expanded={node.children ? isOpen : undefined}
      aria-selected={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      title={node.title}
      style={{ paddingLeft: `${(level - 1) * 14 + 2}px` }}
      onFocus={choose}
      onClick={() => (node.children ? toggle() : choose())}
      onDoubleClick={() => !node.children && node.act?.run()}
    >
      <span className={`lb-Tree-caret${isOpen ? ' lb-mod-open' : ''}`} aria-hidden="true">
        {node.children ? <caretRightIcon.react tag="span" /> : null}
      </span>
      <span className="lb-Tree-content">{node.content}</span>
      {actions.length > 0 && (
        <span className="lb-Tree-actions">
          {actions.map(action => (
            <button
              key={action.label}
              className="jp-Button jp-mod-minimal lb-Tree-action"
              title={action.label}
              aria-label={`${action.label}: ${node.name}`}
              tabIndex={isCurrent ? 0 : -1}
              onClick={event => {
                event.stopPropagation();
                action.run();
              }}
              onDoubleClick={event => event.stopPropagation()}
            >
              {action.icon}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}
