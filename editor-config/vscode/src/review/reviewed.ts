import * as vscode from "vscode";
import type { Finding } from "./findings";

const KEY = "sadpath.reviewed";
const MOST = 5000;

/**
 * Which findings the user has ticked off, in this workspace, across restarts and branches.
 *
 * A tick belongs to a fingerprint: when the code of a finding changes, it has to be looked at again.
 */
export class Reviewed implements vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;

  constructor(private readonly state: vscode.Memento) {}

  /** Those that are still to be looked at. */
  open(findings: readonly Finding[]): Finding[] {
    const ticked = new Set(this.ticked);
    return findings.filter((finding) => !ticked.has(finding.diagnostic.data.fingerprint));
  }

  /** Ticks fingerprints, or takes their ticks away. */
  async set(ticks: ReadonlyMap<string, boolean>): Promise<void> {
    const others = this.ticked.filter((one) => !ticks.has(one));
    const added = [...ticks].filter(([, ticked]) => ticked).map(([fingerprint]) => fingerprint);
    await this.state.update(KEY, [...others, ...added].slice(-MOST));
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private get ticked(): readonly string[] {
    return this.state.get<string[]>(KEY, []);
  }
}
