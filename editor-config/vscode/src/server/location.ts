import { homedir } from "node:os";
import * as vscode from "vscode";
import { besidePython, isExecutable, isPython, onPath, versionOf } from "./executable";
import { selectedPython } from "./python";

/** A server that answers, and how it was found. */
export interface Server {
  readonly command: string;
  readonly version: string;
  readonly source: "the setting `sadpath.path`" | "the selected Python environment" | "PATH";
}

/** Why there is no server: one sentence for the user. */
export class NoServer extends Error {}

/**
 * The server by the setting, else in the selected Python environment, else on PATH. Throws NoServer.
 *
 * A folder that is not trusted chooses nothing: VS Code leaves out the path that it sets, and its environment, which
 * may lie within, is not asked for.
 */
export async function locate(log: vscode.LogOutputChannel): Promise<Server> {
  const set = vscode.workspace.getConfiguration("sadpath").get<string>("path", "").trim();
  if (set) return answering(await fromSetting(expanded(set)), "the setting `sadpath.path`");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const python = vscode.workspace.isTrusted ? await selectedPython(folder) : undefined;
  log.info(python ? `the selected Python environment is that of ${python}` : "no Python environment is selected");
  const script = python && (await besidePython(python, "sadpath"));
  if (script) return answering(script, "the selected Python environment");
  const found = await onPath("sadpath");
  if (found) return answering(found, "PATH");
  throw new NoServer(
    python
      ? `sadpath is neither installed in the selected Python environment (${python}) nor on PATH.`
      : "sadpath is not on PATH, and there is no Python environment selected that could have it.",
  );
}

async function fromSetting(path: string): Promise<string> {
  const script = isPython(path) ? await besidePython(path, "sadpath") : path;
  if (!script) throw new NoServer(`sadpath is not installed for ${path}, the Python that \`sadpath.path\` names.`);
  if (await isExecutable(script)) return script;
  throw new NoServer(`${path}, which the setting \`sadpath.path\` names, is no program.`);
}

async function answering(command: string, source: Server["source"]): Promise<Server> {
  try {
    return { command, source, version: await versionOf(command) };
  } catch (error) {
    throw new NoServer(`${command} (from ${source}) does not start: ${(error as Error).message}`);
  }
}

function expanded(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return path.replace(/^~(?=[/\\])/, homedir()).replaceAll("${workspaceFolder}", folder);
}
