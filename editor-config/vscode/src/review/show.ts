import * as vscode from "vscode";
import { SECTION, type Show } from "../settings";

const CHOICES: (vscode.QuickPickItem & { readonly show: Show })[] = [
  { show: "all", label: "All findings", detail: "whether this change brings them or not" },
  { show: "dimOld", label: "All findings, old ones faded out", detail: "this change's findings stand out" },
  { show: "onlyChange", label: "Only what this change brings", detail: "old findings are left out" },
];

/** Lets the user choose which findings the editor shows. */
export async function chooseWhatToShow(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SECTION);
  const now = settings.get<Show>("changes.show");
  const items = CHOICES.map((choice) => ({ ...choice, description: choice.show === now ? "now" : "" }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Show in the editor" });
  if (chosen) await settings.update("changes.show", chosen.show, vscode.ConfigurationTarget.Workspace);
}
