import { element } from './dom';

let open: Popup | null = null;

/** Something beside an element, above the page, that goes with Escape or a click elsewhere. One is open at a time. */
export class Popup {
  constructor(
    label: string,
    private readonly _anchor: HTMLElement,
    private readonly _back: HTMLElement,
    content: HTMLElement
  ) {
    open?.close();
    open = this;
    this.node = element(
      'div',
      { role: 'dialog', class: 'lb-Table-popup', 'aria-label': label, 'data-lm-suppress-shortcuts': 'true' },
      content
    );
    this.node.addEventListener('keydown', event => this._pressed(event));
    document.body.append(this.node);
    document.addEventListener('pointerdown', this._away, true);
    document.addEventListener('scroll', this._scrolled, true);
    this.place();
    this._focusable()[0]?.focus({ preventScroll: true });
  }

  readonly node: HTMLDivElement;

  /** Stand beside the anchor, within the window; again when the content has grown. */
  place(): void {
    const beside = this._anchor.getBoundingClientRect();
    const { width, height } = this.node.getBoundingClientRect();
    const below = beside.bottom + height < window.innerHeight || beside.top < height;
    const top = below ? beside.bottom + 2 : beside.top - height - 2;
    this.node.style.left = `${Math.max(4, Math.min(beside.left, window.innerWidth - width - 4))}px`;
    this.node.style.top = `${Math.max(4, Math.min(top, window.innerHeight - height - 4))}px`;
  }

  close(): void {
    if (open === this) {
      open = null;
    }
    document.removeEventListener('pointerdown', this._away, true);
    document.removeEventListener('scroll', this._scrolled, true);
    const hadFocus = this.node.contains(document.activeElement);
    this.node.remove();
    if (hadFocus) {
      this._back.focus({ preventScroll: true });
    }
  }

  private _pressed(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      this.close();
    } else if (event.key === 'Tab') {
      const all = this._focusable();
      const [first, last] = [all[0], all[all.length - 1]];
      if (document.activeElement === (event.shiftKey ? first : last)) {
        event.preventDefault();
        (event.shiftKey ? last : first)?.focus();
      }
    }
  }

  private _focusable(): HTMLElement[] {
    return Array.from(this.node.querySelectorAll<HTMLElement>('button, input, select, [tabindex="0"]')).filter(
      each => !each.hasAttribute('disabled')
    );
  }

  private readonly _away = (event: Event) => {
    if (!this.node.contains(event.target as Node)) {
      this.close();
    }
  };

  private readonly _scrolled = (event: Event) => {
    if (!this.node.contains(event.target as Node)) {
      this.place();
    }
  };
}
