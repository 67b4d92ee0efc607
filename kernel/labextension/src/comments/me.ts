import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection, type ServiceManager } from '@jupyterlab/services';

import type { IPerson } from './records';

/** The person at this browser, as the server knows them. */
export async function whoAmI({ user }: ServiceManager.IManager): Promise<IPerson> {
  await user.ready;
  const { username = '', display_name, name = '', color = '' } = user.identity ?? {};
  return { username, name: display_name || name || username, ...(color && { color }) };
}

/** Whether the server lets this person change files. */
export async function mayWrite({ serverSettings }: ServiceManager.IManager): Promise<boolean> {
  const asked = encodeURIComponent(JSON.stringify({ contents: ['write'] }));
  const url = `${URLExt.join(serverSettings.baseUrl, 'api/me')}?permissions=${asked}`;
  const answer = await ServerConnection.makeRequest(url, {}, serverSettings);
  if (!answer.ok) {
    throw await ServerConnection.ResponseError.create(answer);
  }
  const { permissions } = (await answer.json()) as { permissions: { contents?: string[] } };
  return permissions.contents?.includes('write') ?? false;
}
