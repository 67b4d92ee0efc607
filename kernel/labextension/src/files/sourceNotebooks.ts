import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';

/** A model as `lakebook.databricks.contents` sends it. */
interface IModel extends Contents.IModel {
  /** The language of a Databricks source file. No other file has one. */
  source_language?: string;
}

/**
 * Which files are Databricks source files.
 *
 * The server knows, by their content. Every way to open a file asks it for the file's model or its folder's first, so
 * what it answers is all that need be kept.
 */
export class SourceNotebooks {
  constructor(private readonly _contents: Contents.IManager) {
    const get = _contents.get.bind(_contents);
    _contents.get = async (path, options) => {
      const model = await get(path, options);
      // who asks for a type gets that type: it does not say what the file is
      if (!options?.type || model.type === 'directory') {
        this._note(model);
      }
      return model;
    };
  }

  has(path: string): boolean {
    return this._paths.has(this._contents.normalize(path));
  }

  private _note(model: IModel): void {
    if (model.type === 'directory') {
      (model.content as IModel[] | null)?.forEach(file => file.type !== 'directory' && this._note(file));
    } else if (model.source_language) {
      this._paths.add(this._contents.normalize(model.path));
    } else {
      this._paths.delete(this._contents.normalize(model.path));
    }
  }

  private readonly _paths = new Set<string>();
}

/**
 * Have source files opened by what opens an `.ipynb`, unless another viewer is asked for.
 *
 * The registry chooses by a file's name alone, and two files of one name may differ. All who ask it for a viewer ask
 * here, with the whole path.
 */
export function openAsNotebooks(notebooks: SourceNotebooks, registry: DocumentRegistry): void {
  const preferred = registry.preferredWidgetFactories.bind(registry);
  registry.preferredWidgetFactories = path => {
    const factories = preferred(path);
    return notebooks.has(path) ? [...new Set([preferred(`${path}.ipynb`)[0], ...factories])] : factories;
  };
}

/** The part of a notebook's model that is meant here. */
interface INotebookModel extends DocumentRegistry.IModel {
  setMetadata(key: string, value: unknown): void;
}

/**
 * Let what a kernel says of its language not make a source file one with unsaved changes.
 *
 * The lab writes it into the notebook's metadata, for which a source file has no place: a look at a file would end with
 * the question whether to save it.
 */
export function stayClean(notebooks: SourceNotebooks, registry: DocumentRegistry): void {
  registry.addWidgetExtension('Notebook', {
    createNew: (_, { model, path }) => {
      if (notebooks.has(path)) {
        const notebook = model as INotebookModel;
        const set = notebook.setMetadata.bind(notebook);
        notebook.setMetadata = (key, value) => {
          const { dirty } = notebook;
          set(key, value);
          if (key === 'language_info') {
            notebook.dirty = dirty;
          }
        };
      }
    }
  });
}
