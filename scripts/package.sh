#!/bin/sh
# Builds the Debian package, with the loudspeaker behind ALSA in it, and looks whether what it holds works.
#
#   scripts/package.sh [--dev] [FOLDER]     FOLDER: where the package is left (default: dist); --dev: an unoptimised program, for tests
#
# Needs dpkg-deb, pkg-config and libasound2-dev. cargo-deb is built below the build folder if it is not installed.
set -eu
cd "$(dirname "$0")/.."
profile=release
[ "${1:-}" != --dev ] || { profile=dev; shift; }
folder=${1:-dist}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$folder" "$target"
folder=$(cd "$folder" && pwd)
target=$(cd "$target" && pwd)

fail() {
    echo "package: $*" >&2
    exit 1
}
command -v dpkg-deb > /dev/null || fail "dpkg-deb is missing; build on Debian or its like"
pkg-config --exists alsa || fail "ALSA is missing; install it: apt-get install pkg-config libasound2-dev"

PATH=$PATH:$target/tools/bin
cargo deb --version > /dev/null 2>&1 || {
    echo "package: installing cargo-deb below $target"
    # Unoptimised: it runs for seconds and would be built for minutes.
    cargo install --quiet --locked --debug --root "$target/tools" cargo-deb || fail "cargo-deb could not be installed"
}
fast="--no-build"
built=$target/release
if [ "$profile" = release ]; then
    cargo build --release -p earwitness --features alsa --quiet || fail "the program could not be built"
else
    # As the tests build it, so that nothing is built twice.
    cargo build --workspace --bins --examples --features earwitness/alsa --quiet || fail "the program could not be built"
    fast="--fast --no-strip --no-build"
    built=$target/debug
fi
# What the program says of itself: manual pages and completions, beside the program, where the list of the package's files finds them.
rm -rf "$built/man" "$built/completions"
mkdir -p "$built/completions"
"$built/earwitness" man --dir "$built/man" || fail "no manual pages were written"
for shell in bash zsh fish; do
    "$built/earwitness" completions "$shell" > "$built/completions/$shell" || fail "no completions of $shell were written"
done
# shellcheck disable=SC2086 # words on purpose
package=$(cargo deb --quiet -p earwitness --profile "$profile" $fast -o "$folder/")
[ -s "$package" ] || fail "no package was written"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
dpkg-deb --extract "$package" "$scratch"
for file in usr/bin/earwitness etc/earwitness.toml usr/lib/systemd/system/earwitness.service usr/lib/systemd/user/earwitness-user.service \
    usr/share/doc/earwitness/copyright usr/share/doc/earwitness/guide/run.md \
    usr/share/bash-completion/completions/earwitness usr/share/zsh/vendor-completions/_earwitness \
    usr/share/fish/vendor_completions.d/earwitness.fish; do
    [ -e "$scratch/$file" ] || fail "$file is not in it"
done
# Packed or plain: a quick build does not pack them.
for page in earwitness earwitness-analyze earwitness-gateway-up; do
    ls "$scratch/usr/share/man/man1/$page".1* > /dev/null 2>&1 || fail "the manual page $page is not in it"
done
dpkg-deb --field "$package" Depends | grep -q libasound2 || fail "it does not ask for ALSA's library"
"$scratch/usr/bin/earwitness" --version > /dev/null || fail "the program in it does not start"
"$scratch/usr/bin/earwitness" check "$scratch/etc/earwitness.toml" > /dev/null || fail "the configuration in it is not understood"
echo "$package"
