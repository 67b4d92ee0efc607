import type { CodeCellModel, ICellModel } from '@jupyterlab/cells';
import type { IOutput } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';

import { keyOf } from './trust';
import type { Trust } from './trust';

/** The parts of a cell's model that JupyterLab has, but does not show. */
interface IModel extends Omit<CodeCellModel, 'onOutputsChange'> {
  onOutputsChange(sender: IOutputAreaModel, event: IOutputAreaModel.ChangedArgs): void;
}

interface IOutputs {
  contentFactory: IOutputAreaModel.IContentFactory;
}

/** A change of the shared document, as Yjs tells it. */
interface IChange {
  path: (string | number)[];
  target: { toJSON(): unknown };
}

/**
 * Lets the outputs of a shared notebook follow its document where JupyterLab does not: displays that are updated in
 * their place, and trust.
 */
export class SharedOutputs {
  constructor(
    private readonly _notebook: INotebookModel,
    private readonly _trust: Trust
  ) {
    for (const cell of _notebook.cells) {
      this._adopt(cell);
    }
    // before there is a widget that shows the cell: this is connected first
    _notebook.cells.changed.connect((_, change) => change.newValues.forEach(cell => this._adopt(cell)));
    const cells = _notebook.sharedModel as unknown as { ydoc: { getArray(name: string): IObservable } };
    cells.ydoc.getArray('cells').observeDeep(changes => changes.forEach(change => this._follow(change)));
    // disconnected with the notebook
    _trust.granted.connect((_, key) => this._renew(key), _notebook);
  }

  private _adopt(cell: ICellModel): void {
    if (cell.type !== 'code') {
      return;
    }
    const model = cell as unknown as IModel;
    const outputs = model.outputs as unknown as IOutputs;
    outputs.contentFactory = { createOutputModel: options => this._trust.createOutputModel(options) };
    for (let index = 0; index < model.outputs.length; index++) {
      replace(model, index, model.outputs.get(index).toJSON());
    }
    cell.stateChanged.connect((_, change) => {
      if (change.name === 'trusted' && change.newValue) {
        this._grant(model); // what there is; what comes later is not meant
      }
    });
  }

  private _grant(model: IModel): void {
    for (let index = 0; index < model.outputs.length; index++) {
      this._trust.grant(model.outputs.get(index).toJSON());
    }
  }

  /** An output has other data: its keys have changed, not the list of outputs. */
  private _follow({ path, target }: IChange): void {
    if (!this._notebook.isDisposed && path.length === 3 && path[1] === 'outputs') {
      const model = this._notebook.cells.get(path[0] as number) as unknown as IModel;
      const index = path[2] as number;
      if (index < model.outputs.length) {
        replace(model, index, target.toJSON() as IOutput);
      }
    }
  }

  /** Show an output anew that may now run its scripts. */
  private _renew(key: string): void {
    for (const cell of this._notebook.cells) {
      if (cell.type === 'code') {
        const model = cell as unknown as IModel;
        for (let index = 0; index < model.outputs.length; index++) {
          const output = model.outputs.get(index);
          if (!output.trusted && keyOf(output.toJSON()) === key) {
            replace(model, index, output.toJSON());
          }
        }
      }
    }
  }
}

interface IObservable {
  observeDeep(follow: (changes: IChange[]) => void): void;
}

/** Show an output in the place of another one, here alone: the shared document has it already. */
function replace(model: IModel, index: number, output: IOutput): void {
  model.outputs.changed.disconnect(model.onOutputsChange, model);
  try {
    model.outputs.set(index, output);
  } finally {
    model.outputs.changed.connect(model.onOutputsChange, model);
  }
}
