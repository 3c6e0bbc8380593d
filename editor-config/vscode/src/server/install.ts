import * as vscode from "vscode";
import { onPath } from "./executable";
import { selectedPython } from "./python";

interface Way extends vscode.QuickPickItem {
  readonly command: readonly [string, ...string[]];
}

/** Lets the user choose how to install the server, and does so in a terminal; gives whether it succeeded. */
export async function install(): Promise<boolean> {
  const ways = await possibleWays();
  if (!ways.length) {
    await vscode.env.openExternal(vscode.Uri.parse("https://github.com/sadpath/sadpath#readme"));
    return false;
  }
  const way = await vscode.window.showQuickPick(ways, { title: "Install the sadpath server" });
  return way !== undefined && (await run(way.command)) === 0;
}

async function possibleWays(): Promise<Way[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const python = vscode.workspace.isTrusted ? await selectedPython(folder) : undefined;
  const uv = await onPath("uv");
  const pipx = await onPath("pipx");
  const ways: (Way | undefined)[] = [
    python ? way("Into the selected Python environment", [python, "-m", "pip", "install", "sadpath"]) : undefined,
    uv ? way("For all projects, with uv", [uv, "tool", "install", "sadpath"]) : undefined,
    pipx ? way("For all projects, with pipx", [pipx, "install", "sadpath"]) : undefined,
  ];
  return ways.filter((way) => way !== undefined);
}

function way(label: string, command: Way["command"]): Way {
  return { label, detail: command.join(" "), command };
}

async function run([program, ...args]: Way["command"]): Promise<number | undefined> {
  const task = new vscode.Task(
    { type: "sadpath.install" },
    vscode.TaskScope.Workspace,
    "install the server",
    "sadpath",
    new vscode.ProcessExecution(program, args),
  );
  const ended = new Promise<number | undefined>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess((event) => {
      if (event.execution.task.definition.type !== task.definition.type) return;
      listener.dispose();
      resolve(event.exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}
