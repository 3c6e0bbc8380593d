// What a user does in a workbench, and sees.

/** Opens a file as a user would. */
export async function open(page, name) {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(name);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tab.active", { hasText: name }).waitFor();
}

/** The middle of the squiggle below the line that contains a text, once there is one. */
export async function underlined(page, editor, text) {
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

/** An entry of the menu that is open. */
export function menu(page, text) {
  return page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
}

/** Waits until a condition about the world outside of the page holds. */
export async function until(condition) {
  for (let tries = 0; tries < 300; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it does not come true: ${condition}`);
}

/** Runs a command by its title. */
export async function command(page, title) {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().waitFor();
  await page.keyboard.type(title);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
}
