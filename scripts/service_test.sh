#!/bin/sh
# Boots a small Debian with systemd, installs the Debian package in it, and looks whether its service starts, says that it is ready, prints the link, reloads,
# comes back after it was killed or has hung, and stops.
#
#   scripts/service_test.sh PACKAGE     PACKAGE: as scripts/package.sh leaves it
#
# Needs root, mmdebstrap, and, the first time, the network: the Debian that it makes is kept below the build folder. It runs in namespaces of its own
# (processes, mounts, network), with nothing in its network but a cable without an end. Exit status: 0 it holds; 1 it does not; 77 it could not be tried, and why is said.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "service_test: $*" >&2
    exit 1
}
untried() {
    echo "not tried: $*"
    exit 77
}
[ $# = 1 ] || fail "say which package: scripts/service_test.sh dist/earwitness_*.deb"
package=$(realpath "$1")
[ -f "$package" ] || fail "$package is not there"
command -v nsenter > /dev/null || untried "nsenter is missing; install it: apt-get install util-linux"
. scripts/small_debian.sh
unshare --mount --pid --net --ipc --uts --cgroup --fork true 2> /dev/null || untried "this kernel or container allows no namespaces"

place=$(mktemp -d)
root=$place/root
mkdir "$root"
first=""
# Whoever ends the first process of the namespaces ends all of them, and their mounts go with them.
leave() {
    [ -z "$first" ] || kill -KILL "$first" 2> /dev/null || :
    [ -z "${outer:-}" ] || wait "$outer" 2> /dev/null || :
    rm -rf --one-file-system "$place"
}
trap leave EXIT INT TERM
tar -C "$root" -xf "$base" --exclude=./dev
cp "$package" "$root/package.deb"
LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" dpkg --install /package.deb > "$place/said" 2>&1 || fail "it cannot be installed: $(cat "$place/said")"
printf '[Journal]\nStorage=volatile\n' > "$root/etc/systemd/journald.conf"
# Nothing can be heard in there.
sed -i -e 's/^#: interfaces = .*/interfaces = ["ew0"]/' -e '/^\[probing\]/,/^\[/ s/^enabled = true/enabled = false/' "$root/etc/earwitness.toml"
grep -q '^interfaces = \["ew0"\]' "$root/etc/earwitness.toml" || fail "the configuration of the package has no line for interfaces"

cat > "$place/boot" << 'INSIDE'
#!/bin/sh
# What systemd expects of a container (The Container Interface, systemd.io): its own /proc, /sys that cannot be written, /dev, /run, and control groups.
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/dev" "$root/proc" "$root/sys" "$root/run"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
    numbers=${device#*:}
    mknod -m 666 "$root/dev/${device%%:*}" c "${numbers%:*}" "${numbers#*:}"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
    mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" || rmdir "$root/sys/fs/cgroup/unified"
fi
ip link set lo up
ip link add ew0 type veth peer name ew1
ip link set ew0 up
ip link set ew1 up
exec chroot "$root" /usr/bin/env -i container=earwitness-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --show-status=no
INSIDE
chmod 755 "$place/boot"
unshare --mount --pid --net --ipc --uts --cgroup --fork "$place/boot" "$root" > "$place/said" 2>&1 &
outer=$!

inside() { nsenter --target "$first" --mount --pid --net --ipc --uts --cgroup --root env -i --chdir=/ LC_ALL=C TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin timeout 30 "$@"; }
# within SECONDS WHAT COMMAND...: waits until a command holds.
within() {
    left=$(($1 * 5))
    what=$2
    shift 2
    until "$@" > /dev/null 2>&1; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || fail "waited in vain until $what: $(log)"
        sleep 0.2
    done
}
log() { inside journalctl --no-pager --output=cat -n 30 -u earwitness 2>&1 || cat "$place/said"; }
# The process that became systemd: the child of unshare.
is_there() { first=$(cat "/proc/$outer/task/$outer/children" 2> /dev/null) && first=${first%% *} && [ -n "$first" ] && [ "$(cat "/proc/$first/comm")" = systemd ]; }
left=150
until is_there; do
    left=$((left - 1))
    kill -0 "$outer" 2> /dev/null && [ "$left" -gt 0 ] || untried "systemd cannot be started in namespaces here: $(tail -1 "$place/said")"
    sleep 0.2
done
booted() { inside systemctl is-system-running 2> /dev/null | grep -qE 'running|degraded'; }
left=150
until booted; do
    left=$((left - 1))
    kill -0 "$outer" 2> /dev/null && [ "$left" -gt 0 ] || untried "systemd does not boot in namespaces here: $(inside systemctl is-system-running 2>&1) $(tail -1 "$place/said")"
    sleep 0.2
done
echo "booted: $(inside systemctl --version | head -1)"

value() { inside systemctl show -p "$1" --value earwitness; }
logged() { log | grep -q "$1"; }
restarts() { [ "$(value NRestarts)" = "$1" ] && [ "$(value ActiveState)" = active ]; }

inside systemctl start earwitness > "$place/said" 2>&1 || fail "it does not start: $(cat "$place/said") $(log)"
[ "$(value Type) $(value ActiveState) $(value SubState)" = "notify active running" ] || fail "it says that it started, and is $(value ActiveState): $(log)"
# Since it is of type `notify`, systemctl came back because the service said READY=1; what it says with that is its status.
[ -n "$(value StatusText)" ] || fail "it does not say how it stands"
within 10 "the link is in its log" logged 'open in a browser, once: http://127.0.0.1:8646/?key='
user=$(inside stat -c %u "/proc/$(value MainPID)")
[ "$user" != 0 ] || fail "it runs as root"
echo "started: ready, \"$(value StatusText)\", the link is in its log, it runs as user $user"

pid=$(value MainPID)
inside systemctl reload earwitness || fail "it does not reload: $(log)"
within 10 "it is ready after a reload" restarts 0
[ "$(value MainPID)" = "$pid" ] || fail "a reload began another process"
echo "reloaded, in the same process"

inside sh -c "kill -KILL $pid"
within 20 "it comes back after it was killed" restarts 1
echo "killed: it is back"

# A process that is stopped tells the watchdog nothing.
inside mkdir -p /run/systemd/system/earwitness.service.d
inside sh -c 'printf "[Service]\nWatchdogSec=4\nRestartSec=1\n" > /run/systemd/system/earwitness.service.d/soon.conf'
inside systemctl daemon-reload
inside systemctl restart earwitness || fail "it does not start with a short watchdog: $(log)"
before=$(value NRestarts)
sleep 6
[ "$(value ActiveState) $(value NRestarts)" = "active $before" ] || fail "it does not tell the watchdog that it lives: $(log)"
inside sh -c "kill -STOP $(value MainPID)"
within 25 "the watchdog ends what hangs" restarts "$((before + 1))"
inside journalctl --no-pager -u earwitness | grep -qi watchdog || fail "not the watchdog ended it: $(log)"
echo "hung: the watchdog ended it, and it is back"

inside systemctl stop earwitness || fail "it does not stop: $(log)"
[ "$(value ActiveState) $(value Result)" = "inactive success" ] || fail "stopped, it is $(value ActiveState), $(value Result): $(log)"
inside earwitness check /var/lib/earwitness > "$place/said" 2>&1 || fail "its store does not hold: $(cat "$place/said")"
echo "stopped in good order, and its store holds"
