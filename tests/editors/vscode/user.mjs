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

/** The middle of the squiggle below the line that contains a text, once there is one and the editor has come to rest. */
export async function underlined(page, editor, text) {
  let before;
  for (let tries = 0; tries < 200; tries++) {
    const now = await squiggle(editor, text);
    if (now && before && now.x === before.x && now.y === before.y) return now;
    before = now;
    await page.waitForTimeout(300);
  }
  throw new Error(`nothing is underlined at ${text}`);
}

async function squiggle(editor, text) {
  const line = await editor.locator(".view-line", { hasText: text.replaceAll(" ", "\u00a0") }).first().boundingBox();
  for (const one of await editor.locator("[class*=squiggly-]").all()) {
    const box = await one.boundingBox();
    if (line && box && Math.abs(box.y - line.y) < 3) return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }
  return undefined;
}

/** Opens the menu of what can be done at a place, which has an entry. */
export async function openLightBulb(page, editor, place, text) {
  await page.mouse.click(place.x, place.y);
  await page.mouse.move(place.x + 300, place.y + 100);
  await editor.locator(".lightBulbWidget:visible, [class*='gutter-lightbulb']:visible").first().waitFor();
  for (let tries = 0; tries < 5; tries++) {
    await page.keyboard.press("Control+."); // does nothing, or for a moment only, while VS Code asks anew what can be done
    if (await appears(menu(page, text))) return;
  }
  throw new Error(`no menu has ${text}`);
}

async function appears(locator) {
  try {
    await locator.waitFor({ timeout: 3000 });
    return true;
  } catch {
    return false;
  }
}

/** An entry of the menu that is open. */
export function menu(page, text) {
  return page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
}

/** Waits until a condition about the world outside of the page holds. */
export async function until(condition) {
  for (let tries = 0; tries < 300; tries++) {
    if (await condition()) return;
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

/** Draws the edge of the side bar to the right, by some pixels. */
export async function widenSideBar(page, pixels) {
  const { x, width, y } = await page.locator(".part.sidebar").boundingBox();
  await page.mouse.move(x + width, y + 300);
  await page.mouse.down();
  await page.mouse.move(x + width + pixels, y + 300, { steps: 5 });
  await page.mouse.up();
}
