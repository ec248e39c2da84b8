#!/bin/sh
# Read by the tests of the package: a small Debian with systemd, as a tar below the build folder (190 MB); made once, over the network.
# Needs `untried`, which says why something could not be tried; sets `base`.
[ "$(id -u)" = 0 ] || untried "this is not root"
command -v mmdebstrap > /dev/null || untried "mmdebstrap is missing; install it: apt-get install mmdebstrap"
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(realpath "${CARGO_TARGET_DIR:-target}")
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
# shellcheck disable=SC2034 # who reads this file uses it
base=$target/small-debian-$suite.tar
[ -s "$base" ] || {
    mmdebstrap --quiet --format=tar --variant=apt --include=adduser,dbus,libasound2,libcap2-bin,systemd,systemd-sysv "$suite" "$base.part" > "$base.said" 2>&1 || untried "no Debian could be made: $(tail -1 "$base.said")"
    mv "$base.part" "$base"
}
