/** Where the active cell is, and what is around it. Row -1 is the head. */
interface IPlace {
  row: number;
  place: number;
  lastRow: number;
  lastPlace: number;
  /** Rows in sight. */
  sight: number;
}

/** Where a key leads; null for a key that leads nowhere. */
export function moved(event: KeyboardEvent, at: IPlace): { row: number; place: number } | null {
  const { row, place, lastRow, lastPlace, sight } = at;
  const far = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowDown':
      return { row: far ? lastRow : row + 1, place };
    case 'ArrowUp':
      return { row: far ? 0 : row - 1, place };
    case 'ArrowRight':
      return { row, place: far ? lastPlace : place + 1 };
    case 'ArrowLeft':
      return { row, place: far ? 0 : place - 1 };
    case 'PageDown':
      return { row: row + sight - 1, place };
    case 'PageUp':
      return { row: Math.max(0, row - sight + 1), place };
    case 'Home':
      return { row: far ? 0 : row, place: 0 };
    case 'End':
      return { row: far ? lastRow : row, place: lastPlace };
  }
  return null;
}
