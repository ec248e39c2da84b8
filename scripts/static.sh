#!/bin/sh
# Builds a program that needs no library and runs on every Linux on x86-64, and looks whether it works. It has no ALSA, which is a library that loads others.
#
#   scripts/static.sh [FOLDER]     FOLDER: where the archive is left (default: dist)
#   scripts/static.sh --missing    says what is missing to build it; nothing where nothing is
#
# Needs rustup's target x86_64-unknown-linux-musl and musl-gcc.
set -eu
cd "$(dirname "$0")/.."
triple=x86_64-unknown-linux-musl

fail() {
    echo "static: $*" >&2
    exit 1
}
missing() {
    [ -d "$(rustc --print sysroot)/lib/rustlib/$triple/lib" ] || echo "Rust's target $triple is missing; install it: rustup target add $triple"
    command -v musl-gcc > /dev/null || echo "musl-gcc is missing; install it: apt-get install musl-tools"
}
what=$(missing)
if [ "${1:-}" = --missing ]; then
    [ -z "$what" ] || echo "$what"
    exit 0
fi
[ -z "$what" ] || fail "$what"
folder=${1:-dist}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$folder"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)

# What is written into datasets and bundles says which build wrote it.
EARWITNESS_COMMIT=$(git rev-parse HEAD 2> /dev/null || echo unknown)
export EARWITNESS_COMMIT
cargo build --release --quiet -p earwitness --target "$triple" || fail "the program could not be built"
program=$target/$triple/release/earwitness
if command -v readelf > /dev/null; then
    readelf --program-headers --wide "$program" | grep -q INTERP && fail "it is not static: it names an interpreter"
    readelf --dynamic --wide "$program" | grep NEEDED && fail "it is not static: it needs a library"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
"$program" demo --html "$scratch/demo.html" > /dev/null || fail "its demo fails"
"$program" analyze docs/sample.pcapng --json="$scratch/sample.json" > /dev/null || fail "it cannot read the sample"

name=earwitness-$version-x86_64-linux
mkdir "$scratch/$name"
cp "$program" LICENSE-APACHE LICENSE-MIT docs/earwitness.toml "$scratch/$name/"
strip "$scratch/$name/earwitness"
python3 scripts/third_party.py "$triple" > "$scratch/$name/third-party.txt" || fail "the notices of libraries could not be gathered"
tar --create --gzip --owner=0 --group=0 --numeric-owner --sort=name --directory "$scratch" --file "$folder/$name.tar.gz" "$name"
echo "$folder/$name.tar.gz"
