import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Connection } from "./client";
import { accept, fix, goTo, list } from "./review/actions";
import type { ChangeFindings, Finding } from "./review/findings";
import { chooseWhatToShow } from "./review/show";
import { install } from "./server/install";

/** Registers all commands of package.json. */
export function commands(
  connection: Connection,
  findings: ChangeFindings,
  log: vscode.LogOutputChannel,
  trace: vscode.LogOutputChannel,
): vscode.Disposable {
  // VS Code gives a row that is gone by the time its button is pressed as undefined.
  const onRow = (act: (finding: Finding) => unknown) => (row?: Finding) => (row ? act(row) : undefined);
  const table: Record<string, (row?: Finding) => unknown> = {
    "sadpath.restart": () => connection.restart(),
    "sadpath.install": async () => ((await install()) ? connection.restart() : undefined),
    "sadpath.showLog": () => log.show(),
    "sadpath.showTrace": () => trace.show(),
    "sadpath.showDebugInformation": () => showDebugInformation(connection),
    "sadpath.changes.refresh": () => findings.refresh(),
    "sadpath.changes.list": () => list(findings),
    "sadpath.changes.choose": () => chooseWhatToShow(),
    "sadpath.changes.goTo": onRow(goTo),
    "sadpath.changes.fix": onRow((finding) => fix(findings, finding)),
    "sadpath.changes.accept": onRow((finding) => accept(connection, finding)),
  };
  const registered = Object.entries(table).map(([name, run]) => vscode.commands.registerCommand(name, run));
  return vscode.Disposable.from(...registered);
}

async function showDebugInformation(connection: Connection): Promise<void> {
  const command = "sadpath.debugInformation";
  const text: unknown = await connection.running?.sendRequest(ExecuteCommandRequest.type, { command });
  const content = typeof text === "string" ? text : "The sadpath server does not run.";
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content }));
}
