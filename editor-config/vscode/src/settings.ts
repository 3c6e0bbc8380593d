import * as vscode from "vscode";

export const SECTION = "sadpath";

/** What to do with findings that the change under review does not bring. */
export type Show = "all" | "dimOld" | "onlyChange";

/** The settings that the server understands; `sadpath.path` is for this extension alone. */
export function serverSettings(scope?: vscode.Uri): object {
  const settings = vscode.workspace.getConfiguration(SECTION, scope);
  return {
    diagnosticMode: settings.get("diagnosticMode"),
    select: settings.get("select"),
    ignore: settings.get("ignore"),
    codeLens: settings.get("codeLens"),
    changes: { show: settings.get("changes.show"), base: settings.get("changes.base") },
    logLevel: settings.get("logLevel"),
  };
}
