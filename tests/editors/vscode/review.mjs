// What a reviewer does in VS Code, from opening the folder to having seen every unhappy path of the change.
//
//   EDITORS=... node review.mjs EXTENSION.vsix SADPATH_PYTHON PICTURES
import fs from "node:fs";
import path from "node:path";
import { sampleRepository } from "../repository.mjs";
import { menu, open, underlined, until } from "./user.mjs";
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
    await picture("problems");
    step("the Problems panel has it, with a link to the rule's page");

    await row.click(); // leads to the line
    const finding = await underlined(page, editor, "self._session.post");
    await page.mouse.move(finding.x - 60, finding.y - 60);
    await page.mouse.move(finding.x, finding.y, { steps: 8 });
    const hover = page.locator(".monaco-hover:visible", { hasText: "What happens in production" }).first();
    await hover.waitFor();
    await hover.locator("a[data-href$='/docs/rules/missing-timeout.md']").first().waitFor({ state: "attached" });
    await picture("hover");
    step("the hover tells the story");

    await page.keyboard.press("Escape");
    await page.mouse.click(finding.x, finding.y);
    await page.mouse.move(finding.x + 300, finding.y + 150);
    await editor.locator(".lightBulbWidget:visible, [class*='gutter-lightbulb']:visible").first().waitFor();
    await page.keyboard.press("Control+.");
    await menu(page, "Bound `self._session.post` with `timeout=10`").waitFor();
    await picture("fixes");
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
    await picture("accept");
    await page.keyboard.press("Control+S");
    await until(() => onDisk("warehouse.py").includes("except:  # sadpath: accept[bare-except] the shop hides what is sold out\n"));
    await problems.locator(".monaco-list-row", { hasText: "bare `except`" }).first().waitFor({ state: "detached" });
    step("the light bulb accepts it, with the reason that is typed");
  },
});
