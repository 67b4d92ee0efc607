import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { onlyLook } from './looking';
import { shareLab } from './sharing';

const SHARE = 'lakebook:share';

/** Who looks at the page. */
type Role = 'owner' | 'editor' | 'viewer';

async function myRole(app: JupyterFrontEnd): Promise<Role | undefined> {
  const { user } = app.serviceManager;
  await user.ready;
  // the server that `lakebook lab` starts adds it; others know no roles
  return (user.identity as { role?: Role } | null)?.role;
}

const sharing: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:sharing',
  description: 'Lets the owner share the lab by links.',
  autoStart: true,
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null) => {
    let role: Role | undefined;
    app.commands.addCommand(SHARE, {
      label: 'Share This Lab…',
      caption: 'Let people in by links of their own, to edit or to look only',
      isEnabled: () => role === 'owner',
      execute: () => shareLab(app.serviceManager.serverSettings)
    });
    palette?.addItem({ command: SHARE, category: 'Lakebook' });
    void myRole(app).then(found => {
      role = found;
      app.commands.notifyCommandChanged(SHARE);
    });
  }
};

const looking: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:looking',
  description: 'Shows documents read only to whom the server lets look only.',
  autoStart: true,
  activate: (app: JupyterFrontEnd) => {
    onlyLook(
      app.docRegistry,
      myRole(app).then(role => role === 'viewer')
    );
  }
};

export default [sharing, looking];
