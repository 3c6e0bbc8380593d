import * as vscode from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient/node";
import type { Connection } from "../client";
import type { ChangeFindings, Finding, Fix } from "./findings";

/** Shows a finding in its document. */
export async function goTo(finding: Finding): Promise<void> {
  const { start, end } = finding.diagnostic.range;
  const selection = new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.window.showTextDocument(vscode.Uri.parse(finding.uri), { selection, preview: true });
}

/** Mends a finding, by the user's choice where there are several ways; the document is left open and unsaved. */
export async function fix(findings: ChangeFindings, finding: Finding): Promise<void> {
  const now = await findings.current(finding);
  const chosen = now && (await chooseFix(now.diagnostic.data.fixes));
  if (!now || !chosen) return;
  await goTo(now);
  const edit = new vscode.WorkspaceEdit();
  for (const { range, newText } of chosen.edits) {
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    edit.replace(vscode.Uri.parse(now.uri), place, newText);
  }
  await vscode.workspace.applyEdit(edit);
}

/** Writes the comment that accepts the risk, with the reason that the user gives. */
export async function accept(connection: Connection, finding: Finding): Promise<void> {
  const { code, data } = finding.diagnostic;
  const reason = await vscode.window.showInputBox({
    title: `Accept this risk (${code})`,
    prompt: "Why is it acceptable? The reason stays in the code, for whoever reads it next.",
    placeHolder: "the supervisor kills us after ten minutes",
    validateInput: (text) => (text.trim() ? undefined : "A reason is required."),
  });
  if (!reason) return;
  await goTo(finding);
  await connection.running?.sendRequest(ExecuteCommandRequest.type, {
    command: "sadpath.acceptRisk",
    arguments: [finding.uri, data.fingerprint, reason.trim()],
  });
}

/** Lets the user choose among this change's findings, the worst first. */
export async function list(findings: ChangeFindings): Promise<void> {
  await findings.want();
  await findings.refresh();
  const { base, problem, findings: all } = findings.answer;
  const items = all.map((finding) => {
    const { code, message, range } = finding.diagnostic;
    const place = `${vscode.workspace.asRelativePath(vscode.Uri.parse(finding.uri))}:${range.start.line + 1}`;
    return { label: String(code), description: [place, finding.owner].filter(Boolean).join(" · "), detail: message, finding };
  });
  const title = problem ?? `Unhappy paths in this change, against ${base}: ${items.length || "none"}`;
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  if (chosen) await goTo(chosen.finding);
}

async function chooseFix(fixes: readonly Fix[]): Promise<Fix | undefined> {
  if (fixes.length < 2) return fixes[0];
  const items = fixes.map((fix) => ({ label: fix.title, fix }));
  return (await vscode.window.showQuickPick(items, { title: "Fix" }))?.fix;
}
