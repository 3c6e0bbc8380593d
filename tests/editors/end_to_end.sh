#!/usr/bin/env bash
# Reviews the sample service in a real VS Code and in real Neovims, with the files of editor-config as users get them.
#
#   tests/editors/end_to_end.sh [PICTURES]
#
# Installs what it needs into $EDITORS (default: .editors), which takes about three minutes the first time, and with apt-get
# what the system lacks. PICTURES (default: $EDITORS/pictures) is where screenshots go; those of editor-config/vscode/images are
# made by naming it.
set -euo pipefail
cd "$(dirname "$0")/../.."
export EDITORS=${EDITORS:-$PWD/.editors}
pictures=$(realpath -m "${1:-$EDITORS/pictures}")
mkdir -p "$EDITORS"
say() { printf '\n%4d s: %s\n' "$SECONDS" "$*"; }

say "install Neovim"
tests/editors/install/neovim.sh
say "install VS Code"
tests/editors/install/vscode.sh
say "install sadpath"
[ -x "$EDITORS/venv/bin/python" ] || python3 -m venv "$EDITORS/venv"
"$EDITORS/venv/bin/pip" install -q --disable-pip-version-check -e .
PATH=$EDITORS/vscode/node/bin:$PATH

say "package the extension"
extension=$EDITORS/sadpath.vsix
stand_in=$EDITORS/stand-in.vsix
(cd editor-config/vscode && npm ci --silent --ignore-scripts && npm run -s package -- -o "$extension")
(cd tests/editors/vscode/environments && npx --prefix ../../../../editor-config/vscode vsce package --skip-license --allow-missing-repository -o "$stand_in")

for neovim in "$EDITORS"/neovim/nvim-*; do
  say "review in ${neovim##*/}"
  home=$(mktemp -d)
  node tests/editors/repository.mjs "$home/shop"
  (
    export HOME=$home EDITOR_CONFIG=$PWD/editor-config PATH=$EDITORS/venv/bin:$PATH
    unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
    journey=$PWD/tests/editors/neovim/journey.lua
    cd "$home/shop"
    timeout 120 "$neovim" --headless -n -i NONE -u "$journey" orders/warehouse.py </dev/null
  )
  rm -rf "$home"
done

say "start servers in VS Code"
node tests/editors/vscode/servers.mjs "$extension" "$stand_in" "$EDITORS/venv/bin/python" "$pictures"
say "review in VS Code"
node tests/editors/vscode/review.mjs "$extension" "$EDITORS/venv/bin/python" "$pictures"
say "open a folder that is not trusted in VS Code"
node tests/editors/vscode/modes.mjs "$extension" "$EDITORS/venv/bin/python" "$pictures"
say "done"
