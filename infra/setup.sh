#!/usr/bin/env bash
# What make setup does: Debian packages from packages.txt, uv and the Python environment, npm packages, the
# web application and Kafka's jars.
# Each step looks first and does nothing where nothing is missing, so that a second run costs a second.
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
UV=.tools/uv-$UV_VERSION/bin/uv

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

missing_packages() {
    grep -Ev '^(#|$)' infra/packages.txt | while read -r package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

install_packages() {
    command -v dpkg-query >/dev/null || stop "this is not Debian; install what infra/packages.txt names by hand"
    local missing as_root=()
    missing=$(missing_packages | xargs)
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || stop "these Debian packages are missing; please type:
    sudo apt-get update && sudo apt-get install --yes --no-install-recommends $missing"
        as_root=(sudo -n)
    fi
    say "installing $missing"
    # Debian starts what it installs, unless this says no: a second nginx or Kamailio would hold its ports
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
        # shellcheck disable=SC2064
        trap "${as_root[*]} rm -f $policy" EXIT
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes -qq --no-install-recommends $missing >/dev/null
}

install_uv() {
    [ "$("$UV" --version 2>/dev/null | cut -d' ' -f2)" = "$UV_VERSION" ] && return 0
    say "installing uv $UV_VERSION"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "python3 is too old: 3.11 or newer is needed"
    rm -rf ".tools/uv-$UV_VERSION"
    python3 -m venv ".tools/uv-$UV_VERSION"
    ".tools/uv-$UV_VERSION/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
}

sync_python() {
    # compiled now: a process that is started again is back in half the time
    "$UV" sync --quiet --frozen --all-packages --no-python-downloads --compile-bytecode
    .venv/bin/python -m compileall -q services libs proto/gen tests/harness
}

sync_node() {
    local folder
    for folder in proto/asyncapi infra/openapi web; do
        [ "$folder/node_modules" -nt "$folder/package-lock.json" ] && continue
        command -v npm >/dev/null || stop "npm with Node 20 or newer is needed (https://nodejs.org)"
        say "installing what $folder needs"
        make --no-print-directory "$folder/node_modules"
    done
}

build_web() {
    make --no-print-directory --question web/dist/index.html && return 0
    say "building the web application"
    make --no-print-directory web/dist/index.html >/dev/null
}

fetch_jars() {
    local lib=infra/kafka/lib pom
    pom=$(sha256sum <infra/kafka/pom.xml)
    [ "$(cat "$lib/.pom" 2>/dev/null)" = "$pom" ] && return 0
    say "fetching Kafka's jars"
    rm -rf "$lib.new"
    mvn --quiet --batch-mode -Dstyle.color=never --file infra/kafka/pom.xml dependency:copy-dependencies \
        -DoutputDirectory="$PWD/$lib.new"
    printf '%s\n' "$pom" >"$lib.new/.pom"
    rm -rf "$lib"
    mv "$lib.new" "$lib"
}

install_packages
install_uv
sync_python
sync_node
build_web
fetch_jars
say "everything is there"
