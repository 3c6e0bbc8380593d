// The sample service as a git repository with a change under review.
//
//   node repository.mjs FOLDER
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SERVICE = fileURLToPath(new URL("../../examples/orders", import.meta.url));

/** On `main` there are payments and the audit log; the branch `orders` brings the warehouse and the worker. */
export function sampleRepository(folder) {
  const there = path.join(folder, "orders");
  const copy = (...names) => names.forEach((name) => fs.copyFileSync(path.join(SERVICE, name), path.join(there, name)));
  const git = (...args) => execFileSync("git", ["-C", folder, ...IDENTITY, ...args], { stdio: "pipe", env });
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  fs.mkdirSync(there, { recursive: true });
  copy("__init__.py", "audit.py", "payments.py");
  fs.writeFileSync(path.join(folder, "CODEOWNERS"), "/orders/worker.py @orders\n/orders/warehouse.py @stock\n");
  git("init", "--quiet", "--initial-branch=main");
  git("add", ".");
  git("commit", "--quiet", "--message=Take payments");
  git("switch", "--quiet", "--create=orders");
  copy("warehouse.py", "worker.py");
  git("add", ".");
  git("commit", "--quiet", "--message=Handle orders");
}

const IDENTITY = ["-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.org"];

if (process.argv[1] === fileURLToPath(import.meta.url)) sampleRepository(process.argv[2]);
