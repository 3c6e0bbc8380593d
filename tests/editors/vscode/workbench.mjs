// Journeys through a real VS Code (code-server, in headless Chromium). Needs what install/vscode.sh installs.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
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
  "workbench.hover.delay": 60_000, // what a row says when the mouse rests there would lie on the next row
  "workbench.layoutControl.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.lightbulb.enabled": "on",
  "files.autoSave": "off",
  "git.openRepositoryInParentFolders": "never",
  "window.commandCenter": false,
  "git.blame.statusBarItem.enabled": false,
};

/**
 * Opens VS Code on a new folder that `prepare` fills, takes `steps`, and closes it. Extensions are .vsix files.
 *
 * Prints each step. The first that does not hold is printed too, leaves a picture `error.png`, and lets the process end with 1.
 */
export async function journey({ pictures, extensions, settings = {}, variables = {}, prepare, steps }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "sadpath-vscode-"));
  const folder = path.join(home, "shop");
  const began = Date.now();
  const step = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  fs.mkdirSync(pictures, { recursive: true });
  prepare(folder);
  const { page, close } = await openWorkbench({ home, folder, extensions, settings, variables });
  const picture = (name, options) => page.screenshot({ path: path.join(pictures, `${name}.png`), ...options });
  try {
    step("VS Code is open");
    await steps(page, { folder, step, picture });
  } catch (error) {
    await picture("error");
    console.error(error);
    process.exitCode = 1;
  } finally {
    await close();
    if (process.exitCode) console.error(`what VS Code wrote is in ${home}`);
    else fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Gives the page, and a function that closes everything. */
async function openWorkbench({ home, folder, extensions, settings, variables }) {
  const own = { ...process.env, EXTENSIONS_GALLERY: "{}", ...homes(home), ...variables };
  own.PATH = `${path.dirname(NODE)}:${own.PATH}`;
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
    const page = await openPage(browser, `http://127.0.0.1:${port}/?${new URLSearchParams({ folder })}`);
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(browser, address) {
  const context = await browser.newContext({ viewport: { width: 1120, height: 720 }, locale: "en-US", deviceScaleFactor: 1.5 });
  // What the page wants from other machines it does not get.
  await context.route(
    (url) => !["127.0.0.1", "localhost"].includes(url.hostname) && /^(https?|wss?):$/.test(url.protocol),
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
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
