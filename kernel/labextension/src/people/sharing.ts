import { Clipboard, Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Widget } from '@lumino/widgets';

interface IPerson {
  username: string;
  name: string;
  role: 'editor' | 'viewer';
}

/** The answer to a new link. */
interface ILinked extends IPerson {
  path: string;
}

const ROLES = { editor: 'may edit and run, with the rights of your account', viewer: 'may look only' };

/** Ask whom to let in, show the link, and let links be ended. */
export async function shareLab(settings: ServerConnection.ISettings): Promise<void> {
  try {
    const people = await ask<{ people: IPerson[] }>(settings, 'GET');
    const form = new Form(people.people, username => ask(settings, 'DELETE', undefined, username));
    const { button, value } = await showDialog({
      title: 'Share This Lab',
      body: form,
      focusNodeSelector: 'input',
      buttons: [Dialog.cancelButton({ label: 'Close' }), Dialog.okButton({ label: 'Make Link' })]
    });
    if (button.accept && value) {
      await showLink(settings, await ask<ILinked>(settings, 'POST', value));
    }
  } catch (problem) {
    await showErrorMessage('The lab could not be shared', problem as Error);
  }
}

async function showLink(settings: ServerConnection.ISettings, person: ILinked): Promise<void> {
  const link = new URL(person.path, settings.baseUrl).href;
  const body = new Widget();
  body.addClass('lakebook-share');
  body.node.append(
    element('p', `This link is for ${person.name} alone, who ${ROLES[person.role]}. It is shown this once.`),
    labelled('Link', Object.assign(document.createElement('input'), { value: link, readOnly: true }))
  );
  const { button } = await showDialog({
    title: 'A Link for ' + person.name,
    body,
    focusNodeSelector: 'input',
    buttons: [Dialog.cancelButton({ label: 'Close' }), Dialog.okButton({ label: 'Copy' })]
  });
  if (button.accept) {
    Clipboard.copyToSystem(link);
  }
}

class Form extends Widget {
  constructor(people: IPerson[], end: (username: string) => Promise<unknown>) {
    super();
    this.addClass('lakebook-share');
    this._name.placeholder = 'Ann Lee';
    this._role.append(...Object.entries(ROLES).map(([role, does]) => new Option(does, role)));
    this.node.append(labelled('Name', this._name), labelled('This person', this._role));
    if (people.length) {
      const list = document.createElement('ul');
      list.append(...people.map(person => item(person, end)));
      this.node.append(element('h3', 'Who has a link'), list);
    }
  }

  /** What the dialog answers with. */
  getValue(): Pick<IPerson, 'name' | 'role'> {
    return { name: this._name.value, role: this._role.value as IPerson['role'] };
  }

  private readonly _name = document.createElement('input');
  private readonly _role = document.createElement('select');
}

function item(person: IPerson, end: (username: string) => Promise<unknown>): HTMLElement {
  const line = document.createElement('li');
  const button = element('button', 'End') as HTMLButtonElement;
  button.type = 'button';
  button.className = 'jp-mod-styled jp-mod-reject';
  button.setAttribute('aria-label', `End the link of ${person.name}`);
  button.onclick = () => {
    button.disabled = true;
    end(person.username).then(
      () => {
        const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector('button');
        (next ?? line.closest('.lakebook-share')?.querySelector('input'))?.focus();
        line.remove();
      },
      problem => {
        button.disabled = false;
        void showErrorMessage('The link could not be ended', problem as Error);
      }
    );
  };
  line.append(element('span', `${person.name} ${ROLES[person.role]}`), button);
  return line;
}

function labelled(text: string, field: HTMLInputElement | HTMLSelectElement): HTMLElement {
  const label = element('label', text);
  field.classList.add('jp-mod-styled');
  label.append(field);
  return label;
}

function element(tag: string, text: string): HTMLElement {
  return Object.assign(document.createElement(tag), { textContent: text });
}

async function ask<T>(settings: ServerConnection.ISettings, method: string, body?: unknown, username = ''): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'api/lakebook/people', encodeURIComponent(username));
  const answer = await ServerConnection.makeRequest(
    url,
    { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    settings
  );
  if (!answer.ok) {
    throw await ServerConnection.ResponseError.create(answer);
  }
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}
