#!/bin/sh
# Installs the Debian package in a Debian of its own, and looks at what installing, answering its question, upgrading, removing and purging do.
#
#   scripts/package_test.sh PACKAGE     PACKAGE: as scripts/package.sh leaves it
#
# Needs root, mmdebstrap, iproute2 and, the first time, the network: the Debian that it makes is kept below the build folder. Nothing of this machine
# is changed; the network of the test is one of its own, in which nothing is. Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "package_test: $*" >&2
    exit 1
}
untried() {
    echo "not tried: $*"
    exit 77
}
[ $# = 1 ] || fail "say which package: scripts/package_test.sh dist/earwitness_*.deb"
package=$(realpath "$1")
[ -f "$package" ] || fail "$package is not there"
. scripts/small_debian.sh

unshare --mount --net true 2> /dev/null || untried "this kernel or container allows no namespaces"
# Again, with mounts and a network of its own.
if [ -z "${PACKAGE_TEST_INSIDE:-}" ]; then
    exec unshare --mount --net env PACKAGE_TEST_INSIDE=yes "$0" "$package"
fi
root=$(mktemp -d)
trap 'umount "$root/proc" 2> /dev/null; rm -rf --one-file-system "$root"' EXIT INT TERM
tar -C "$root" -xf "$base" --exclude=./dev
mkdir -p "$root/dev"
for device in null:1:3 zero:1:5 random:1:8 urandom:1:9; do
    numbers=${device#*:}
    mknod -m 666 "$root/dev/${device%%:*}" c "${numbers%:*}" "${numbers#*:}"
done
mount -t proc proc "$root/proc"
cp "$package" "$root/package.deb"
ip link set lo up
ip link add ew0 type veth peer name ew1
ip link set ew0 up
ip link set ew1 up

inside() { LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"; }
# as GROUP COMMAND...: a person who is a member of that group only; "-" for none.
as() {
    members=--clear-groups
    [ "$1" = - ] || members=--groups=$(inside getent group "$1" | cut -d: -f3)
    shift
    inside setpriv --reuid=4711 --regid=4711 "$members" "$@"
}
answer() {
    echo "earwitness earwitness/capture-group boolean $1" | inside debconf-set-selections
    inside dpkg-reconfigure earwitness
}
program=/usr/libexec/earwitness/earwitness-capture
group=earwitness-capture
rights() { echo "$(inside stat -c '%U:%G %a' $program)$(inside getcap $program | cut -d' ' -f2- | sed 's/^/ /')"; }
is() { [ "$1" = "$2" ] || fail "$3: $1, not $2"; }
# The check of rights, in the words of the program.
privilege() { as "$1" earwitness doctor -i ew0 --seconds 1 --state /tmp --json 2> /dev/null | tr -d '\n ' | sed 's/.*"privilege",\?//; s/}.*//'; }
captures() { { as "$1" earwitness capture -i ew0 --seconds 0.2 > /dev/null; } 2>&1; }

closed="root:root 755" open="root:$group 754 cap_net_raw=ep"
inside dpkg --install /package.deb > "$root/said" 2>&1 || fail "it cannot be installed: $(cat "$root/said")"
is "$(rights)" "$closed" "where nobody was asked"
inside getent group $group > /dev/null && fail "a group was made that nobody asked for"
for file in /usr/share/man/man1/earwitness-probe.1 /usr/share/bash-completion/completions/earwitness /usr/share/doc/earwitness/guide/run.md /etc/earwitness.toml; do
    ls "$root$file"* > /dev/null 2>&1 || fail "$file was not installed"
done
as - earwitness check /etc/earwitness.toml > /dev/null || fail "the configuration is not understood"
captures - | grep -q 'dpkg-reconfigure earwitness' || fail "who may not capture is not told what to do: $(captures -)"
# As Wireshark asks it, with or without the right.
for extcap in "$root"/usr/lib/*/wireshark/extcap/earwitness-extcap "$root"/usr/libexec/wireshark/extcap/earwitness-extcap; do
    as - "${extcap#"$root"}" --extcap-interfaces | grep -q '^interface {value=earwitness-ew0}' || fail "Wireshark is not shown ew0 by $extcap"
done
echo "installed without a question: nobody may capture"

answer true
is "$(rights)" "$open" "after a yes"
is "$(inside getcap /usr/bin/earwitness)" "" "the program itself has no right"
captures $group | grep -q 'ew0: .* of them lost' || fail "a member of the group cannot capture: $(captures $group)"
mkfifo -m 666 "$root/tmp/wireshark"
as $group /usr/libexec/wireshark/extcap/earwitness-extcap --capture --extcap-interface earwitness-ew0 --fifo /tmp/wireshark 2> "$root/said" &
[ "$(timeout 20 head -c 4 "$root/tmp/wireshark" | od -An -tx1 | tr -d ' ')" = 0a0d0d0a ] || fail "a member captures nothing for Wireshark: $(cat "$root/said")"
wait "$!" || fail "it does not end with Wireshark: $(cat "$root/said")"
privilege $group | grep -q '"ok"' || fail "doctor of a member says: $(privilege $group)"
captures - | grep -q "adduser .* $group" || fail "who is no member is not told what to do: $(captures -)"
privilege - | grep -q '"fail"' || fail "doctor of another says: $(privilege -)"
echo "answered yes: members of the group may, others may not"

inside dpkg --install /package.deb > "$root/said" 2>&1 || fail "it cannot be upgraded: $(cat "$root/said")"
is "$(rights)" "$open" "after an upgrade"
answer false
is "$(rights)" "$closed" "after a no"
inside dpkg-statoverride --quiet --update --add root root 0700 $program
answer true
is "$(rights)" "root:root 700" "with an override of the administrator's"
inside dpkg-statoverride --quiet --remove $program
answer true
echo "upgraded, answered no, overridden: the right follows"

mkdir -p "$root/var/lib/private/earwitness"
echo x > "$root/var/lib/private/earwitness/store"
ln -s private/earwitness "$root/var/lib/earwitness"
inside dpkg --remove earwitness > /dev/null
[ ! -e "$root$program" ] || fail "removed, and $program is there"
for file in /etc/earwitness.toml /var/lib/private/earwitness/store; do [ -e "$root$file" ] || fail "removing took $file"; done
inside dpkg --purge earwitness > "$root/said" 2>&1 || fail "it cannot be purged: $(cat "$root/said")"
for file in /etc/earwitness.toml /var/lib/private/earwitness /var/lib/earwitness /usr/share/doc/earwitness /usr/libexec/earwitness \
    /usr/libexec/wireshark/extcap/earwitness-extcap; do
    [ ! -e "$root$file" ] && [ ! -L "$root$file" ] || fail "purged, and $file is there"
done
inside getent group $group > /dev/null && fail "purged, and the group is there"
is "$(inside debconf-show earwitness)" "" "purged, and the answer is kept"
echo "removed: configuration and store stay; purged: nothing does"
