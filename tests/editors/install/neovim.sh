#!/usr/bin/env bash
# Puts Neovim 0.10 and 0.12 into $EDITORS/neovim, out of two suites of Debian, each with its own libraries: nothing on
# the system changes. What is there stays.
set -euo pipefail
: "${EDITORS:?says where}"
HERE=$EDITORS/neovim
SUITES=${NEOVIM_SUITES:-trixie forky} # 0.10.4; 0.12 or what follows it
mkdir -p "$HERE"

mirror() { # the Debian mirror that this machine uses; other distributions take Debian's own
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -Eo 'https?://[^ ]*/debian/?( |$)' | head -n 1 | tr -d ' '
}
MIRROR=$(mirror || true)
MIRROR=${MIRROR:-http://deb.debian.org/debian}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
ARCHITECTURE=$(dpkg --print-architecture)

fetch() { # SUITE FOLDER: Neovim and all that it needs, unpacked
  local suite=$1 root=$2 work=$2.tmp
  rm -rf "$root" "$work" && mkdir -p "$root" "$work/lists/partial" "$work/archives/partial"
  echo "deb [arch=$ARCHITECTURE signed-by=$KEYRING] ${MIRROR%/} $suite main" >"$work/sources.list"
  local apt=( # knows this suite only, and believes that nothing is installed
    apt-get -qq -y
    -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=-
    -o "Dir::State::Lists=$work/lists" -o Dir::State::status=/dev/null
    -o "Dir::State::extended_states=$work/states" -o "Dir::Cache::archives=$work/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Debug::NoLocking=1
    -o "APT::Sandbox::User=$(id -un)"
  )
  { "${apt[@]}" update && "${apt[@]}" --download-only --no-install-recommends install neovim; } >"$root.log" 2>&1 ||
    { cat "$root.log"; return 1; }
  for package in "$work"/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
  rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$work"
  touch "$root/done"
}

for suite in $SUITES; do
  root=$HERE/$suite
  [ -e "$root/done" ] || fetch "$suite" "$root"
  loader=$(find "$root" -name 'ld-linux*.so.*' -type f | head -n 1)
  libraries=$(find "$root" -name 'libc.so.6' -printf '%h\n' | head -n 1)
  cat >"$HERE/nvim-$suite" <<WRAPPER
#!/bin/sh
# Through the suite's own loader; what Neovim starts gets the system's libraries.
export VIMRUNTIME='$root/usr/share/nvim/runtime'
exec '$loader' --library-path '$libraries:$root/usr/lib:$root/lib' '$root/usr/bin/nvim' "\$@"
WRAPPER
  chmod +x "$HERE/nvim-$suite"
  "$HERE/nvim-$suite" --version | head -n 1
done
