import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Popup } from '@jupyterlab/statusbar';

import { size, type Driver, type ILook } from './driver';
import { DriverPopup } from './popup';

const WORDS = { off: 'off', starting: 'starting …', running: 'running', lost: 'lost' };

/** In the status bar: how the driver is, and how much memory it has. A click shows more. */
export class DriverStatus extends ReactWidget {
  constructor(private readonly _driver: Driver) {
    super();
    this.addClass('lb-Driver');
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._driver.changed}>
        {() => {
          const { seen } = this._driver;
          return seen ? <Button seen={seen} show={() => this._show()} /> : null;
        }}
      </UseSignal>
    );
  }

  private _show(): void {
    this._popup?.dispose();
    const body = new DriverPopup(this._driver, () => this._popup?.dispose());
    this._popup = new Popup({ body, anchor: this, align: 'left', hasDynamicSize: true });
    this._popup.launch();
    this._popup.disposed.connect(() => this.node.querySelector('button')?.focus());
    body.focus();
  }

  private _popup: Popup | undefined;
}

function Button({ seen, show }: { seen: ILook; show: () => void }): JSX.Element {
  const { state, heap } = seen;
  const memory = heap ? `${size(heap.used)} / ${size(heap.most)}` : '';
  const isFull = heap !== undefined && heap.used > 0.9 * heap.most;
  const words = memory || (seen.problem && state === 'running' ? 'no answer' : WORDS[state]);
  return (
    <button
      className="lb-Driver-button"
      data-state={seen.problem && state === 'running' ? 'silent' : state}
      aria-haspopup="dialog"
      aria-label={`Spark driver: ${WORDS[state]}${memory ? `, ${memory} of memory used` : ''}. Show more.`}
      title={`Spark driver of ${seen.workspace}: ${WORDS[state]}${seen.problem ? `\n${seen.problem}` : ''}`}
      onClick={show}
    >
      <span className="lb-Driver-dot" aria-hidden="true" />
      <span>Spark</span>
      <span className={`lb-Driver-words${isFull ? ' lb-mod-full' : ''}`}>{words}</span>
    </button>
  );
}
