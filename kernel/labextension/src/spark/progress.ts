import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { Bar, type IJob } from './bar';

/** What the kernel sends; see `display/progress.py`. */
export const MIME = 'application/vnd.lakebook.progress+json';

/** Cancels what the cell runs on Spark; false when it does not run any more. */
export type Cancel = (job: IJob, path: string | undefined) => Promise<boolean>;

/** The progress of a cell's jobs. It needs neither the kernel nor that the notebook is trusted. */
export class ProgressRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(
    private readonly _cancel: Cancel,
    private readonly _path: string | undefined
  ) {
    super();
    this.addClass('lb-Progress');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const jobs = jobsOf(model.data[MIME]);
    const bars = jobs.map(({ id }) => this._bars.get(id) ?? new Bar(job => this._cancel(job, this._path)));
    this._bars.clear();
    jobs.forEach((job, at) => {
      bars[at].update(job);
      this._bars.set(job.id, bars[at]);
    });
    this.node.replaceChildren(...bars.map(bar => bar.node));
    this._tick();
  }

  protected onAfterAttach(): void {
    this._timer = window.setInterval(() => this._tick(), 1000);
    this._tick();
  }

  protected onBeforeDetach(): void {
    window.clearInterval(this._timer);
  }

  private _tick(): void {
    this._bars.forEach(bar => bar.tick());
  }

  private readonly _bars = new Map<string, Bar>();
  private _timer = 0;
}

/** The jobs in an output, which anybody may have written. */
function jobsOf(data: unknown): IJob[] {
  const jobs = (data as { jobs?: unknown } | undefined)?.jobs;
  return Array.isArray(jobs) ? jobs.filter(job => typeof job?.id === 'string' && typeof job.notebook === 'string') : [];
}
