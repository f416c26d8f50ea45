#!/bin/sh
# Install what the tests need from Debian: Chromium, and bubblewrap for grading.
# `system_packages.sh firefox` installs what `make firefox` needs instead. Where that is
# not possible, the tests that need one skip and say why; nothing fails here.

# a name of the package, then the programs of which one is enough
want() {
    package=$1
    shift
    for program in "$@"; do
        if command -v "$program" >/dev/null 2>&1; then
            echo "found $(command -v "$program")"
            return
        fi
    done
    missing="$missing $package"
}

install() {
    apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing
}

missing=
if [ "${1:-}" = firefox ]; then
    want firefox-esr firefox-esr firefox
else
    want chromium chromium chromium-browser google-chrome
    want bubblewrap bwrap
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    log=$(mktemp)
    if install >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log"
    rm -f "$log"
    echo "apt-get failed"
else
    echo "no root with apt-get here, which could install:$missing"
fi
echo "tests that need them will be skipped; on Debian: apt-get install$missing"
