#!/bin/sh
# Builds the Python wheel with the program in it, and looks whether it works.
#
#   scripts/wheel.sh [FOLDER]          for any Linux on this processor with glibc 2.17 or later (manylinux_2_17); FOLDER: where it is left (default: dist)
#   scripts/wheel.sh --dev [FOLDER]    unoptimised, for tests on this machine, from what the tests have built
#
# Needs Python 3.9 or later with venv. maturin, ziglang and cargo-zigbuild are installed into an environment below the build folder.
set -eu
cd "$(dirname "$0")/.."
how=any
[ "${1:-}" != --dev ] || { how=dev; shift; }
folder=${1:-dist}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$folder" "$target"
folder=$(cd "$folder" && pwd)
target=$(cd "$target" && pwd)
most=20000000

fail() {
    echo "wheel: $*" >&2
    exit 1
}
scratch=$(mktemp -d)
data=crates/python/earwitness.data
trap 'rm -rf "$scratch" "$data"' EXIT
trap 'exit 130' INT TERM

if [ "$how" = dev ]; then
    # Of the whole workspace, since with one package alone cargo builds what it depends on again.
    cargo build --workspace --bins --examples --quiet || fail "the program could not be built"
    CARGO_TARGET_DIR=$target cargo build --locked --manifest-path crates/python/Cargo.toml --features fault --quiet || fail "the package could not be built"
    for it in earwitness lib_earwitness.so; do
        strip -o "$scratch/$it" "$target/debug/$it" || fail "$it cannot be stripped; install binutils"
    done
    wheel=$(python3 scripts/dev_wheel.py "$scratch/lib_earwitness.so" "$scratch/earwitness" "$folder")
else
    tools=$target/wheel-tools
    # A version each, so that the same commit makes the same wheel.
    wanted="maturin==1.16.0 ziglang==0.15.2 cargo-zigbuild==0.24.1"
    [ "$(cat "$tools/made-from" 2> /dev/null)" = "$wanted" ] || {
        rm -rf "$tools"
        python3 -m venv "$tools" || fail "no environment can be made; install Python's venv: apt-get install python3-venv"
        # shellcheck disable=SC2086 # words on purpose
        "$tools/bin/python" -m pip install -q --disable-pip-version-check $wanted || fail "maturin cannot be installed: is the package index reached?"
        echo "$wanted" > "$tools/made-from"
    }
    PATH=$tools/bin:$PATH
    export CARGO_TARGET_DIR="$target"
    # What is written into datasets and bundles says which build wrote it.
    EARWITNESS_COMMIT=$(git rev-parse HEAD 2> /dev/null || echo unknown)
    export EARWITNESS_COMMIT
    triple=$(rustc -vV | sed -n 's/^host: //p')
    cargo-zigbuild zigbuild --profile wheel --quiet -p earwitness --target "$triple.2.17" || fail "the program could not be built"
    mkdir -p "$data/scripts" "$data/data/share/doc/earwitness"
    python3 scripts/third_party.py --python > "$data/data/share/doc/earwitness/third-party.txt" || fail "the notices of libraries could not be gathered"
    strip -o "$data/scripts/earwitness" "$target/$triple/wheel/earwitness" || fail "the program cannot be stripped; install binutils"
    maturin build --quiet --locked --zig --compression-level 9 --compatibility manylinux_2_17 --target "$triple" -m crates/python/Cargo.toml -o "$scratch/wheel" || fail "no wheel was written"
    mv "$scratch"/wheel/earwitness-*.whl "$folder/"
    wheel=$(find "$folder" -name "earwitness-*manylinux*.whl" -newer "$data/scripts/earwitness" | head -1)
fi
[ -s "$wheel" ] || fail "no wheel was written"
octets=$(wc -c < "$wheel")
[ "$how" = dev ] || [ "$octets" -lt "$most" ] || fail "$wheel has $octets octets, more than $most"

# As a user does it, from nothing.
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install -q --disable-pip-version-check --no-index "$wheel" || fail "it cannot be installed"
"$scratch/venv/bin/earwitness" analyze -q docs/sample.pcapng > /dev/null || fail "the program in it fails"
"$scratch/venv/bin/python" -c 'import earwitness as ew; assert len(ew.scan("docs/sample.pcapng").analyze().sightings) == 4' || fail "the package in it fails"
echo "$wheel ($octets octets)"
