#!/bin/sh
# Builds the Debian package, with the loudspeaker behind ALSA in it, and looks whether what it holds works.
#
#   scripts/package.sh [--dev] [FOLDER]     FOLDER: where the package is left (default: dist); --dev: an unoptimised program, for tests
#
# Needs dpkg-dev, python3, pkg-config and libasound2-dev. cargo-deb is built below the build folder if it is not installed. lintian looks at the
# package where it is installed. scripts/package_test.sh installs and removes it in a Debian of its own.
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
    # What is written into datasets and bundles says which build wrote it.
    EARWITNESS_COMMIT=$(git rev-parse HEAD 2> /dev/null || echo unknown)
    export EARWITNESS_COMMIT
    # As Debian builds C (dpkg-buildflags); the compilers of the parts in C know nothing of it. Rust's own parts are position independent, with
    # all relocations read-only, by themselves.
    CFLAGS="-g0 -fstack-protector-strong -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2" \
        cargo build --release -p earwitness -p earwitness-capture --features earwitness/alsa --quiet || fail "the program could not be built"
else
    # As the tests build it, so that nothing is built twice.
    cargo build --workspace --bins --examples --features earwitness/alsa --quiet || fail "the program could not be built"
    fast="--fast --no-strip --no-build"
    built=$target/debug
fi

# Where Wireshark looks for programs that capture: up to 4.2 below the libraries of this kind of machine, from 4.4 on below libexec.
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH) || fail "the kind of this machine is not known; install dpkg-dev"
link() {
    mkdir -p "$made/extcap/$1"
    ln -s "$2/bin/earwitness" "$made/extcap/$1/earwitness-extcap"
}

# What is written for the package, beside the program, where the list of the package's files finds it.
made=$built/package
rm -rf "$made"
mkdir -p "$made/completions"
link "lib/$triplet/wireshark/extcap" ../../../..
link libexec/wireshark/extcap ../../..
"$built/earwitness" man --dir "$made/man" || fail "no manual pages were written"
gzip -9n "$made"/man/*.1
for shell in bash zsh fish; do
    "$built/earwitness" completions "$shell" > "$made/completions/$shell" || fail "no completions of $shell were written"
done
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
python3 scripts/package_docs.py "$made/doc" "$version" || fail "links of its documents lead nowhere"
gzip -9nc CHANGELOG.md > "$made/changelog.gz"
python3 scripts/third_party.py > "$made/third-party.txt" || fail "the notices of libraries could not be gathered"
gzip -9n "$made/third-party.txt"
# The date of the commit, so that the same commit makes the same package.
when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
maintainer=$(sed -n 's/^maintainer = "\(.*\)"$/\1/p' crates/app/Cargo.toml)
gzip -9nc > "$made/changelog.Debian.gz" << CHANGES
earwitness ($version-1) unstable; urgency=medium

  * Version $version; what changed for its users is in changelog.gz.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$when")
CHANGES
# shellcheck disable=SC2086 # words on purpose
package=$(cargo deb --quiet -p earwitness --profile "$profile" $fast -o "$folder/")
[ -s "$package" ] || fail "no package was written"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
dpkg-deb --extract "$package" "$scratch"
for file in usr/bin/earwitness usr/libexec/earwitness/earwitness-capture etc/earwitness.toml usr/lib/systemd/system/earwitness.service \
    usr/lib/systemd/user/earwitness-user.service usr/share/doc/earwitness/copyright usr/share/doc/earwitness/guide/run.md \
    usr/share/doc/earwitness/schema/analyze-2.json usr/share/doc/earwitness/third-party.txt.gz \
    usr/share/bash-completion/completions/earwitness usr/share/zsh/vendor-completions/_earwitness \
    usr/share/fish/vendor_completions.d/earwitness.fish; do
    [ -e "$scratch/$file" ] || fail "$file is not in it"
done
for link in "lib/$triplet" libexec; do
    link=$scratch/usr/$link/wireshark/extcap/earwitness-extcap
    [ "$(readlink -f "$link")" = "$(readlink -f "$scratch/usr/bin/earwitness")" ] || fail "$link does not lead to the program"
done
for page in "$made"/man/*; do
    [ -e "$scratch/usr/share/man/man1/${page##*/}" ] || fail "the manual page ${page##*/} is not in it"
done
dpkg-deb --field "$package" Depends | grep -q libasound2 || fail "it does not ask for ALSA's library"
"$scratch/usr/bin/earwitness" --version > /dev/null || fail "the program in it does not start"
"$scratch/usr/libexec/earwitness/earwitness-capture" --list > /dev/null || fail "the program in it that captures does not start"
"$scratch/usr/lib/$triplet/wireshark/extcap/earwitness-extcap" --extcap-interfaces | grep -q '^interface {value=earwitness-lo}' \
    || fail "Wireshark would be shown no interface"
"$scratch/usr/bin/earwitness" check "$scratch/etc/earwitness.toml" > /dev/null || fail "the configuration in it is not understood"
if command -v lintian > /dev/null; then
    # A program for tests keeps its symbols.
    ignored=""
    [ "$profile" = release ] || ignored=--suppress-tags=unstripped-binary-or-object
    # shellcheck disable=SC2086 # one word or none
    lintian --allow-root --fail-on=error,warning --tag-display-limit=0 $ignored "$package" >&2 || fail "lintian finds faults in it"
else
    echo "package: not looked at by lintian, which is not installed" >&2
fi
echo "$package"
