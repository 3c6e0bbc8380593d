// Which server VS Code starts: none where there is none, which it says, and then that of the environment that is selected.
//
//   EDITORS=... node servers.mjs EXTENSION.vsix STAND_IN.vsix SADPATH_PYTHON PICTURES
import { sampleRepository } from "../repository.mjs";
import { command, open } from "./user.mjs";
import { journey } from "./workbench.mjs";

const [extension, standIn, python, pictures] = process.argv.slice(2);

await journey({
  pictures,
  extensions: [extension, standIn],
  variables: { PATH: "/usr/bin:/bin", PLAIN_PYTHON: "/usr/bin/python3", SADPATH_PYTHON: python },
  prepare: sampleRepository,
  async steps(page, { step, picture }) {
    await open(page, "warehouse.py");
    const message = page.locator(".notification-toast", { hasText: "sadpath is neither installed in the selected Python" });
    await message.waitFor();
    await picture("no-server");
    step("it says that there is no server, and where it has looked");

    await message.getByRole("button", { name: "Install ..." }).click();
    const ways = page.locator(".quick-input-list .monaco-list-row");
    await ways.filter({ hasText: "/usr/bin/python3 -m pip install sadpath" }).waitFor();
    await page.keyboard.press("Escape");
    step("it offers to install one");

    await command(page, "Select the environment that has sadpath");
    await page.locator(".editor-instance .squiggly-warning").first().waitFor({ state: "attached" });
    step("it starts the server of the environment that is selected");
  },
});
