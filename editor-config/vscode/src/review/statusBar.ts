import * as vscode from "vscode";
import type { ChangeFindings } from "./findings";
import type { Reviewed } from "./reviewed";

/** How many unhappy paths of this change are still to be reviewed. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("sadpath.changes", vscode.StatusBarAlignment.Left);

  constructor(
    private readonly source: ChangeFindings,
    private readonly reviewed: Reviewed,
  ) {
    this.item.name = "Unhappy paths in this change";
    this.item.command = "sadpath.changes.focus";
  }

  show(): void {
    const { base, problem, findings } = this.source.answer;
    const open = this.reviewed.open(findings).length;
    if (!this.source.isWanted) {
      this.item.text = "$(git-pull-request) unhappy paths";
      this.item.tooltip = "Look for the unhappy paths of the change under review";
    } else {
      this.item.text = open ? `$(git-pull-request) ${open} unhappy` : "$(git-pull-request) $(check)";
      this.item.tooltip = `${findings.length} unhappy paths in this change (against ${base}), ${open} of them to review`;
    }
    if (problem) this.item.hide();
    else this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}
