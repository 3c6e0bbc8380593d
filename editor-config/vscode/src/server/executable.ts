import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { basename, delimiter, dirname, extname, isAbsolute, join } from "node:path";

const WINDOWS = process.platform === "win32";
const PATIENCE = 20_000; // milliseconds; the first start after an installation compiles all modules

/** Runs `sadpath --version`; gives the version, or throws an error that says what came instead. */
export function versionOf(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, ["--version"], { env: environment(), timeout: PATIENCE }, (error, stdout, stderr) => {
      const version = /sadpath,? (?:version )?(\d\S*)/.exec(stdout)?.[1];
      if (version) resolve(version);
      else reject(new Error(lastLine(stderr) || error?.message || `it answers "${lastLine(stdout)}"`));
    });
  });
}

/** What the server's process gets: nothing that would make Python import the modules of the project. */
export function environment(): NodeJS.ProcessEnv {
  const { PYTHONPATH, PYTHONHOME, PYTHONSTARTUP, ...rest } = process.env;
  return { ...rest, PYTHONSAFEPATH: "1" };
}

/** An executable of this name in the directories of PATH. Relative ones do not count: they lead into the project. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute)) {
    const file = join(directory, WINDOWS ? `${name}.exe` : name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** The script of this name that belongs to a Python interpreter. */
export async function besidePython(python: string, name: string): Promise<string | undefined> {
  const here = dirname(python);
  const candidates = WINDOWS ? [join(here, "Scripts", `${name}.exe`), join(here, `${name}.exe`)] : [join(here, name)];
  for (const file of candidates) if (await isExecutable(file)) return file;
  return undefined;
}

export function isPython(file: string): boolean {
  return /^python[\d.]*$/i.test(basename(file, WINDOWS ? extname(file) : ""));
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
