#!/bin/sh
# Instructions per packet of the release binary, counted by callgrind on two generated captures:
# (instructions on the long one - instructions on the short one) / (difference in packets). Counts do not wobble with the
# machine's load, so CI holds them to +3 % of docs/instructions.txt.
#
#   scripts/instructions.sh             compare with docs/instructions.txt; exit 1 when a figure rose by more than 3 %
#   scripts/instructions.sh --record    rewrite docs/instructions.txt
#
# Variables: EARWITNESS (the binary; built when not given), METER and ANALYZE (its arguments, the capture comes last),
# RECORD (the file with the recorded figures).
set -eu
cd "$(dirname "$0")/.."

command -v valgrind > /dev/null || {
    echo "instructions: valgrind is not installed; install it (apt-get install valgrind) and run this again" >&2
    exit 3
}

target=${CARGO_TARGET_DIR:-target}
record=${RECORD:-docs/instructions.txt}
if [ -z "${EARWITNESS:-}" ]; then
    cargo build --release --quiet -p earwitness
    EARWITNESS=$target/release/earwitness
fi
meter=${METER:-analyze --detector none --json -o /dev/null}
analyze=${ANALYZE:-analyze --json -o /dev/null}

cargo build --quiet --workspace --example home

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

# Writes a capture of $2 simulated seconds to $1 and prints its number of packets.
generate() {
    "$target/debug/examples/home" \
        --seed 1 --scenario mixed --seconds "$2" "$1" "$scratch/truth.json" 2> "$scratch/said"
    sed -n 's/.*: \([0-9]*\) frames.*/\1/p' "$scratch/said"
}

# One of the processors that this may use.
processor=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')

# Instructions that a command executes, on one processor: what threads spend on waiting for each other differs from run to run.
count() {
    if ! taskset -c "$processor" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" > "$scratch/out" 2> "$scratch/valgrind"; then
        echo "instructions: this failed under valgrind: $*" >&2
        cat "$scratch/valgrind" >&2
        exit 2
    fi
    sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p' "$scratch/valgrind"
}

short=$scratch/short.pcap
long=$scratch/long.pcap
few=$(generate "$short" 60)
many=$(generate "$long" 300)

measure() {
    # The arguments are words on purpose.
    # shellcheck disable=SC2086
    low=$(count "$EARWITNESS" $2 "$short")
    # shellcheck disable=SC2086
    high=$(count "$EARWITNESS" $2 "$long")
    awk -v name="$1" -v low="$low" -v high="$high" -v few="$few" -v many="$many" \
        'BEGIN { printf "%s %.1f\n", name, (high - low) / (many - few) }'
}

{
    measure meter "$meter"
    measure analyze "$analyze"
} > "$scratch/now"

if [ "${1:-}" = --record ]; then
    {
        echo "# Instructions per packet, written by scripts/instructions.sh --record; CI fails above +3 %."
        echo "# Scenario mixed, seed 1: $few packets against $many, classic pcap."
        cat "$scratch/now"
    } > "$record"
    cat "$record"
    exit 0
fi

[ -f "$record" ] || {
    echo "instructions: $record is not there; write it with: scripts/instructions.sh --record" >&2
    exit 2
}
awk -v record="$record" '
    FNR == NR { if ($1 !~ /^#/) recorded[$1] = $2; next }
    {
        if (!($1 in recorded)) { printf "instructions: %s has no figure for %s\n", record, $1; bad = 1; next }
        change = 100 * ($2 / recorded[$1] - 1)
        printf "instructions per packet, %-8s %8.1f, recorded %8.1f, %+.1f %%\n", $1 ":", $2, recorded[$1], change
        if (change > 3) { printf "instructions: %s costs more than 3 %% above the record\n", $1; bad = 1 }
        if (change < -3) printf "instructions: %s got cheaper; record it: scripts/instructions.sh --record\n", $1
    }
    END { exit bad }
' "$record" "$scratch/now"
