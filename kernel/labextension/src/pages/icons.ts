import { LabIcon } from '@jupyterlab/ui-components';

/** Tasks of a job, one after the other. */
export const jobsIcon = new LabIcon({
  name: 'lakebook:jobs',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M1 2h5v4H4v2h5v2h2v-1h4v4h-4v-2H8V9.200H4V6H1z"/>
</svg>`
});

/** The curve of a metric. */
export const runsIcon = new LabIcon({
  name: 'lakebook:runs',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path class="jp-icon3" fill="#616161" d="M1 1h1.500v12.500H15V15H1zM4 10.600 7 6l2.600 2.600L13.300 3l1.200.800-4.600 7-2.700-2.700-2 3.300z"/>
</svg>`
});
