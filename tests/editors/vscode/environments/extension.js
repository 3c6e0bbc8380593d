// Stands in for Microsoft's Python extension, which no registry of packages has: what sadpath calls of its API. It first
// selects $PLAIN_PYTHON and then, by a command, $SADPATH_PYTHON.
const vscode = require("vscode");

exports.activate = (context) => {
  const selections = new vscode.EventEmitter();
  let selected = process.env.PLAIN_PYTHON;
  const select = () => {
    selected = process.env.SADPATH_PYTHON;
    selections.fire({ id: selected, path: selected, resource: undefined });
  };
  context.subscriptions.push(selections, vscode.commands.registerCommand("stand-in.select", select));
  return {
    ready: Promise.resolve(),
    environments: {
      getActiveEnvironmentPath: () => ({ id: selected, path: selected }),
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: selections.event,
    },
  };
};
