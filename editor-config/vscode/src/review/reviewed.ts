import type * as vscode from "vscode";
import type { Finding } from "./findings";

const KEY = "sadpath.reviewed";
const MOST = 5000;

/**
 * Which findings the user has ticked off, in this workspace, across restarts and branches.
 *
 * A tick belongs to a fingerprint: when the code of a finding changes, it has to be looked at again.
 */
export class Reviewed {
  constructor(private readonly state: vscode.Memento) {}

  has(finding: Finding): boolean {
    return this.all.includes(finding.diagnostic.data.fingerprint);
  }

  async set(finding: Finding, reviewed: boolean): Promise<void> {
    const { fingerprint } = finding.diagnostic.data;
    const others = this.all.filter((one) => one !== fingerprint);
    await this.state.update(KEY, reviewed ? [...others, fingerprint].slice(-MOST) : others);
  }

  private get all(): readonly string[] {
    return this.state.get<string[]>(KEY, []);
  }
}
