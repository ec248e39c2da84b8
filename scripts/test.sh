#!/bin/sh
# Everything that must hold, in one command. Needs Rust (cargo, rustfmt, clippy); what else is missing is installed with
# apt when run as root, and otherwise named. Fails at the end when any step failed.
#
#   scripts/test.sh            all steps
#   scripts/test.sh STEP...    some: tools format lints docs tests scripts wire sample instructions fuzz
set -u
cd "$(dirname "$0")/.." || exit 2
target=${CARGO_TARGET_DIR:-target}
failed=""
skipped=""

say() { printf '\n== %s\n' "$*"; }
skip() {
    skipped="$skipped
  $*"
    echo "skipped: $*"
}

# need PROGRAM PACKAGE WHAT-FOR: installs PACKAGE when PROGRAM is missing and that is possible.
need() {
    command -v "$1" > /dev/null && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        echo "$1 is missing (needed for $3): installing $2"
        if [ -z "${apt_updated:-}" ]; then
            apt-get update -qq || echo "apt-get update failed; trying with the lists that are there"
            apt_updated=yes
        fi
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" > "$scratch/apt.log" 2>&1 && return 0
        tail -5 "$scratch/apt.log"
        echo "$2 could not be installed"
    else
        echo "$1 is missing (needed for $3); install it: apt-get install $2"
    fi
    return 1
}

tools() {
    command -v cargo > /dev/null || {
        echo "cargo is missing; install Rust from https://rustup.rs"
        return 1
    }
    for component in rustfmt clippy; do
        case $component in rustfmt) program=cargo-fmt ;; *) program=cargo-clippy ;; esac
        command -v "$program" > /dev/null && continue
        if command -v rustup > /dev/null; then rustup component add "$component" || return 1; else
            echo "$program is missing; install Rust's $component component"
            return 1
        fi
    done
    need cc build-essential "building the C parts of dependencies" || return 1
    need python3 python3 "the scripts that build captures" || return 1
    need valgrind valgrind "counting instructions" || skip "instruction counts: no valgrind"
    need tshark tshark "checking written captures against Wireshark" || skip "checks against tshark: it is missing"
    command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null \
        || need chromium chromium "looking at the HTML report in a browser" || skip "checks in a browser: no chromium"
    return 0
}

format() { cargo fmt --all --check; }
lints() {
    cargo clippy --workspace --all-targets --quiet -- -D warnings || return 1
    # Outside the workspace, so nothing else notices when a target no longer compiles.
    cargo check --quiet --manifest-path fuzz/Cargo.toml --bins
}
docs() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet; }
tests() { cargo test --workspace; }

scripts() {
    status=0
    for script in scripts/*.sh .ci/run; do
        case $(head -1 "$script") in
            *bash) bash -n "$script" || status=1 ;;
            *) sh -n "$script" || status=1 ;;
        esac
    done
    for script in scripts/*.py; do
        python3 -c "import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])" "$script" || status=1
    done
    if command -v shellcheck > /dev/null; then shellcheck scripts/*.sh .ci/run || status=1; fi
    # A large capture is built from small ones, twice alike.
    home="cargo run --quiet -p earwitness-sim --example home --"
    $home --scenario speaker-cbr --seconds 60 "$scratch/a.pcap" "$scratch/a.json" || return 1
    $home --scenario plug --seconds 200 "$scratch/b.pcapng" "$scratch/b.json" || return 1
    for copy in 1 2; do
        python3 scripts/big_capture.py --size 2M --lanes 5 "$scratch/big$copy.pcap" "$scratch/a.pcap" "$scratch/b.pcapng" || status=1
    done
    cmp "$scratch/big1.pcap" "$scratch/big2.pcap" || status=1
    if command -v capinfos > /dev/null; then
        capinfos -o "$scratch/big1.pcap" | grep -q 'True' || { echo "the large capture is not in order of time"; status=1; }
    fi
    return $status
}

# What the simulator writes is what Wireshark reads: no broken frame, no wrong checksum, all names there.
wire() {
    command -v tshark > /dev/null || { skip "checks of the simulator against tshark: it is missing"; return 0; }
    status=0
    cargo run --quiet -p earwitness-sim --example home -- --all "$scratch" --seconds 60 2> "$scratch/said" || { cat "$scratch/said"; return 1; }
    cargo run --quiet -p earwitness -- simulate every-kind --quiet -o "$scratch/house" || return 1
    for capture in "$scratch"/*.pcapng; do
        # tshark calls a repaired segment of a record that it reassembles malformed, and takes a datagram of random octets for whatever its
        # port or its first octets remind of; neither is a fault of the frame.
        tshark -n -r "$capture" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
            -Y '(_ws.malformed && !tcp.analysis.retransmission && !tcp.analysis.out_of_order && !(udp && !dns && !mdns && !dhcp && !ssdp && !ntp && !quic)) || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0' \
            > "$scratch/broken" 2> /dev/null || status=1
        [ -s "$scratch/broken" ] && { echo "$capture holds frames that tshark calls broken:"; head -3 "$scratch/broken"; status=1; }
    done
    for capture in speaker-cbr:voice.assistant speaker-quic:media.assistant house:voice.quic-speaker house:mqtt.plug house:voice.speaker; do
        tshark -n -r "$scratch/${capture%:*}.pcapng" -Y 'tls.handshake.type == 1' -T fields -e tls.handshake.extensions_server_name 2> /dev/null \
            | grep -q "^${capture#*:}.example" || { echo "tshark finds no server name in $capture"; status=1; }
    done
    return $status
}

# The capture that comes with the project is the one that the simulator makes.
sample() {
    [ -f docs/sample.pcapng ] || { skip "docs/sample.pcapng is not there"; return 0; }
    cargo run --quiet -p earwitness-sim --example home -- --seed 1 --scenario sample "$scratch/sample.pcapng" "$scratch/sample.json" || return 1
    cmp docs/sample.pcapng "$scratch/sample.pcapng" || {
        echo "rewrite it: cargo run -p earwitness-sim --example home -- --seed 1 --scenario sample docs/sample.pcapng docs/sample.truth.json"
        return 1
    }
}

instructions() {
    command -v valgrind > /dev/null || { skip "instruction counts: no valgrind"; return 0; }
    scripts/instructions.sh
}

fuzz() {
    if [ -d fuzz ] && cargo fuzz --version > /dev/null 2>&1 && rustup toolchain list 2> /dev/null | grep -q nightly; then
        cargo run --quiet --manifest-path fuzz/Cargo.toml --bin seed || return 1
        status=0
        # `seed` is no target: it writes the inputs that the targets begin with.
        for name in $(cargo +nightly fuzz list | grep -v '^seed$'); do
            echo "fuzzing $name for ${FUZZ_SECONDS:-10} s"
            cargo +nightly fuzz run "$name" -- -max_total_time="${FUZZ_SECONDS:-10}" -timeout=5 -rss_limit_mb=1024 || status=1
        done
        return $status
    fi
    skip "fuzz targets: cargo-fuzz or the nightly toolchain is missing; the property tests among the tests stand in for them"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
[ $# -gt 0 ] || set -- tools format lints docs tests scripts wire sample instructions fuzz
for step in "$@"; do
    case $step in
        tools | format | lints | docs | tests | scripts | wire | sample | instructions | fuzz) ;;
        *) echo "no step is called $step; choose from: tools format lints docs tests scripts wire sample instructions fuzz" >&2; exit 2 ;;
    esac
    say "$step"
    "$step" || {
        failed="$failed $step"
        echo "FAILED: $step"
        [ "$step" = tools ] && break
    }
done

say "summary"
[ -z "$skipped" ] || echo "skipped:$skipped"
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
echo "all steps passed: $*"
