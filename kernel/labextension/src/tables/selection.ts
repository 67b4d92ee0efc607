import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** The cell that is active, and the cells that are selected from it on. Row -1 is the head. */
export class Selection {
  row = 0;
  place = 0;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get from(): number {
    return Math.min(this._startRow, this.row);
  }

  get to(): number {
    return Math.max(this._startRow, this.row);
  }

  get left(): number {
    return Math.min(this._startPlace, this.place);
  }

  get right(): number {
    return Math.max(this._startPlace, this.place);
  }

  has(row: number, place: number): boolean {
    return row >= this.from && row <= this.to && place >= this.left && place <= this.right;
  }

  /** Go to a cell; `extend` selects all from where the selection began. */
  move(row: number, place: number, extend: boolean): void {
    [this.row, this.place] = [row, place];
    if (!extend) {
      [this._startRow, this._startPlace] = [row, place];
    }
    this._changed.emit();
  }

  all(lastRow: number, lastPlace: number): void {
    [this._startRow, this._startPlace] = [0, 0];
    this.move(lastRow, lastPlace, true);
  }

  reset(): void {
    this.row = this.place = this._startRow = this._startPlace = 0;
  }

  private _startRow = 0;
  private _startPlace = 0;
  private readonly _changed = new Signal<this, void>(this);
}
