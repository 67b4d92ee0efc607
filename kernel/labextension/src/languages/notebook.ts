import { CodeCell, type Cell, type ICellModel } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import { Signal, type ISignal } from '@lumino/signaling';

import { KERNELS, read, type ILanguage, type IReading } from './cell.js';
import { mimeType } from './editing';

/** What a notebook's metadata says of its kernel. */
interface IKernelSpec {
  name?: string;
}

/**
 * The languages of a notebook's cells, kept in step with their sources, whoever changes them.
 *
 * A notebook of another kernel than ours is left alone.
 */
export class NotebookLanguages {
  /** Of a notebook that has been opened. */
  static of(notebook: Notebook): NotebookLanguages {
    const found = known.get(notebook) ?? new NotebookLanguages(notebook);
    known.set(notebook, found);
    return found;
  }

  private constructor(private readonly _notebook: Notebook) {
    _notebook.modelChanged.connect(this._watch, this);
    _notebook.disposed.connect(() => Signal.clearData(this));
    this._watch();
  }

  /** Of cells without a magic; undefined in a notebook of another kernel. */
  get byDefault(): ILanguage | undefined {
    const spec = this._notebook.model?.getMetadata('kernelspec') as IKernelSpec | undefined;
    return KERNELS.get(spec?.name ?? '');
  }

  /** Of a cell of code; undefined of others, and in a notebook of another kernel. */
  reading(cell: Cell): IReading | undefined {
    return this._readings.get(cell);
  }

  /** Something about the languages may be another than before. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  private _watch(): void {
    const { model } = this._notebook;
    if (model) {
      model.metadataChanged.connect((_, change) => change.key === 'kernelspec' && this._update(), this);
      model.cells.changed.connect(this._update, this);
      this._update();
    }
  }

  private _update(): void {
    for (const cell of this._notebook.widgets) {
      if (cell instanceof CodeCell) {
        this._attend(cell);
      }
    }
    this._changed.emit();
  }

  private _attend(cell: CodeCell): void {
    if (!this._attended.has(cell)) {
      this._attended.add(cell);
      cell.model.contentChanged.connect(() => this._apply(cell) && this._changed.emit(), this);
      // the notebook gives all cells its kernel's when that says what it is
      cell.model.mimeTypeChanged.connect(() => this._apply(cell), this);
    }
    this._apply(cell);
  }

  /** Whether the cell's language is another than before. */
  private _apply(cell: CodeCell): boolean {
    const { byDefault } = this;
    const before = this._readings.get(cell);
    const now = byDefault && read(cell.model.sharedModel.getSource(), byDefault);
    this._readings.set(cell, now);
    if (now && cell.model.mimeType !== mimeType(now)) {
      cell.model.mimeType = mimeType(now);
    }
    mark(cell, now);
    return before?.language !== now?.language;
  }

  private readonly _attended = new WeakSet<Cell<ICellModel>>();
  private readonly _readings = new WeakMap<Cell<ICellModel>, IReading | undefined>();
  private readonly _changed = new Signal<this, void>(this);
}

const known = new WeakMap<Notebook, NotebookLanguages>();

/** What the style sheet makes the coloured edge and the short name of. */
function mark(cell: Cell, reading: IReading | undefined): void {
  if (!reading) {
    delete cell.node.dataset.lakebookLanguage;
  } else if (cell.node.dataset.lakebookLanguage !== reading.language.name) {
    cell.node.dataset.lakebookLanguage = reading.language.name;
  }
}
