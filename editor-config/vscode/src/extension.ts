import * as vscode from "vscode";
import { Connection } from "./client";
import { commands } from "./commands";
import { ChangeFindings } from "./review/findings";
import { Reviewed } from "./review/reviewed";
import { StatusBar } from "./review/statusBar";
import { Tree } from "./review/tree";
import { onSelection } from "./server/python";
import { SECTION } from "./settings";
import { Complaint, Status } from "./status";

let connection: Connection | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("sadpath", { log: true });
  const trace = vscode.window.createOutputChannel("sadpath Trace", { log: true });
  connection = new Connection(log, trace);
  const status = new Status();
  const complaint = new Complaint();
  const findings = new ChangeFindings(connection, log, context.workspaceState);
  const reviewed = new Reviewed(context.workspaceState);
  const tree = new Tree(findings, reviewed);
  const bar = new StatusBar(findings, reviewed);
  context.subscriptions.push(
    log,
    trace,
    connection,
    status,
    findings,
    tree,
    bar,
    commands(connection, findings, log, trace),
    connection.onCondition((condition) => {
      status.show(condition);
      void complaint.about(condition);
      void vscode.commands.executeCommand("setContext", "sadpath.runs", condition.kind === "running");
      findings.refreshSoon();
    }),
    findings.onChange(() => {
      tree.show();
      bar.show();
    }),
    reviewed,
    reviewed.onChange(() => {
      tree.count();
      bar.show();
    }),
    ...reasonsToAskAgain(findings),
    ...reasonsToRestart(connection),
  );
  bar.show();
  context.subscriptions.push(await onSelection(() => void connection?.restart()));
  await connection.restart();
}

export async function deactivate(): Promise<void> {
  await connection?.stop();
}

function reasonsToAskAgain(findings: ChangeFindings): vscode.Disposable[] {
  const files = vscode.workspace.createFileSystemWatcher("**/*.{py,pyi,ipynb}");
  const again = (): void => findings.refreshSoon();
  return [
    files,
    files.onDidChange(again),
    files.onDidCreate(again),
    files.onDidDelete(again),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((uri) => uri.path.endsWith(".py"))) again();
    }),
  ];
}

function reasonsToRestart(connection: Connection): vscode.Disposable[] {
  return [
    vscode.workspace.onDidGrantWorkspaceTrust(() => void connection.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SECTION}.path`)) void connection.restart(); // the client tells all others
    }),
  ];
}
