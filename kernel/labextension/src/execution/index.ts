import { ConnectionLost, IConnectionLost } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookCellExecutor, INotebookTracker } from '@jupyterlab/notebook';
import type { INotebookModel, NotebookModelFactory } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { ConnectionNote } from './connectionNote';
import { CellExecutor } from './executor';
import { SharedOutputs } from './outputs';
import { Questions } from './questions';
import { ExecutionServer } from './server';
import { Sessions } from './sessions';
import { Trust } from './trust';

const IExecutionServer = new Token<ExecutionServer>(
  '@lakebook/labextension:IExecutionServer',
  'The part of the server that runs cells of shared notebooks.'
);

const server: JupyterFrontEndPlugin<ExecutionServer> = {
  id: '@lakebook/labextension:execution-server',
  description: 'Connects to the part of the server that runs cells of shared notebooks.',
  autoStart: true,
  provides: IExecutionServer,
  activate: (app: JupyterFrontEnd) => new ExecutionServer(app.serviceManager.serverSettings)
};

const executor: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: '@lakebook/labextension:cell-executor',
  description: 'Runs cells of shared notebooks in the server, so that they go on when every browser is closed.',
  autoStart: true,
  requires: [IExecutionServer],
  provides: INotebookCellExecutor,
  activate: (_: JupyterFrontEnd, server: ExecutionServer) => new CellExecutor(server)
};

const outputs: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:shared-outputs',
  description: 'Shows what is updated in its place, and runs scripts of outputs for whoever ran the cell alone.',
  autoStart: true,
  requires: [IExecutionServer, INotebookTracker, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, server: ExecutionServer, _: INotebookTracker, rendermime: IRenderMimeRegistry) => {
    const trust = new Trust(server, rendermime);
    const factory = app.docRegistry.getModelFactory('notebook') as NotebookModelFactory;
    const create = factory.createNew.bind(factory);
    factory.createNew = options => {
      const model: INotebookModel = create(options);
      if (model.collaborative) {
        new SharedOutputs(model, trust);
      }
      return model;
    };
  }
};

const questions: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:questions',
  description: 'Asks what running cells ask a person for.',
  autoStart: true,
  requires: [IExecutionServer, INotebookTracker, ITranslator],
  activate: (_: JupyterFrontEnd, server: ExecutionServer, notebooks: INotebookTracker, translator: ITranslator) => {
    new Questions(server, notebooks, translator);
  }
};

const sessions: JupyterFrontEndPlugin<void> = {
  id: '@lakebook/labextension:sessions',
  description: 'Gives notebooks their kernels again when the server was started anew.',
  autoStart: true,
  requires: [IExecutionServer, INotebookTracker, ITranslator],
  activate: (app: JupyterFrontEnd, server: ExecutionServer, notebooks: INotebookTracker, translator: ITranslator) => {
    new Sessions(server, notebooks, app.serviceManager, translator.load('jupyterlab'));
  }
};

const connectionLost: JupyterFrontEndPlugin<IConnectionLost> = {
  id: '@lakebook/labextension:connection-lost',
  description: 'Says that the server does not answer, without a dialog that is in the way.',
  autoStart: true,
  requires: [IExecutionServer, ITranslator],
  provides: IConnectionLost,
  activate: (_: JupyterFrontEnd, server: ExecutionServer, translator: ITranslator): IConnectionLost => {
    if (PageConfig.getOption('hubPrefix')) {
      return ConnectionLost; // whose dialog says how to start the server
    }
    const note = new ConnectionNote(translator.load('jupyterlab'));
    server.connected.connect(() => note.hide());
    return async () => note.show();
  }
};

export default [server, executor, outputs, questions, sessions, connectionLost];
