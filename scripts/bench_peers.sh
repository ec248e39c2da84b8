#!/bin/bash
# Compares earwitness with its peers on one capture: CPU seconds (user + system), all commands in turn, several rounds,
# medians; ratios are taken inside each round against a plain read of the same file. Prints a Markdown table.
#
#   scripts/bench_peers.sh FILE [ROUNDS]     ROUNDS: how often each command runs (default 5)
#
# Nothing is installed: peers that are missing are named and left out. Peers that take minutes run SLOW_ROUNDS times
# (default 1; 0 leaves them out). Variables: EARWITNESS (the binary; built when not given), METER, ANALYZE (its
# arguments, the file comes last), ONLY (names of peers to run, separated by blanks).
# Pin it to one core for steady figures: taskset -c 0 scripts/bench_peers.sh FILE
set -euo pipefail

file=${1:?usage: scripts/bench_peers.sh FILE [ROUNDS]}
rounds=${2:-5}
slow_rounds=${SLOW_ROUNDS:-1}
file=$(realpath "$file")
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
if [ -z "${EARWITNESS:-}" ]; then
    cargo build --release --quiet -p earwitness
    EARWITNESS=$target/release/earwitness
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

names=()
commands=()
slow=()
missing=()

# peer NAME SLOW PROGRAM COMMAND: a command line that reads $FILE; left out when PROGRAM is missing.
peer() {
    [ -n "${ONLY:-}" ] && [[ " $ONLY cat " != *" $1 "* ]] && return
    if ! command -v "$3" > /dev/null; then
        missing+=("$1 ($3)")
        return
    fi
    if [ "$2" = slow ] && [ "$slow_rounds" -eq 0 ]; then
        missing+=("$1 (slow, left out by SLOW_ROUNDS=0)")
        return
    fi
    names+=("$1")
    slow+=("$2")
    commands+=("$4")
}

python_with() {
    command -v python3 > /dev/null && python3 -c "import $1" 2> /dev/null && echo python3 || echo "python3 with $1"
}

export FILE=$file EARWITNESS
# The read comes first: every other figure of a round is divided by it. Words in METER and ANALYZE are split on purpose.
peer cat fast cat 'cat "$FILE"'
peer dd-256k fast dd 'dd if="$FILE" of=/dev/null bs=256k'
peer earwitness-meter fast "$EARWITNESS" "\"\$EARWITNESS\" ${METER:-analyze --detector none --json -o /dev/null} \"\$FILE\""
peer earwitness-analyze fast "$EARWITNESS" "\"\$EARWITNESS\" ${ANALYZE:-analyze --json -o /dev/null} \"\$FILE\""
peer tcpdump-count fast tcpdump 'tcpdump -r "$FILE" --count'
peer tcpdump-w fast tcpdump 'tcpdump -r "$FILE" -w /dev/null'
peer capinfos-c fast capinfos 'capinfos -c "$FILE"'
peer tcpstat fast tcpstat 'tcpstat -r "$FILE" 1'
peer argus fast argus 'argus -r "$FILE" -m -S 1 -w -'
peer argus-rabins fast rabins 'argus -r "$FILE" -m -S 1 -w - | rabins -M time 1s -m smac -r -'
peer softflowd fast softflowd 'softflowd -d -r "$FILE" -T ether -t maxlife=1'
peer ndpiReader fast ndpiReader 'ndpiReader -q -i "$FILE"'
peer suricata fast suricata 'suricata -r "$FILE" -S /dev/null -k none --runmode single -l "$SCRATCH"'
peer tshark-io-stat slow tshark 'tshark -n -r "$FILE" -q -z io,stat,1'
peer tshark-fields slow tshark 'tshark -n -r "$FILE" -T fields -e frame.time_epoch -e eth.src -e frame.len -e ip.len -e tcp.len -e udp.length'
peer dpkt slow "$(python_with dpkt)" 'python3 -c "
import collections, os, dpkt
bins = collections.Counter()
for at, octets in dpkt.pcap.Reader(open(os.environ[\"FILE\"], \"rb\")):
    frame = dpkt.ethernet.Ethernet(octets)
    bins[frame.src, int(at)] += len(octets)
print(len(bins))"'
peer nfstream slow "$(python_with nfstream)" 'python3 -c "
import os, nfstream
print(sum(1 for _ in nfstream.NFStreamer(source=os.environ[\"FILE\"], idle_timeout=1, active_timeout=1, statistical_analysis=True)))"'
export SCRATCH=$scratch

# Runs a command and prints its CPU seconds, children included; bash counts them to the microsecond.
cpu_seconds() {
    local TIMEFORMAT='%3U %3S'
    { time bash -c "$1" > /dev/null 2> "$scratch/stderr"; } 2> "$scratch/time" || {
        echo "bench: this failed: $1" >&2
        tail -3 "$scratch/stderr" >&2
        echo nan
        return
    }
    awk '{ print $1 + $2 }' "$scratch/time"
}

peak_kb() {
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f %M -o "$scratch/peak" bash -c "exec $1" > /dev/null 2>&1 || true
        tail -1 "$scratch/peak"
    else
        echo -
    fi
}

cat "$file" > /dev/null
for ((round = 1; round <= rounds; round++)); do
    for index in "${!names[@]}"; do
        [ "${slow[index]}" = slow ] && [ "$round" -gt "$slow_rounds" ] && continue
        echo "round $round of $rounds: ${names[index]}" >&2
        echo "$round ${names[index]} $(cpu_seconds "${commands[index]}")" >> "$scratch/figures"
    done
done
for index in "${!names[@]}"; do
    [ "${slow[index]}" = slow ] && [ "$slow_rounds" -eq 0 ] && continue
    echo "memory: ${names[index]}" >&2
    echo "${names[index]} $(peak_kb "${commands[index]}")" >> "$scratch/peaks"
done

packets=0
if command -v capinfos > /dev/null; then
    packets=$(capinfos -cMT "$file" 2> /dev/null | awk -F'\t' 'NR == 2 { print $2 }')
elif command -v tcpdump > /dev/null; then
    packets=$(tcpdump -r "$file" --count 2> /dev/null | awk '{ print $1 }')
fi
octets=$(stat -Lc %s "$file")

python3 - "$scratch/figures" "$scratch/peaks" "$packets" "$octets" << 'PYTHON'
import statistics
import sys

figures, peaks = {}, {}
for line in open(sys.argv[1]):
    round_, name, seconds = line.split()
    figures.setdefault(name, {})[round_] = float(seconds)
for line in open(sys.argv[2]):
    name, peak = line.split()
    peaks[name] = f"{int(peak) / 1000:,.1f} MB" if peak.isdigit() else "–"
packets, octets = int(sys.argv[3] or 0), int(sys.argv[4])
read = figures["cat"]
print(f"{octets:,} octets, {packets:,} packets; CPU seconds, medians; n = rounds\n")
print("| program | n | CPU s | × cat | ns/packet | M packets/s | GB/s | peak memory |")
print("|---|---|---|---|---|---|---|---|")
for name, rounds in figures.items():
    rounds = {number: seconds for number, seconds in rounds.items() if seconds == seconds}
    if not rounds:
        print(f"| {name} | 0 | failed | | | | | |")
        continue
    cpu = statistics.median(rounds.values())
    ratio = statistics.median(seconds / max(read[number], 1e-3) for number, seconds in rounds.items())
    cost = f"{cpu / packets * 1e9:,.0f} | {packets / max(cpu, 1e-3) / 1e6:,.2f}" if packets else "– | –"
    speed = octets / max(cpu, 1e-3) / 1e9
    print(f"| {name} | {len(rounds)} | {cpu:.3f} | {ratio:.2f} | {cost} | {speed:.2f} | {peaks.get(name, '–')} |")
PYTHON
if [ "${#missing[@]}" -gt 0 ]; then
    echo
    echo "Left out, not installed: $(IFS=,; echo "${missing[*]}" | sed 's/,/, /g')"
fi
