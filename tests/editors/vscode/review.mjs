// What a reviewer does in VS Code, from opening the folder to having seen every unhappy path of the change.
//
//   EDITORS=... node review.mjs EXTENSION.vsix SADPATH_PYTHON PICTURES
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { sampleRepository } from "../repository.mjs";
import { menu, open, openLightBulb, underlined, until, widenSideBar } from "./user.mjs";
import { journey } from "./workbench.mjs";

const [extension, python, pictures] = process.argv.slice(2);

await journey({
  pictures,
  extensions: [extension],
  settings: { "sadpath.path": python },
  prepare: sampleRepository,
  async steps(page, { folder, step, picture }) {
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
    await row.click(); // leads to the line
    await underlined(page, editor, "self._session.post");
    await picture("problems");
    step("the Problems panel has it, with a link to the rule's page");

    await page.keyboard.press("Control+J"); // without the panel there is room for the story
    const finding = await underlined(page, editor, "self._session.post");
    await page.mouse.move(finding.x - 60, finding.y - 60);
    await page.mouse.move(finding.x, finding.y, { steps: 8 });
    const hover = page.locator(".monaco-hover:visible", { hasText: "What happens in production" }).first();
    await hover.waitFor();
    await hover.locator("a[data-href$='/docs/rules/missing-timeout.md']").first().waitFor({ state: "attached" });
    await picture("hover");
    step("the hover tells the story");

    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+J");
    await row.waitFor();
    await openLightBulb(page, editor, finding, "Bound `self._session.post` with `timeout=10`");
    await picture("fixes");
    await menu(page, "Bound `self._session.post` with `timeout=10`").click();
    await row.waitFor({ state: "detached" });
    await page.keyboard.press("Control+S");
    await until(() => onDisk("warehouse.py").includes("timeout=10)\n        if response.status_code"));
    step("the light bulb mends it");

    await problems.locator(".monaco-list-row", { hasText: "bare `except`" }).first().click();
    const bare = await underlined(page, editor, "except:");
    await openLightBulb(page, editor, bare, "Accept this risk (bare-except)");
    await menu(page, "Accept this risk (bare-except)").click();
    await editor.locator(".view-line", { hasText: "sadpath: accept[bare-except]" }).first().waitFor();
    await page.keyboard.type("the shop hides what is sold out");
    await page.keyboard.press("Escape");
    await picture("accept");
    await page.keyboard.press("Control+S");
    await until(() => onDisk("warehouse.py").includes("except:  # sadpath: accept[bare-except] the shop hides what is sold out\n"));
    await problems.locator(".monaco-list-row", { hasText: "bare `except`" }).first().waitFor({ state: "detached" });
    step("the light bulb accepts it, with the reason that is typed");

    await page.locator(".activitybar [aria-label^='Unhappy paths in this change']").first().click();
    await widenSideBar(page, 210);
    const view = page.locator(".sidebar .pane").first();
    await entry(view, "unawaited-coroutine").waitFor();
    const files = await view.locator(".monaco-list-row[aria-level='1']").allInnerTexts();
    assert.deepEqual(files.map((text) => text.match(/\w+\.py/)[0]).sort(), ["warehouse.py", "worker.py"]);
    await view.getByText("5 of 5 to review, compared with").waitFor();
    await entry(view, "unawaited-coroutine").click();
    await page.locator(".tab.active", { hasText: "worker.py" }).waitFor();
    await underlined(page, editor, "self._audit.record(\"out");
    await page.mouse.move(800, 600);
    await page.keyboard.press("Control+J"); // without the panel
    await picture("review");
    step("the tree has what this change brings, and leads there");

    const bar = page.locator(".statusbar-item", { hasText: "unhappy" });
    const before = parseInt((await bar.innerText()).trim());
    await checkbox(view, "retry-without-backoff").click();
    await until(async () => parseInt((await bar.innerText()).trim()) === before - 1);
    step("what is ticked off counts no longer");

    await entry(view, "unawaited-coroutine").hover();
    await entry(view, "unawaited-coroutine").locator(".action-label[aria-label^='Fix']").click();
    await editor.locator(".view-line", { hasText: "await\u00a0self._audit.record(\"out" }).first().waitFor();
    await page.keyboard.press("Control+S");
    await entry(view, "unawaited-coroutine").waitFor({ state: "detached" });
    step("the tree mends");

    await entry(view, "swallowed-exception").hover();
    await entry(view, "swallowed-exception").locator(".action-label[aria-label^='Accept']").click();
    await page.locator(".quick-input-widget input").first().waitFor();
    await page.keyboard.type("one bad order must not stop the others");
    await page.keyboard.press("Enter");
    const line = "# sadpath: accept[swallowed-exception] one bad order must not stop the others";
    await editor.locator(".view-line", { hasText: line.replaceAll(" ", "\u00a0") }).first().waitFor();
    await page.keyboard.press("Control+S");
    await entry(view, "swallowed-exception").waitFor({ state: "detached" });
    step("the tree accepts, with a reason");

    await page.reload();
    await checkbox(view, "retry-without-backoff").and(page.locator("[aria-checked=true]")).waitFor();
    step("what is ticked off stays so when VS Code starts anew");
  },
});

function entry(view, text) {
  return view.locator(".monaco-list-row", { hasText: text }).first();
}

function checkbox(view, text) {
  return entry(view, text).locator(".custom-view-tree-node-item-checkbox");
}
