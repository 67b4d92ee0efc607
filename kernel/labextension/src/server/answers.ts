import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** What is wrong, in a sentence, and the status of HTTP. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
  }
}

/**
 * Asks our part of Jupyter's server.
 *
 * @param path below `/lakebook/api/`
 * @param query what stands after the question mark
 * @param body sent with POST; without one it is GET
 * @throws Refused with the server's sentence, or one that says that the server is not there.
 */
export async function ask<T>(
  settings: ServerConnection.ISettings,
  path: string,
  query: Record<string, string> = {},
  body?: object
): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'lakebook/api', path) + URLExt.objectToQueryString(query);
  const request = body ? { method: 'POST', body: JSON.stringify(body) } : {};
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, request, settings);
  } catch {
    throw new Refused('The server does not answer.', 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(answer.message ?? `The server answered with status ${response.status}.`, response.status);
  }
  return answer as T;
}
