#!/bin/sh
# Makes a release: the version in Cargo.toml and Cargo.lock, a commit, a tag, the Debian package, a program that needs no library, and the Python wheel.
#
#   scripts/release.sh VERSION                  tells what would be done, and does nothing (the same as --dry-run)
#   scripts/release.sh VERSION --do             does it; what it did is on this machine only until you push it
#   scripts/release.sh VERSION --do --skip-tests     without scripts/test.sh
#
# Before: a clean working tree, and a section `## VERSION` in CHANGELOG.md, with its date (`## 0.2.0 (2026-12-01)`).
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "release: $*" >&2
    exit 1
}

version="" really="" tests=yes
for word in "$@"; do
    case $word in
        --do) really=yes ;;
        --dry-run) really="" ;;
        --skip-tests) tests="" ;;
        -*) fail "no option is called $word; see the beginning of $0" ;;
        *) [ -z "$version" ] || fail "one version, not two: $version and $word"; version=$word ;;
    esac
done
[ -n "$version" ] || fail "say which version: scripts/release.sh 0.2.0"
echo "$version" | grep -Eqx '(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?' \
    || fail "$version is no version; write it like 0.2.0 or 0.2.0-rc.1 (semver.org)"

# The first version in the file is that of the workspace.
old=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
[ -n "$old" ] || fail "Cargo.toml does not say a version below [workspace.package]"
tag=v$version
escaped=$(echo "$version" | sed 's/\./\\./g')

# Everything is checked before anything is changed, and all that is wrong is told at once.
wrong=""
note() { wrong="$wrong
  $*"; }
[ -z "$(git status --porcelain)" ] || note "the working tree is not clean; commit or stash what git status shows"
git rev-parse -q --verify "refs/tags/$tag" > /dev/null && note "there is a tag $tag already"
entry=$(grep -E "^## $escaped( |\$)" CHANGELOG.md || true)
case $entry in
    "") note "CHANGELOG.md has no section '## $version'" ;;
    *unreleased*) note "CHANGELOG.md calls $version unreleased; write the date in its place" ;;
esac

lacks=$(scripts/static.sh --missing)
[ -z "$lacks" ] || note "$lacks"

do_it() {
    echo "+ $*"
    [ -z "$really" ] || "$@"
}
set_version() {
    for file in Cargo.toml crates/python/Cargo.toml; do
        sed "0,/^version = \"$old\"\$/s//version = \"$version\"/" "$file" > "$file.new" && mv "$file.new" "$file"
    done
    # Writes the new version of our own crates into both lock files, and changes nothing else in them.
    cargo update --workspace --offline --quiet
    cargo update --workspace --offline --quiet --manifest-path fuzz/Cargo.toml
    cargo update --workspace --offline --quiet --manifest-path crates/python/Cargo.toml
}

echo "release: $old -> $version${really:+, for real}"
if [ -n "$wrong" ]; then
    echo "release: in the way:$wrong" >&2
    [ -z "$really" ] || exit 1
fi
[ "$old" = "$version" ] || do_it set_version
[ -z "$tests" ] || do_it scripts/test.sh
do_it scripts/package.sh
do_it scripts/static.sh
do_it scripts/wheel.sh
if [ "$old" != "$version" ]; then
    do_it git commit --quiet -m "Release $version" Cargo.toml Cargo.lock fuzz/Cargo.lock crates/python/Cargo.toml crates/python/Cargo.lock
fi
do_it git tag -a "$tag" -m "earwitness $version"
if [ -n "$really" ]; then
    echo "release: done; to publish it: git push origin HEAD $tag"
else
    echo "release: nothing was done; --do does it"
    [ -z "$wrong" ] || exit 1
fi
