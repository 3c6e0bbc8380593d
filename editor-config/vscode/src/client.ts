import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, State } from "vscode-languageclient/node";
import { environment } from "./server/executable";
import { locate, NoServer, type Server } from "./server/location";
import { SECTION, serverSettings } from "./settings";

/** What can be said of the connection to the server. */
export type Condition =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly server: Server }
  | { readonly kind: "missing" | "failed"; readonly reason: string };

/** The connection to the server: started, stopped, and started anew. */
export class Connection implements vscode.Disposable {
  private readonly conditions = new vscode.EventEmitter<Condition>();
  readonly onCondition = this.conditions.event;
  private client: LanguageClient | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly trace: vscode.LogOutputChannel,
  ) {}

  /** The client, if the server is running. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() ? this.client : undefined;
  }

  /** Starts the server, or starts it anew; one start after the other. Failures become a condition. */
  restart(): Promise<void> {
    this.last = this.last.then(() => this.close()).then(() => this.open());
    return this.last;
  }

  stop(): Promise<void> {
    this.last = this.last.then(() => this.close());
    return this.last;
  }

  dispose(): void {
    void this.stop();
    this.conditions.dispose();
  }

  private async open(): Promise<void> {
    this.conditions.fire({ kind: "starting" });
    try {
      const server = await locate(this.log);
      this.log.info(`sadpath ${server.version}: ${server.command}, found by ${server.source}`);
      this.client = await this.started(server);
      this.conditions.fire({ kind: "running", server });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(reason);
      this.conditions.fire({ kind: error instanceof NoServer ? "missing" : "failed", reason });
    }
  }

  private async started(server: Server): Promise<LanguageClient> {
    const options = { env: { PYTHONPATH: undefined, PYTHONHOME: undefined, ...environment() } };
    const client = new LanguageClient(
      SECTION,
      "sadpath",
      { command: server.command, args: ["server"], options },
      this.options(),
    );
    await client.start();
    client.onDidChangeState((change) => {
      if (change.newState === State.Running) this.conditions.fire({ kind: "running", server });
      else if (client === this.client && change.newState === State.Stopped)
        this.conditions.fire({ kind: "failed", reason: "The sadpath server has stopped; its log says why." });
    });
    return client;
  }

  private options(): LanguageClientOptions {
    const schemes = ["file", "untitled", "vscode-notebook-cell"];
    return {
      documentSelector: schemes.map((scheme) => ({ scheme, language: "python" })),
      outputChannel: this.log,
      traceOutputChannel: this.trace,
      initializationOptions: () => ({ ...serverSettings(), trusted: vscode.workspace.isTrusted }),
      middleware: {
        workspace: {
          configuration: ({ items }) =>
            items.map(({ scopeUri }) => serverSettings(scopeUri ? vscode.Uri.parse(scopeUri) : undefined)),
        },
      },
    };
  }

  private async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.log.warn(`the server did not end well: ${String(error)}`));
  }
}
