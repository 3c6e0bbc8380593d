// All files of a folder that is not trusted, a notebook among them: they have hints, and the folder decides nothing.
//
//   EDITORS=... node modes.mjs EXTENSION.vsix SADPATH_PYTHON PICTURES
import fs from "node:fs";
import path from "node:path";
import { sampleRepository } from "../repository.mjs";
import { command, open } from "./user.mjs";
import { journey } from "./workbench.mjs";

const [extension, python, pictures] = process.argv.slice(2);

const CELL = "try:\n    deliver()\nexcept:\n    pass\n";
const NOTEBOOK = {
  cells: [{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: CELL }],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
};

function prepare(folder) {
  sampleRepository(folder);
  fs.mkdirSync(path.join(folder, ".vscode"));
  fs.writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify({ "sadpath.path": "/the/folder/chooses" }));
  fs.writeFileSync(path.join(folder, "notes.ipynb"), JSON.stringify(NOTEBOOK));
}

await journey({
  pictures,
  extensions: [extension],
  settings: {
    "security.workspace.trust.enabled": true,
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "sadpath.path": python,
    "sadpath.diagnosticMode": "workspace",
  },
  prepare,
  async steps(page, { step, picture }) {
    await open(page, "warehouse.py");
    await page.keyboard.press("Control+Shift+M");
    const problems = page.locator(".markers-panel");
    await problems.locator(".monaco-list-row", { hasText: "worker.py" }).first().waitFor(); // others are below the edge
    step("the Problems panel has what is in files that are not open");

    await open(page, "notes.ipynb");
    await page.locator(".notebookOverlay .squiggly-warning").first().waitFor({ state: "attached" });
    await picture("notebook");
    step("what is found in the cell of a notebook is underlined");

    await command(page, "sadpath: Show Debug Information");
    await page.locator(".view-line", { hasText: "trusted:\u00a0False" }).first().waitFor();
    step("the server knows that the folder is not trusted, and is not the one that the folder names");
  },
});
