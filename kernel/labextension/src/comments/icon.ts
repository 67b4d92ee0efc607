import { LabIcon } from '@jupyterlab/ui-components';

/** A speech bubble. */
export const commentIcon = new LabIcon({
  name: 'lakebook:comment',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M2.5 2h11A1.5 1.5 0 0 1 15 3.5v7a1.5 1.5 0 0 1-1.5 1.5H8l-3.6 2.9A.25.25 0 0 1 4 14.7V12H2.5A1.5 1.5 0 0 1 1 10.5v-7A1.5 1.5 0 0 1 2.5 2zM4 5v1.2h8V5zm0 2.8V9h5.5V7.800z"/>
</svg>`
});
