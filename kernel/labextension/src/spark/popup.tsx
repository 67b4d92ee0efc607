import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { useEffect, useState } from 'react';

import { size, type Driver, type IAttached, type ILook, type Verb } from './driver';

const HEADINGS = {
  off: 'No Spark driver runs',
  starting: 'Spark’s driver is starting …',
  running: 'Spark’s driver runs',
  lost: 'Spark’s driver was lost'
};

/** What there is to know of the driver, and to do with it. */
export class DriverPopup extends ReactWidget {
  constructor(
    private readonly _driver: Driver,
    private readonly _close: () => void
  ) {
    super();
    this.addClass('lb-DriverPopup');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', 'Spark driver');
    this.node.tabIndex = -1;
  }

  /** Let the keyboard reach it. */
  focus(): void {
    void this.renderPromise?.then(() => this.node.focus());
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this._driver.changed}>
        {() => (this._driver.seen ? <Details driver={this._driver} seen={this._driver.seen} act={this._act} /> : null)}
      </UseSignal>
    );
  }

  private readonly _act = (verb: Verb): void => {
    this._close();
    void act(this._driver, verb);
  };
}

/** Do it, after a question when others would lose something. */
async function act(driver: Driver, verb: Verb): Promise<void> {
  if (verb !== 'start') {
    const ends = { stop: 'Stop', restart: 'Restart' }[verb];
    const seen = await driver.lookNow();
    const attached = seen?.state === 'running' ? seen.notebooks : [];
    const answer = await showDialog({
      title: `${ends} Spark’s driver?`,
      body: warning(attached),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: ends })]
    });
    if (!answer.button.accept) {
      return;
    }
  }
  try {
    await driver.do(verb);
  } catch (problem) {
    Notification.error((problem as Error).message, { autoClose: false });
  }
}

function warning(attached: readonly IAttached[] | undefined): string {
  if (!attached) {
    return 'It does not say which notebooks are attached. Their temporary views, cached frames and Scala’s values will be gone.';
  }
  const names = attached.map(({ name }) => name).join(', ');
  const busy = attached.filter(({ running }) => running).length;
  const who = attached.length ? `Attached: ${names}. ` : 'No notebook is attached. ';
  const cells = busy ? `${busy === 1 ? 'A cell that runs' : `${busy} cells that run`} will fail. ` : '';
  const gone = attached.length ? 'Temporary views, cached frames and Scala’s values will be gone. ' : '';
  return `${who}${cells}${gone}Tables, and the variables of Python and R, stay.`;
}

function Details({ driver, seen, act }: { driver: Driver; seen: ILook; act: (verb: Verb) => void }): JSX.Element {
  const { heap, notebooks } = seen;
  const isRunning = seen.state === 'running';
  const isBusy = driver.doing !== undefined;
  return (
    <>
      <h3 className="lb-DriverPopup-title">{HEADINGS[seen.state]}</h3>
      {seen.problem && <p className="lb-DriverPopup-problem">{seen.problem}</p>}
      <dl className="lb-DriverPopup-facts">
        <Fact name="Workspace" value={seen.workspace} />
        <Fact name="Master" value={seen.master} />
        {isRunning && seen.version && <Fact name="Spark" value={`${seen.version} on Java ${seen.java}`} />}
        {isRunning && seen.started && (
          <Fact name="Since" value={`${new Date(seen.started).toLocaleString()}, process ${seen.pid}`} />
        )}
        {heap ? (
          <>
            <dt>Memory</dt>
            <dd>
              <meter
                className="lb-DriverPopup-meter"
                aria-label="Memory used"
                min={0}
                max={heap.most}
                high={0.9 * heap.most}
                value={heap.used}
              />
              {size(heap.used)} of {size(heap.most)}
            </dd>
          </>
        ) : (
          <Fact name="Memory" value={seen.memory} />
        )}
        {notebooks && (
          <>
            <dt>Notebooks</dt>
            <dd>
              {notebooks.length ? (
                <ul className="lb-DriverPopup-notebooks">
                  {notebooks.map((notebook, at) => (
                    <li key={at} title={notebook.folder}>
                      {notebook.name.split('/').pop()}
                      {notebook.running ? ' (running)' : ''}
                    </li>
                  ))}
                </ul>
              ) : (
                `none; it ends by itself in ${minutes(seen.ends_after - (seen.idle ?? 0))}`
              )}
            </dd>
          </>
        )}
      </dl>
      {isRunning && <Settings driver={driver} />}
      <div className="lb-DriverPopup-buttons">
        {isRunning && (
          <a className="lb-DriverPopup-link" href={driver.pages} target="_blank" rel="noopener">
            Spark’s own pages
          </a>
        )}
        <span className="lb-DriverPopup-space" />
        {isRunning ? (
          <>
            <Do verb="restart" label="Restart …" act={act} disabled={isBusy} />
            <Do verb="stop" label="Stop …" act={act} disabled={isBusy} />
          </>
        ) : (
          <Do verb="start" label="Start" act={act} disabled={isBusy || seen.state === 'starting'} />
        )}
      </div>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

interface IDoProps {
  readonly verb: Verb;
  readonly label: string;
  readonly disabled: boolean;
  act(verb: Verb): void;
}

function Do({ verb, label, disabled, act }: IDoProps): JSX.Element {
  const style = verb === 'start' ? 'jp-mod-accept' : 'jp-mod-reject';
  return (
    <button className={`jp-mod-styled jp-Button ${style} jp-mod-small`} disabled={disabled} onClick={() => act(verb)}>
      {label}
    </button>
  );
}

/** Asked for when they are opened. */
function Settings({ driver }: { driver: Driver }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [told, setTold] = useState<Record<string, string> | string>('Asking …');
  useEffect(() => {
    if (isOpen) {
      driver.settings().then(setTold, problem => setTold((problem as Error).message));
    }
  }, [isOpen]);
  return (
    <details className="lb-DriverPopup-settings" onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>Settings</summary>
      {typeof told === 'string' ? (
        <p>{told}</p>
      ) : (
        <div className="lb-DriverPopup-table" tabIndex={0} role="region" aria-label="Settings">
          <table>
            <tbody>
              {Object.entries(told)
                .sort()
                .map(([name, value]) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>{value}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function minutes(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}
