// Opens a real VS Code (code-server, in headless Chromium) on a folder. Needs what install/vscode.sh installs.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";

const HERE = path.join(process.env.EDITORS, "vscode");
const NODE = path.join(HERE, "node/bin/node");
const ENTRY = path.join(HERE, "code-server/node_modules/code-server/out/node/entry.js");
const { chromium } = createRequire(path.join(HERE, "driver/package.json"))("playwright-core");

const QUIET = {
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "update.showReleaseNotes": false,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.reduceMotion": "on",
  "workbench.layoutControl.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.lightbulb.enabled": "on",
  "files.autoSave": "off",
  "git.openRepositoryInParentFolders": "never",
  "window.commandCenter": false,
};

/**
 * Starts VS Code on `folder` with extensions (.vsix) installed and settings set, all of it below `home`.
 *
 * Gives the page and a function that closes everything. What the page wants from other machines it does not get.
 */
export async function openWorkbench({ home, folder, extensions, settings, PATH = process.env.PATH, viewport }) {
  const own = { ...process.env, PATH: `${path.dirname(NODE)}:${PATH}`, EXTENSIONS_GALLERY: "{}", ...homes(home) };
  for (const name of ["PORT", "VSCODE_IPC_HOOK_CLI", "PYTHONPATH"]) delete own[name];
  const data = path.join(home, "data");
  const places = [
    "--config", path.join(home, "config.yaml"),
    "--user-data-dir", data,
    "--extensions-dir", path.join(home, "extensions"),
  ];
  write(path.join(home, "config.yaml"), "cert: false\n");
  // Those of scope `machine-overridable` come from the second file: from the first they may be read too late.
  write(path.join(data, "User/settings.json"), JSON.stringify({ ...QUIET, ...settings }));
  write(path.join(data, "Machine/settings.json"), JSON.stringify(settings));
  for (const extension of extensions)
    execFileSync(NODE, [ENTRY, ...places, "--install-extension", extension, "--force"], { env: own, stdio: "pipe" });
  const port = await freePort();
  const log = fs.openSync(path.join(home, "code-server.log"), "w");
  const options = [
    ...places,
    "--bind-addr", `127.0.0.1:${port}`,
    "--auth", "none",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    "--ignore-last-opened",
  ];
  const server = spawn(NODE, [ENTRY, ...options, folder], { env: own, stdio: ["ignore", log, log], detached: true });
  let browser;
  const close = async () => {
    await browser?.close();
    await ended(server);
  };
  try {
    await answers(server, port);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      env: { ...process.env, ...homes(home) },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-dev-shm-usage"],
    });
    const page = await openPage(browser, `http://127.0.0.1:${port}/?${new URLSearchParams({ folder })}`, viewport);
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(browser, address, viewport = { width: 1280, height: 800 }) {
  const context = await browser.newContext({ viewport, locale: "en-US", deviceScaleFactor: 1.5 });
  await context.route(
    (url) => !["127.0.0.1", "localhost"].includes(url.hostname) && /^(https?|wss?):$/.test(url.protocol),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(address, { waitUntil: "domcontentloaded" });
  await page.locator(".monaco-workbench").waitFor();
  return page;
}

// code-server and Chromium write into the user's directories otherwise.
function homes(home) {
  const XDG_RUNTIME_DIR = path.join(home, "run");
  fs.mkdirSync(XDG_RUNTIME_DIR, { recursive: true });
  const [XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME] = ["config", "share", "cache"].map((name) => path.join(home, name));
  return { HOME: home, XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME, XDG_RUNTIME_DIR };
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(server, port) {
  for (let tries = 0; tries < 240; tries++) {
    if (server.exitCode !== null) throw new Error(`code-server ended with ${server.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("code-server does not answer");
}

async function ended(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once("exit", resolve));
  process.kill(-server.pid, "SIGTERM"); // the process group that `detached` made, and nothing else
  const impatient = setTimeout(() => process.kill(-server.pid, "SIGKILL"), 8000);
  await exit;
  clearTimeout(impatient);
}
