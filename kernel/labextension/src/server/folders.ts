import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';

/** The folder of a document, as the server knows it: without the name of the drive that the document is edited on. */
export function folderOf(path: string | undefined, contents: Contents.IManager): string {
  return path ? PathExt.dirname(contents.localPath(path)) : '';
}
