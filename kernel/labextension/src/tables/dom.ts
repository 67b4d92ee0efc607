type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element with attributes and children. All that is said of data comes in as text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** The same of a drawing. */
export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** A button that is called something and does something. */
export function button(label: string, does: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', class: 'lb-Table-button', ...attributes }, label);
  made.addEventListener('click', does);
  return made;
}

/** A choice of one of several. */
export function select<Value extends string>(
  label: string,
  choices: readonly (readonly [Value, string])[],
  chosen: string,
  changed: (value: Value) => void
): HTMLSelectElement {
  const made = element('select', { 'aria-label': label, class: 'lb-Table-select' });
  for (const [value, text] of choices) {
    made.append(element('option', { value, selected: value === chosen }, text));
  }
  made.addEventListener('change', () => changed(made.value as Value));
  return made;
}

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      target.setAttribute(name, value === true ? '' : String(value));
    }
  }
}
