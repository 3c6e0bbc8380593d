import * as vscode from "vscode";
import type { Condition } from "./client";

/** The server's state, behind the braces in the status bar of Python files. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("sadpath.server", { language: "python" });

  constructor() {
    this.item.name = "sadpath";
  }

  show(condition: Condition): void {
    this.item.busy = condition.kind === "starting";
    this.item.severity = vscode.LanguageStatusSeverity.Information;
    this.item.command = { command: "sadpath.showLog", title: "Show Log" };
    if (condition.kind === "starting") this.item.text = "sadpath starts";
    else if (condition.kind === "running") {
      this.item.text = `sadpath ${condition.server.version}`;
      this.item.detail = `from ${condition.server.source}`;
    } else {
      this.item.severity = vscode.LanguageStatusSeverity.Error;
      this.item.text = "sadpath does not run";
      this.item.detail = condition.reason;
      if (condition.kind === "missing") this.item.command = { command: "sadpath.install", title: "Install" };
      else this.item.command = { command: "sadpath.restart", title: "Restart" };
    }
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** Says once per reason that there is no server, and offers what can be done. */
export class Complaint {
  private told = "";

  async about(condition: Condition): Promise<void> {
    if (!("reason" in condition) || condition.reason === this.told) return;
    this.told = condition.reason;
    const ways: Record<string, () => Thenable<unknown>> =
      condition.kind === "missing"
        ? { "Install ...": run("sadpath.install"), "Set Path": run("workbench.action.openSettings", "sadpath.path") }
        : { Restart: run("sadpath.restart") };
    ways["Show Log"] = run("sadpath.showLog");
    const choice = await vscode.window.showWarningMessage(condition.reason, ...Object.keys(ways));
    await (choice && ways[choice]?.());
  }
}

function run(command: string, ...args: unknown[]): () => Thenable<unknown> {
  return () => vscode.commands.executeCommand(command, ...args);
}
