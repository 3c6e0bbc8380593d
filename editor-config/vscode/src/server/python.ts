import type { PythonEnvironmentApi } from "@vscode/python-environments";
import type { PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";

// Both extensions are optional; VSCodium and Cursor have at most one of them. Only their types are bundled.
const ENVIRONMENTS = "ms-python.vscode-python-envs";
const PYTHON = "ms-python.python";

/** The interpreter of the environment that is selected for a folder. */
export async function selectedPython(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const environments = await api<PythonEnvironmentApi>(ENVIRONMENTS);
  if (environments) {
    const environment = await environments.getEnvironment(folder);
    if (environment) return environment.execInfo.run.executable;
  }
  const python = await api<PythonExtension>(PYTHON);
  if (!python) return undefined;
  await python.ready;
  const environment = await python.environments.resolveEnvironment(
    python.environments.getActiveEnvironmentPath(folder),
  );
  return environment?.executable.uri?.fsPath;
}

/** Calls back when another environment is selected. */
export async function onSelection(changed: () => void): Promise<vscode.Disposable> {
  const environments = await api<PythonEnvironmentApi>(ENVIRONMENTS);
  const python = await api<PythonExtension>(PYTHON);
  const listeners = [
    environments?.onDidChangeEnvironment(changed),
    python?.environments.onDidChangeActiveEnvironmentPath(changed),
  ];
  return vscode.Disposable.from(...listeners.filter((listener) => listener !== undefined));
}

async function api<T>(id: string): Promise<T | undefined> {
  try {
    return await vscode.extensions.getExtension<T>(id)?.activate();
  } catch {
    return undefined; // it cannot start: as good as not installed
  }
}
