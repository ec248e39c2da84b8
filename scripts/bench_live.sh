#!/bin/bash
# Live capture, ours against tcpdump's, in alternating rounds on a veth pair between two network namespaces made here:
# frames lost, and processor nanoseconds (user and system) of the capturing process per frame. Prints a Markdown table of
# all rounds and of medians.
#
#   scripts/bench_live.sh [ROUNDS]      ROUNDS: how often each runs at each rate (default 5); needs root
#
# Variables: EARWITNESS (the binary; built when not given), SEND (the sender; built when not given), SECONDS_EACH (2),
# RATES (octets:frames a second, separated by blanks), READER (`discard`, `analyze` or both, the default).
set -euo pipefail

rounds=${1:-5}
length=${SECONDS_EACH:-2}
rates=${RATES:-64:300000 1500:200000 1500:83333}
readers=${READER:-discard analyze}
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
if [ -z "${EARWITNESS:-}" ]; then
    cargo build --release --quiet -p earwitness
    EARWITNESS=$target/release/earwitness
fi
if [ -z "${SEND:-}" ]; then
    cargo build --release --quiet -p earwitness-ring --example send
    SEND=$target/release/examples/send
fi
scratch=$(mktemp -d)
from=ewbench$$a
to=ewbench$$b
cleanup() {
    ip netns del "$from" 2> /dev/null || true
    ip netns del "$to" 2> /dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT
ip netns add "$from"
ip netns add "$to"
ip link add va netns "$from" type veth peer name vb netns "$to"
ip -n "$from" link set va up
ip -n "$to" link set vb up

reader() {
    case $1 in
        discard) cat > /dev/null ;;
        analyze) "$EARWITNESS" analyze --quiet --json - > /dev/null 2>&1 || true ;;
    esac
}

# one WHO READER OCTETS RATE: prints "sent lost nanoseconds-per-frame".
one() {
    local who=$1 to_whom=$2 octets=$3 rate=$4 command
    case $who in
        earwitness) command="$EARWITNESS capture -i vb" ;;
        tcpdump) command="tcpdump -i vb -w - -B 16384" ;;
        tcpdump-2M) command="tcpdump -i vb -w -" ;;
    esac
    mkfifo "$scratch/pipe"
    reader "$to_whom" < "$scratch/pipe" &
    local reading=$!
    # shellcheck disable=SC2086
    ip netns exec "$to" /usr/bin/time -f 'cpu %U %S' $command > "$scratch/pipe" 2> "$scratch/said" &
    local timing=$!
    sleep 1
    local sent
    sent=$(ip netns exec "$from" "$SEND" va "$octets" $((rate * length)) "$rate" | cut -d' ' -f1)
    sleep 0.5
    # What time(1) has started is the capture.
    pkill -INT -P "$timing" || true
    wait "$timing" || true
    wait "$reading" || true
    rm -f "$scratch/pipe"
    local lost
    lost=$(sed -nE 's/.*frames, ([0-9]+) of them lost.*/\1/p; s/^([0-9]+) packets dropped by kernel.*/\1/p' "$scratch/said" | tail -1)
    awk -v sent="$sent" -v lost="${lost:-?}" '/^cpu/ { printf "%d %s %.0f\n", sent, lost, ($2 + $3) * 1e9 / sent }' "$scratch/said"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "| octets | frames/s | into | who | lost, % per round | CPU ns per frame (median) |"
echo "|---|---|---|---|---|---|"
for rate in $rates; do
    octets=${rate%:*}
    frames=${rate#*:}
    for to_whom in $readers; do
        : > "$scratch/rounds"
        for _ in $(seq "$rounds"); do
            for who in earwitness tcpdump; do
                echo "$who $(one $who "$to_whom" "$octets" "$frames")" >> "$scratch/rounds"
            done
        done
        for who in earwitness tcpdump; do
            losses=$(awk -v who=$who '$1 == who { printf "%s%.2f", s, 100 * $3 / $2; s = ", " }' "$scratch/rounds")
            cost=$(awk -v who=$who '$1 == who { print $4 }' "$scratch/rounds" | median)
            echo "| $octets | $frames | $to_whom | $who | $losses | $cost |"
        done
    done
done
