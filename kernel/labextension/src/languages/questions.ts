import { PageConfig } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { KernelMessage, type Kernel } from '@jupyterlab/services';

type Kind = 'complete_request' | 'inspect_request';

/**
 * Let the editor's questions, for completions and for help, be answered while a cell runs.
 *
 * They go to a subshell of the kernel then, which is there until the cell has ended. A language that runs the cell may
 * know less there: so an idle kernel is asked as ever.
 */
export function answerWhileBusy(panel: NotebookPanel): void {
  const attend = (kernel: Kernel.IKernelConnection | null | undefined) => kernel && new Questions(kernel);
  panel.sessionContext.kernelChanged.connect((_, { newValue }) => attend(newValue));
  attend(panel.sessionContext.session?.kernel);
}

/** Let a kernel that answers a question not be shown as busy, nor one as idle that has answered beside a running cell. */
export function leaveStatusAlone(): void {
  const option = 'untracked_message_types';
  const types = JSON.parse(PageConfig.getOption(option) || '[]') as string[];
  const questions: Kind[] = ['complete_request', 'inspect_request'];
  PageConfig.setOption(option, JSON.stringify([...new Set([...types, ...questions])]));
}

/** Whether there is something in an answer: a language that is asked beside its process has none. */
function says({ content }: KernelMessage.IMessage): boolean {
  const { found, matches } = content as { found?: boolean; matches?: string[] };
  return !!found || !!matches?.length;
}

/** Milliseconds after which a kernel that says nothing is taken for busy: what other pages run is not always told here. */
const PATIENCE = 500;

class Questions {
  constructor(private readonly _kernel: Kernel.IKernelConnection) {
    const complete = _kernel.requestComplete.bind(_kernel);
    const inspect = _kernel.requestInspect.bind(_kernel);
    _kernel.requestComplete = content => this._ask('complete_request', content, () => complete(content));
    _kernel.requestInspect = content => this._ask('inspect_request', content, () => inspect(content));
    _kernel.iopubMessage.connect((_, message) => this._note(message));
    _kernel.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
        this._running.clear();
        this._subshell = undefined; // it went with the kernel
      }
    });
  }

  /** Keep which cells run. The kernel's status does not say it: what ends beside a cell makes that idle. */
  private _note(message: KernelMessage.IIOPubMessage): void {
    const parent = message.parent_header as Partial<KernelMessage.IHeader>;
    if (!KernelMessage.isStatusMsg(message) || parent.msg_type !== 'execute_request' || parent.subshell_id) {
      return;
    }
    if (message.content.execution_state === 'busy') {
      this._running.add(parent.msg_id!);
    } else if (this._running.delete(parent.msg_id!) && this._running.size === 0) {
      void this._close();
    }
  }

  private async _ask<T extends KernelMessage.IMessage>(kind: Kind, content: object, ask: () => Promise<T>): Promise<T> {
    if (!this._kernel.supportsSubshells) {
      return ask();
    }
    if (this._running.size > 0) {
      return this._beside<T>(kind, content);
    }
    const answer = ask();
    const soon = await Promise.race([answer, new Promise<void>(resolve => setTimeout(resolve, PATIENCE))]);
    if (soon) {
      return soon;
    }
    void answer.then(() => this._close());
    const beside = this._beside<T>(kind, content).then(reply => (says(reply) ? reply : answer));
    return Promise.race([answer, beside]);
  }

  private async _beside<T extends KernelMessage.IMessage>(msgType: Kind, content: object): Promise<T> {
    this._subshell ??= this._kernel.requestCreateSubshell({}).done.then(reply => reply.content.subshell_id);
    const message = KernelMessage.createMessage({
      channel: 'shell',
      msgType,
      content,
      session: this._kernel.clientId,
      username: this._kernel.username,
      subshellId: await this._subshell
    } as KernelMessage.IOptions<KernelMessage.ICompleteRequestMsg>);
    const reply: KernelMessage.IMessage = await this._kernel.sendShellMessage(message, true).done;
    return reply as T;
  }

  private async _close(): Promise<void> {
    const subshell = this._subshell;
    this._subshell = undefined;
    if (subshell && !this._kernel.isDisposed) {
      this._kernel.requestDeleteSubshell({ subshell_id: await subshell });
    }
  }

  /** The requests of cells that run, but for those in subshells. */
  private readonly _running = new Set<string>();
  private _subshell?: Promise<string>;
}
