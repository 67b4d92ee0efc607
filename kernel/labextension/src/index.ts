import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import catalog from './catalog';
import comments from './comments';
import dashboards from './dashboards';
import execution from './execution';
import files from './files';
import languages from './languages';
import names from './names';
import pages from './pages';
import people from './people';
import spark from './spark';
import tables from './tables';
import waiting from './waiting';

/** Each folder beside this file is one feature, and works where another one is disabled. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  ...catalog,
  ...comments,
  ...dashboards,
  ...execution,
  ...files,
  ...languages,
  ...names,
  ...pages,
  ...people,
  ...spark,
  ...tables,
  ...waiting
];

export default plugins;
