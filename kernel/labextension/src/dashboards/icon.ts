import { LabIcon } from '@jupyterlab/ui-components';

/** Tiles of a dashboard. */
export const dashboardIcon = new LabIcon({
  name: 'lakebook:dashboard',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M2 2h5v7H2zM9 2h5v3H9zM9 7h5v7H9zM2 11h5v3H2z"/>
</svg>`
});
