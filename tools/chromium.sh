#!/bin/sh
# Install Debian's Chromium for the browser tests where that is possible.
# Where it is not, the browser tests say why they are skipped; nothing fails here.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "found $(command -v "$name")"
        exit 0
    fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing the package chromium"
    log=$(mktemp)
    if { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log"
    rm -f "$log"
    echo "apt-get failed: the browser tests will be skipped"
    exit 0
fi
echo "no Chromium, and no root with apt-get to install it:" \
    "the browser tests will be skipped"
