/** One of a job's stages. */
export interface IStage {
  readonly id: number;
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly running: number;
  readonly failed: number;
}

/** All that a cell runs on Spark now; see `Progress.scala`. */
export interface IJob {
  /** The cell's request. */
  readonly id: string;
  /** The notebook's name in the driver. */
  readonly notebook: string;
  /** What Spark calls it. */
  readonly text: string;
  readonly done: number;
  readonly total: number;
  readonly running: number;
  readonly stages: readonly IStage[];
  /** Stages beside those. */
  readonly more: number;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** Milliseconds after which something must have been heard of a job that still runs. */
const SILENCE = 15_000;

/** A bar, what is done in words, the stages, and the button that cancels. */
export class Bar {
  readonly node = element('div', 'lb-Progress-job');

  constructor(private readonly _cancel: (job: IJob) => Promise<boolean>) {
    this._track.setAttribute('role', 'progressbar');
    this._track.setAttribute('aria-valuemin', '0');
    this._track.append(this._done, this._running);
    this._button.type = 'button';
    this._button.textContent = 'Cancel';
    this._button.title = 'Cancel this cell’s Spark jobs';
    this._button.setAttribute('aria-label', 'Cancel this cell’s Spark jobs');
    this._button.addEventListener('click', () => void this._press());
    this._stages.append(this._summary, this._table);
    const line = element('div', 'lb-Progress-line');
    line.append(this._track, this._time, this._button, this._words);
    this.node.append(line, this._stages);
  }

  update(job: IJob): void {
    this._job = job;
    this._heard = Date.now();
    const { done, total, running } = job;
    const share = (part: number): string => `${(100 * Math.min(part, total)) / Math.max(total, 1)}%`;
    this._done.style.width = share(done);
    this._running.style.width = share(Math.min(running, total - done));
    const words = `${count(done)} of ${count(total)} tasks${running ? `, ${count(running)} running` : ''}`;
    this._words.textContent = job.text ? `${job.text} · ${words}` : words;
    this._track.setAttribute('aria-label', `Spark job ${job.text}`.trim());
    this._track.setAttribute('aria-valuemax', String(total));
    this._track.setAttribute('aria-valuenow', String(Math.min(done, total)));
    this._track.setAttribute('aria-valuetext', words);
    this._showStages(job);
  }

  /** A second has gone by. */
  tick(): void {
    const silent = Date.now() - this._heard;
    const isSilent = silent > SILENCE;
    this.node.classList.toggle('lb-mod-silent', isSilent);
    this._time.textContent = isSilent ? 'nothing heard of it any more' : duration(this._job!.elapsed + silent);
    this._button.hidden = isSilent;
  }

  private async _press(): Promise<void> {
    this._button.disabled = true;
    this._button.textContent = 'Cancelling …';
    try {
      if (await this._cancel(this._job!)) {
        return; // the bar goes when the cell has ended
      }
      this._words.textContent = 'The cell does not run any more.';
    } catch (problem) {
      this._words.textContent = (problem as Error).message;
    }
    this._button.disabled = false;
    this._button.textContent = 'Cancel';
  }

  private _showStages({ stages = [], more }: IJob): void {
    const all = stages.length + (more || 0);
    this._stages.hidden = !stages.length;
    this._summary.textContent = all === 1 ? '1 stage' : `${count(all)} stages`;
    const rows = stages.map(stage => {
      const row = element('tr');
      const told = [
        stage.running ? `${count(stage.running)} running` : stage.done >= stage.total ? 'done' : 'waiting',
        stage.failed ? `${count(stage.failed)} failed` : ''
      ];
      const cells = [
        `Stage ${stage.id}`,
        stage.name,
        `${count(stage.done)}/${count(stage.total)}`,
        told.join(' ').trim()
      ];
      row.append(...cells.map((text, at) => element(at ? 'td' : 'th', '', text)));
      row.cells[0].scope = 'row';
      row.classList.toggle('lb-mod-failed', stage.failed > 0);
      return row;
    });
    if (more) {
      const row = element('tr');
      row.append(element('td', '', `… and ${count(more)} more`));
      rows.push(row);
    }
    this._table.replaceChildren(...rows);
  }

  private _job: IJob | undefined;
  private _heard = 0;
  private readonly _track = element('div', 'lb-Progress-track');
  private readonly _done = element('div', 'lb-Progress-done');
  private readonly _running = element('div', 'lb-Progress-running');
  private readonly _words = element('span', 'lb-Progress-words');
  private readonly _time = element('span', 'lb-Progress-time');
  private readonly _button = element('button', 'lb-Progress-cancel');
  private readonly _stages = element('details', 'lb-Progress-stages');
  private readonly _summary = element('summary');
  private readonly _table = element('table');
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, style = '', text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = style;
  made.textContent = text;
  return made;
}

function count(number: number): string {
  return Number(number).toLocaleString();
}

/** Milliseconds in words. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (number: number): string => String(number).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
