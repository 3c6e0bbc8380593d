// What a reviewer does in VS Code, from opening the folder to having seen every unhappy path of the change.
//
//   EDITORS=... node journey.mjs EXTENSION.vsix SADPATH_OR_PYTHON PICTURES
//
// Prints each step. Ends with 1, and a picture `error.png`, at the first that does not hold.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sampleRepository } from "../repository.mjs";
import { openWorkbench } from "./workbench.mjs";

const [extension, program, pictures] = process.argv.slice(2).map((name) => path.resolve(name));
const service = fileURLToPath(new URL("../../../examples/orders", import.meta.url));
const home = fs.mkdtempSync(path.join(os.tmpdir(), "sadpath-vscode-"));
const folder = path.join(home, "shop");
const began = Date.now();

function step(text) {
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

async function journey(page) {
  const shot = (name, clip) => page.screenshot({ path: path.join(pictures, `${name}.png`), ...(clip ? { clip } : {}) });
  const editor = page.locator(".editor-instance .monaco-editor").first();
  const onDisk = (name) => fs.readFileSync(path.join(folder, "orders", name), "utf8");

  await open(page, "warehouse.py");
  const squiggles = editor.locator(".squiggly-warning");
  await squiggles.first().waitFor({ state: "attached" });
  step("what is found is underlined");

  await page.keyboard.press("Control+Shift+M");
  const problems = page.locator(".markers-panel");
  const row = problems.locator(".monaco-list-row", { hasText: "`self._session.post` has no timeout" }).first();
  await row.waitFor();
  const link = row.locator("a", { hasText: "missing-timeout" });
  await link.waitFor();
  await shot("problems");
  step("the Problems panel has it, with a link to the rule's page");

  await row.click(); // leads to the line
  const finding = await underlined(page, editor, "self._session.post");
  await page.mouse.move(finding.x - 60, finding.y - 60);
  await page.mouse.move(finding.x, finding.y, { steps: 8 });
  const hover = page.locator(".monaco-hover:visible", { hasText: "What happens in production" }).first();
  await hover.waitFor();
  await hover.locator("a[data-href$='/docs/rules/missing-timeout.md']").first().waitFor({ state: "attached" });
  await shot("hover");
  step("the hover tells the story");

  await page.keyboard.press("Escape");
  await page.mouse.click(finding.x, finding.y);
  await page.mouse.move(finding.x + 300, finding.y + 150);
  await editor.locator(".lightBulbWidget:visible, [class*='gutter-lightbulb']:visible").first().waitFor();
  await page.keyboard.press("Control+.");
  await menu(page, "Bound `self._session.post` with `timeout=10`").waitFor();
  await shot("fixes");
  await menu(page, "Bound `self._session.post` with `timeout=10`").click();
  await row.waitFor({ state: "detached" });
  await page.keyboard.press("Control+S");
  await until(() => onDisk("warehouse.py").includes("timeout=10)\n        if response.status_code"));
  step("the light bulb mends it");

  await problems.locator(".monaco-list-row", { hasText: "bare `except`" }).first().click();
  const bare = await underlined(page, editor, "except:");
  await page.mouse.click(bare.x, bare.y);
  await page.keyboard.press("Control+.");
  await menu(page, "Accept this risk (bare-except)").click();
  await editor.locator(".view-line", { hasText: "sadpath: accept[bare-except]" }).first().waitFor();
  await page.keyboard.type("the shop hides what is sold out");
  await page.keyboard.press("Escape");
  await shot("accept");
  await page.keyboard.press("Control+S");
  await until(() => onDisk("warehouse.py").includes("except:  # sadpath: accept[bare-except] the shop hides what is sold out\n"));
  await problems.locator(".monaco-list-row", { hasText: "bare `except`" }).first().waitFor({ state: "detached" });
  step("the light bulb accepts it, with the reason that is typed");
}

/** Opens a file as a user would. */
async function open(page, name) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab.active", { hasText: name }).waitFor();
}

/** The middle of the squiggle below the line that contains a text, once there is one. */
async function underlined(page, editor, text) {
  const line = editor.locator(".view-line", { hasText: text.replaceAll(" ", "\u00a0") });
  for (let tries = 0; tries < 300; tries++) {
    for (const one of await line.all()) {
      const at = await one.boundingBox();
      for (const squiggle of await editor.locator("[class*=squiggly-]").all()) {
        const box = await squiggle.boundingBox();
        if (at && box && Math.abs(box.y - at.y) < 3) return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`nothing is underlined at ${text}`);
}

function menu(page, text) {
  return page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
}

async function until(condition) {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it does not come true: ${condition}`);
}

fs.mkdirSync(pictures, { recursive: true });
fs.rmSync(path.join(pictures, "error.png"), { force: true });
sampleRepository(folder, service);
const { page, close } = await openWorkbench({ home, folder, extensions: [extension], settings: { "sadpath.path": program } });
try {
  step("VS Code is open");
  await journey(page);
} catch (error) {
  await page.screenshot({ path: path.join(pictures, "error.png") });
  console.error(error);
  process.exitCode = 1;
} finally {
  await close();
  if (process.exitCode) console.error(`what VS Code wrote is in ${home}`);
  else fs.rmSync(home, { recursive: true, force: true });
}
