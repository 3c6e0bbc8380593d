import * as vscode from "vscode";
import { DiagnosticSeverity } from "vscode-languageclient/node";
import type { ChangeFindings, Finding } from "./findings";
import type { Reviewed } from "./reviewed";

interface File {
  readonly uri: vscode.Uri;
  readonly findings: readonly Finding[];
}

type Node = File | Finding;

/** The tree "Unhappy paths in this change": files, the worst first, and in each its findings. */
export class Tree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changes.event;
  private readonly view: vscode.TreeView<Node>;

  constructor(
    private readonly source: ChangeFindings,
    private readonly reviewed: Reviewed,
  ) {
    this.view = vscode.window.createTreeView("sadpath.changes", { treeDataProvider: this, showCollapseAll: true });
    this.view.onDidChangeVisibility(({ visible }) => (visible ? void source.want() : undefined));
    // VS Code ticks a file with all its findings, and tells of each.
    this.view.onDidChangeCheckboxState(({ items }) => {
      const { Checked } = vscode.TreeItemCheckboxState;
      const findings = items.flatMap(([node, state]) => ("findings" in node ? [] : [{ node, ticked: state === Checked }]));
      void this.reviewed.set(new Map(findings.map(({ node, ticked }) => [node.diagnostic.data.fingerprint, ticked])));
    });
  }

  /** Draws what is known now. */
  show(): void {
    this.count();
    this.changes.fire();
  }

  /** Says how much there is to review. */
  count(): void {
    const { base, problem, findings } = this.source.answer;
    const open = this.reviewed.open(findings).length;
    const brought = findings.length ? `${open} of ${findings.length} to review` : "This change brings no unhappy path";
    this.view.message = problem ?? (base ? `${brought}, compared with ${plain(base)}.` : "");
    this.view.badge = open ? { value: open, tooltip: `${open} to review in this change` } : undefined;
  }

  getChildren(node?: Node): Node[] {
    if (!node) return grouped(this.source.answer.findings);
    return "findings" in node ? [...node.findings] : [];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return "findings" in node ? this.file(node) : this.finding(node);
  }

  dispose(): void {
    this.view.dispose();
    this.changes.dispose();
  }

  private file({ uri, findings }: File): vscode.TreeItem {
    const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
    item.id = uri.toString();
    item.description = true; // the directory
    item.iconPath = vscode.ThemeIcon.File;
    item.checkboxState = checkbox(!this.reviewed.open(findings).length);
    item.contextValue = "file";
    return item;
  }

  private finding(finding: Finding): vscode.TreeItem {
    const { uri, diagnostic, status, owner } = finding;
    const item = new vscode.TreeItem(String(diagnostic.code));
    const line = `line ${diagnostic.range.start.line + 1}`;
    item.id = `${uri}#${diagnostic.data.fingerprint}`;
    item.description = [line, owner, plain(diagnostic.message)].filter(Boolean).join(" · ");
    item.tooltip = tooltip(finding);
    item.iconPath = icon(diagnostic.severity);
    item.checkboxState = checkbox(!this.reviewed.open([finding]).length);
    item.contextValue = diagnostic.data.fixes.length ? "finding fixable" : "finding";
    item.command = { command: "sadpath.changes.goTo", title: "Go To", arguments: [finding] };
    item.accessibilityInformation = {
      label: `${diagnostic.code}, ${status}, ${line}${owner ? `, owned by ${owner}` : ""}: ${diagnostic.message}`,
    };
    return item;
  }
}

/** A file is as bad as its worst finding: findings come worst first, and so do the files. */
function grouped(findings: readonly Finding[]): File[] {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.uri, [...(files.get(finding.uri) ?? []), finding]);
  return [...files].map(([uri, findings]) => ({ uri: vscode.Uri.parse(uri), findings }));
}

function tooltip({ diagnostic, status, harm, owner }: Finding): vscode.MarkdownString {
  const brought = status === "new" ? "brought by this change" : "in code that this change touches";
  const facts = [brought, `harm ${harm}`, owner ? `owned by ${owner}` : ""].filter(Boolean).join(" · ");
  const link = diagnostic.codeDescription ? `[${diagnostic.code}](${diagnostic.codeDescription.href})` : diagnostic.code;
  return new vscode.MarkdownString(`${diagnostic.message}\n\n${link} · ${facts}`);
}

function icon(severity: Finding["diagnostic"]["severity"]): vscode.ThemeIcon {
  if (severity === DiagnosticSeverity.Error) return new vscode.ThemeIcon("error", color("problemsErrorIcon.foreground"));
  if (severity === DiagnosticSeverity.Warning)
    return new vscode.ThemeIcon("warning", color("problemsWarningIcon.foreground"));
  return new vscode.ThemeIcon("info", color("problemsInfoIcon.foreground"));
}

function color(id: string): vscode.ThemeColor {
  return new vscode.ThemeColor(id);
}

function checkbox(ticked: boolean): NonNullable<vscode.TreeItem["checkboxState"]> {
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  return { state: ticked ? Checked : Unchecked, tooltip: ticked ? "Reviewed" : "Mark as reviewed" };
}

function plain(message: string): string {
  return message.replaceAll("`", "");
}
