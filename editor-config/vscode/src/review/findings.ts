import * as vscode from "vscode";
import { ExecuteCommandRequest, type Diagnostic, type TextEdit } from "vscode-languageclient/node";
import type { Connection } from "../client";

// The server's `sadpath.changeFindings`, as docs/editors.md describes it.

export interface Fix {
  readonly title: string;
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

export interface Finding {
  readonly uri: string;
  readonly diagnostic: Omit<Diagnostic, "message" | "data"> & {
    readonly message: string;
    readonly data: { readonly fingerprint: string; readonly fixes: readonly Fix[] };
  };
  readonly status: "new" | "touched";
  /** 1 is worst. */
  readonly harm: number;
  readonly owner: string | null;
}

export interface Answer {
  readonly base: string | null;
  readonly problem: string | null;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

const WANTED = "sadpath.wanted";
const NOTHING: Answer = { base: null, problem: null, findings: [] };
const PAUSE = 300; // milliseconds: diagnostics come file by file

/**
 * What the change under review brings, kept up to date.
 *
 * The server has to check the whole workspace for it. So it is not asked before somebody wants to know, and from then on also
 * when this workspace is opened again.
 */
export class ChangeFindings implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;
  private known = NOTHING;
  private asking: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly log: vscode.LogOutputChannel,
    private readonly state: vscode.Memento,
  ) {}

  get isWanted(): boolean {
    return this.state.get(WANTED, false);
  }

  async want(): Promise<void> {
    if (this.isWanted) return;
    await this.state.update(WANTED, true);
    await this.refresh();
  }

  get answer(): Answer {
    return this.known;
  }

  /** Asks the server soon, once for everything that happens until then. */
  refreshSoon(): void {
    clearTimeout(this.timer);
    if (!this.isWanted) return;
    this.timer = setTimeout(() => void this.refresh(), PAUSE);
  }

  /** Asks the server. All who call while it is being asked share the question after that one. */
  refresh(): Promise<void> {
    this.next ??= this.asking.then(() => {
      this.next = undefined;
      const location = { viewId: "sadpath.changes" };
      return (this.asking = Promise.resolve(vscode.window.withProgress({ location }, () => this.ask())));
    });
    return this.next;
  }

  /** The finding as it is in the documents of this moment, if it is still there. */
  async current(finding: Finding): Promise<Finding | undefined> {
    await this.refresh();
    const { fingerprint } = finding.diagnostic.data;
    return this.known.findings.find((one) => one.uri === finding.uri && one.diagnostic.data.fingerprint === fingerprint);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changes.dispose();
  }

  private async ask(): Promise<void> {
    const client = this.connection.running;
    try {
      const command = "sadpath.changeFindings";
      const answer = client ? ((await client.sendRequest(ExecuteCommandRequest.type, { command })) as Answer) : NOTHING;
      const isNew = JSON.stringify(answer) !== JSON.stringify(this.known);
      this.known = answer;
      if (isNew) this.changes.fire(); // drawing the tree anew takes what the user is about to click on away
    } catch (error) {
      this.log.warn(`this change's findings are not known: ${String(error)}`);
    }
  }
}
