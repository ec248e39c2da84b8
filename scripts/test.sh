#!/bin/sh
# Everything that must hold, in one command. Needs Rust (cargo, rustfmt, clippy); what else is missing is installed with
# apt when run as root, and otherwise named. Fails at the end when any step failed.
#
#   scripts/test.sh            all steps but python
#   scripts/test.sh STEP...    some: tools format instructions lints deny docs build house tests alsa scripts wire sample notebook python browser fuzz
#
# As root also live capture, the gateway, sound and the store are tried on the real thing, in network namespaces and with sound
# servers that the tests make and take away themselves. Nothing of the machine's own network or sound is touched.
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

# Debian starts the services that it installs; a test machine wants none of hostapd, dnsmasq and the like.
policy=/usr/sbin/policy-rc.d
start_nothing() {
    [ -e "$policy" ] && return 0
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy" && policy_is_ours=yes
}
start_again() {
    [ -z "${policy_is_ours:-}" ] || rm -f "$policy"
    policy_is_ours=""
}

# need PROGRAM PACKAGE WHAT-FOR: installs PACKAGE when PROGRAM (or a file, with its whole path) is missing and that is possible.
need() {
    case $1 in
        /*) [ -e "$1" ] && return 0 ;;
        *) command -v "$1" > /dev/null && return 0 ;;
    esac
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
        echo "$1 is missing (needed for $3): installing $2"
        if [ -z "${apt_updated:-}" ]; then
            apt-get update -qq || echo "apt-get update failed; trying with the lists that are there"
            apt_updated=yes
        fi
        start_nothing
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$2" \
            > "$scratch/apt.log" 2>&1
        installed=$?
        start_again
        [ "$installed" = 0 ] && return 0
        tail -5 "$scratch/apt.log"
        echo "$2 could not be installed"
    else
        echo "$1 is missing (needed for $3); install it: apt-get install $2"
    fi
    return 1
}

# no_namespaces STEP: why namespaces cannot be made here; nothing where they can. Steps that run beside each other try names of their own.
no_namespaces() {
    [ "$(id -u)" = 0 ] || { echo "this is not root"; return; }
    command -v ip > /dev/null || { echo "no iproute2"; return; }
    if ip netns add "ew$1$$" 2> /dev/null; then ip netns delete "ew$1$$"; else echo "this kernel or container allows none"; fi
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
    # What live capture, the gateway, the doctor, the store and sound are tried with.
    for it in ip:iproute2 nft:nftables dnsmasq:dnsmasq-base udhcpc:udhcpc busybox:busybox hostapd:hostapd iperf3:iperf3 ethtool:ethtool \
        tcpdump:tcpdump setpriv:util-linux kill:procps mkfs.ext4:e2fsprogs mount:mount strace:strace pulseaudio:pulseaudio \
        pactl:pulseaudio-utils espeak-ng:espeak-ng pocketsphinx_continuous:pocketsphinx \
        /usr/share/pocketsphinx/model/en-us/en-us/mdef:pocketsphinx-en-us mosquitto:mosquitto mosquitto_sub:mosquitto-clients; do
        need "${it%:*}" "${it#*:}" "tests on the real thing" || skip "tests that need ${it%:*}"
    done
    need pkg-config pkg-config "building with ALSA" || skip "finding ALSA: no pkg-config"
    need /usr/include/alsa/asoundlib.h libasound2-dev "building with ALSA" || skip "building with ALSA: no libasound2-dev"
    need lintian lintian "looking at the Debian package" || skip "lintian's opinion of the Debian package: it is missing"
    need shellcheck shellcheck "looking through the shell scripts" || skip "shell scripts are only parsed: no shellcheck"
    need systemd-analyze systemd "looking through the service files" || skip "service files: no systemd-analyze"
    command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null \
        || need chromium chromium "looking at the pages in a browser" || skip "checks in a browser: no chromium"
    return 0
}

format() { cargo fmt --all --check && cargo fmt --manifest-path crates/python/Cargo.toml --check; }
# shellcheck disable=SC2046 # nothing or one word
lints() {
    cargo clippy --workspace --all-targets $(features) --quiet -- -D warnings || return 1
    # Outside the workspace, so where none runs nothing else notices when a target no longer compiles.
    can_fuzz || cargo check --quiet --manifest-path fuzz/Cargo.toml --target-dir "$target" --bins || return 1
    # So is the Python package, whose own step runs when it is named.
    cargo check --quiet --locked --manifest-path crates/python/Cargo.toml --target-dir "$target"
}
# Licences, versions and origins of what comes from outside (deny.toml). Known holes are not asked for: their list comes over the network.
deny() {
    cargo deny --version > /dev/null 2>&1 || { skip "licences of dependencies: no cargo-deny (cargo install cargo-deny --locked)"; return 0; }
    # The list is that of both workspaces; each meets only a part of it.
    cargo deny check -A license-exception-not-encountered licenses bans sources \
        && cargo deny --manifest-path crates/python/Cargo.toml check -A license-not-encountered -A unnecessary-skip -A unmatched-skip licenses bans sources
}
# With the loudspeaker behind ALSA where its headers are; `instructions` builds without it everywhere.
features() { if pkg-config --exists alsa 2> /dev/null; then echo "--features=earwitness/alsa"; fi; }
# The programs as the tests were built with them. Of the whole workspace, here and below: with one package alone, cargo builds what it depends
# on again, with fewer features.
# shellcheck disable=SC2046 # nothing or one word
programs() { cargo build --workspace --bins --examples --quiet $(features); }
can_fuzz() { cargo fuzz --version > /dev/null 2>&1 && rustup toolchain list 2> /dev/null | grep -q nightly; }
docs() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet; }
# Apart from running the tests, so that the house can begin when all is built.
# shellcheck disable=SC2046 # nothing or one word
build() { cargo test --workspace $(features) --no-run; }

# Test programs that wait for what happens in real time more than they work; the others run beside them.
waiting="daemon doctor gateway live room"
lanes=""
# lane NAME ARGUMENTS: cargo test in the background, and in a process group of its own that can be ended. It hears Ctrl-C as in front, and so
# does what it starts. What it says goes to a file, since lanes would talk at the same time.
# shellcheck disable=SC2046 # nothing or one word
lane() {
    lane=$1
    shift
    CARGO_TERM_COLOR=never RUST_TEST_THREADS=${RUST_TEST_THREADS:-4} env --default-signal=INT,QUIT timeout -k 60 2400 \
        cargo test --workspace $(features) --no-fail-fast "$@" > "$scratch/lane.$lane" 2>&1 &
    lanes="$lanes $!"
}
stop_lanes() {
    for lane in $lanes; do kill "$lane" 2> /dev/null && wait "$lane"; done
}
tests() {
    why=$(no_namespaces tests)
    [ -z "$why" ] || skip "live capture, gateway and doctor in network namespaces: $why"
    build || return 1
    # All test programs, from cargo itself, so that a new one is not forgotten.
    CARGO_TERM_COLOR=never build 2> "$scratch/programs" || return 1
    some=""
    others="--lib --bins"
    for name in $(sed -n 's|^ *Executable tests/.*/\([^/]*\)-[0-9a-f]*)$|\1|p' "$scratch/programs" | sort -u); do
        case " $waiting " in *" $name "*) some="$some --test=$name" ;; *) others="$others --test=$name" ;; esac
    done
    # shellcheck disable=SC2086 # words on purpose
    lane waiting $some
    waits=$!
    # shellcheck disable=SC2086 # words on purpose
    lane others $others
    works=$!
    echo "two lanes run beside each other; what each says follows at its end. One waits in real time:$some"
    wait "$works"
    status=$?
    echo "-- the others:"
    cat "$scratch/lane.others"
    # shellcheck disable=SC2046 # nothing or one word
    RUST_TEST_THREADS=${RUST_TEST_THREADS:-4} cargo test --workspace $(features) --doc || status=1
    wait "$waits" || status=1
    lanes=""
    echo "-- those that wait:"
    cat "$scratch/lane.waiting"
    ran "$scratch/lane.others" "$scratch/lane.waiting" || status=1
    return "$status"
}
# Whether both lanes together ran every test program once, and what failed in them.
ran() {
    sed -n 's/^ *Executable .*(\(.*\))$/\1/p' "$scratch/programs" | sort > "$scratch/should"
    sed -n 's/^ *Running .*(\(.*\))$/\1/p' "$@" | sort > "$scratch/did"
    echo "-- $(wc -l < "$scratch/did") test programs, $(awk '/^test result/ { passed += $4; failed += $6; ignored += $8 }
        END { print passed + 0, "tests passed,", failed + 0, "failed,", ignored + 0, "ignored" }' "$@")"
    grep -h '^test .* FAILED$' "$@"
    cmp -s "$scratch/should" "$scratch/did" && return 0
    echo "these test programs were built and did not run (<), or ran more than once (>):"
    diff "$scratch/should" "$scratch/did" | grep '^[<>]'
    return 1
}

# The loudspeaker behind ALSA, which is built only where its headers are, and the package that carries it.
alsa() {
    pkg-config --exists alsa 2> /dev/null || { skip "ALSA: no libasound2-dev or no pkg-config"; return 0; }
    cargo test --workspace --features earwitness/alsa --lib speak::alsa > "$scratch/alsa" 2>&1
    status=$?
    grep 'speak::alsa\|panicked\|^error' "$scratch/alsa"
    grep -q 'test speak::alsa::.* ok$' "$scratch/alsa" || { echo "the test of ALSA did not run"; status=1; }
    if command -v dpkg-deb > /dev/null; then
        scripts/package.sh --dev "$scratch/dist" && installed || status=1
    else
        skip "the Debian package: no dpkg-deb"
    fi
    return $status
}

# What installing and removing the package do, and its service under a systemd of its own. The first time about two minutes, for a small Debian that is kept
# below the build folder; then a minute.
installed() {
    [ "$(id -u)" != 0 ] || need mmdebstrap mmdebstrap "installing the package in a Debian of its own"
    held=0
    for test in package_test service_test; do
        scripts/$test.sh "$scratch"/dist/earwitness_*.deb > "$scratch/installed" 2>&1
        result=$?
        cat "$scratch/installed"
        case $result in
            0) ;;
            77) skip "$test: $(sed -n 's/^not tried: //p' "$scratch/installed")" ;;
            *) held=1 ;;
        esac
    done
    return "$held"
}

# Other people's voice devices in a house of namespaces, probed by the program itself in real time: the cloud's log and the room's
# recording decide. HOUSE_ROUNDS for more than the six rounds that take eight minutes. Then an experiment of the laboratory, whose readings
# are held against the same log; with FULL=1 all presets of the laboratory and a talk with the program in its place, some fifty minutes.
house() {
    why=$(no_namespaces house)
    [ -z "$why" ] || { skip "the house: $why"; return 0; }
    [ "$(uname -m)" = x86_64 ] || { skip "the house: its voice programs are for x86-64"; return 0; }
    python=$(command -v python3.11 || command -v python3)
    case $("$python" --version 2> /dev/null) in
        "Python 3.11."*) ;;
        *) skip "the house: its voice programs need Python 3.11"; return 0 ;;
    esac
    "$python" -c 'import ensurepip' 2> /dev/null || need /usr/lib/python3.11/ensurepip/__init__.py python3.11-venv "the house" || return 1
    "$python" house/house install --small || return 1
    programs || return 1
    # A copy, since the steps that run beside build the program again, with other features.
    cp "$target/debug/earwitness" "$scratch/earwitness" || return 1
    if [ -n "${FULL:-}" ]; then presets; return; fi
    # The house takes itself down, also when it is told to end; the command in it ends before the patience with the whole does.
    # shellcheck disable=SC2016 # these are the house's variables
    nice -n -5 timeout -k 60 1800 "$python" house/house run --small --dir "$scratch/house" --limit 1500 -- \
        sh -c '"$0" probe -c house/ci.toml -i "$HOUSE_BRIDGE" --state "$HOUSE_DIR/state" --json="$HOUSE_REPORT" -v --rounds "$1" &&
            exec "$0" experiment run house/lab.toml -c house/ci.toml -i "$HOUSE_BRIDGE" --state "$HOUSE_DIR/lab" \
                --json="$HOUSE_DIR/lab.json" --trials "$HOUSE_DIR/lab.csv"' \
        "$scratch/earwitness" "${HOUSE_ROUNDS:-6}" &
    echo "$!" > "$scratch/house.pid"
    wait "$!"
    status=$?
    [ -s "$scratch/house/report.json" ] || { echo "the house was not probed to the end"; status=1; }
    "$python" house/lab.py --trials "$scratch/house/lab.csv" --truth "$scratch/house/truth.jsonl" --results "$scratch/house/lab.json" || status=1
    "$python" house/house down --dir "$scratch/house" 2> /dev/null && { echo "the house was left standing"; status=1; }
    return $status
}

# All presets of the laboratory, once more the one that looks for a cut-off, with a service that stops listening early, and a talk.
presets() {
    in_house 4200 "" house/presets.py || return 1
    # In a room without any noise its engine misses most of its words.
    in_house 900 "--noise --cap kitchen=4" house/presets.py postfix-immediate || return 1
    in_house 1500 "--noise" house/voice.py
}

# in_house SECONDS OPTIONS SCRIPT [WORD...]
in_house() {
    patience=$1 options=$2 script=$3
    shift 3
    # The options are words on purpose.
    # shellcheck disable=SC2086
    nice -n -5 timeout -k 60 "$patience" "$python" house/house run --small --dir "$scratch/house" $options --limit $((patience - 300)) -- \
        "$python" "$script" --earwitness "$scratch/earwitness" "$@" &
    echo "$!" > "$scratch/house.pid"
    wait "$!"
    status=$?
    "$python" house/house down --dir "$scratch/house" 2> /dev/null && { echo "the house was left standing"; status=1; }
    return $status
}

# The service files, with a program in the place of the one that is not installed.
units() {
    for unit in packaging/*.service packaging/*.timer; do
        sed 's|^\(Exec[A-Za-z]*=[-+]*\)earwitness |\1/bin/true |' "$unit" > "$scratch/${unit##*/}"
        systemd-analyze verify --man=no "$scratch/${unit##*/}" 2> "$scratch/said"
        grep "${unit##*/}" "$scratch/said" && return 1
    done
    return 0
}

scripts() {
    status=0
    for script in scripts/*.sh .ci/run packaging/debian/config packaging/debian/p*; do
        case $(head -1 "$script") in
            *bash) bash -n "$script" || status=1 ;;
            *) sh -n "$script" || status=1 ;;
        esac
    done
    for script in scripts/*.py house/house house/*.py house/*/*.py crates/*/data/*.py; do
        [ -e "$script" ] || continue
        python3 -c "import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])" "$script" || status=1
    done
    if command -v shellcheck > /dev/null; then shellcheck -S warning scripts/*.sh .ci/run packaging/debian/config packaging/debian/p* || status=1; fi
    # Links in documents lead somewhere, those to headings as well.
    python3 scripts/package_docs.py "$scratch/documents" 0 || status=1
    python3 house/test_compare.py || status=1
    python3 house/test_lab.py || status=1
    python3 house/test_answers.py || status=1
    python3 house/test_voice.py || status=1
    if command -v systemd-analyze > /dev/null; then units || status=1; fi
    programs || return 1
    skill_oracle || status=1
    home_assistant || status=1
    # A large capture is built from small ones, twice alike.
    home=$target/debug/examples/home
    "$home" --scenario speaker-cbr --seconds 60 "$scratch/a.pcap" "$scratch/a.json" || return 1
    "$home" --scenario plug --seconds 200 "$scratch/b.pcapng" "$scratch/b.json" || return 1
    for copy in 1 2; do
        python3 scripts/big_capture.py --size 2M --lanes 5 "$scratch/big$copy.pcap" "$scratch/a.pcap" "$scratch/b.pcapng" || status=1
    done
    cmp "$scratch/big1.pcap" "$scratch/big2.pcap" || status=1
    if command -v capinfos > /dev/null; then
        capinfos -o "$scratch/big1.pcap" | grep -q 'True' || { echo "the large capture is not in order of time"; status=1; }
    fi
    return $status
}

# Requests of a skill: earwitness takes and refuses what the vendor's own library does. About 5 s, most of them for npm's download, which is kept.
skill_oracle() {
    need node nodejs "the library that verifies requests of skills" || { skip "requests of skills against the vendor's library: no node"; return 0; }
    sdk=$target/skill-oracle
    if [ ! -e "$sdk/node_modules/ask-sdk-express-adapter" ]; then
        need npm npm "the library that verifies requests of skills" || { skip "requests of skills against the vendor's library: no npm"; return 0; }
        mkdir -p "$sdk" && npm install --prefix "$sdk" --no-audit --no-fund --ignore-scripts --loglevel=error \
            ask-sdk-express-adapter@2.14.0 ask-sdk-core@2.14.0 ask-sdk-model@1 > "$scratch/npm" 2>&1 || {
            tail -3 "$scratch/npm"
            rm -rf "$sdk"
            skip "requests of skills against the vendor's library: npm cannot install it"
            return 0
        }
    fi
    "$target/debug/examples/skill_cases" > "$scratch/skill.json" && node scripts/skill_oracle.js "$scratch/skill.json" "$sdk"
}

# What is told by MQTT is what Home Assistant shows, where HOME_ASSISTANT_PYTHON names a Python that has it: installing it takes ten minutes.
home_assistant() {
    "${HOME_ASSISTANT_PYTHON:-python3}" scripts/home_assistant.py > "$scratch/home_assistant.said" 2>&1
    status_of_it=$?
    cat "$scratch/home_assistant.said"
    [ "$status_of_it" != 77 ] || { skip "Home Assistant: $(sed -n 's/^not tried: //p' "$scratch/home_assistant.said")"; return 0; }
    return "$status_of_it"
}

# What the simulator writes is what Wireshark reads: no broken frame, no wrong checksum, all names there.
wire() {
    command -v tshark > /dev/null || { skip "checks of the simulator against tshark: it is missing"; return 0; }
    status=0
    programs || return 1
    "$target/debug/examples/home" --all "$scratch" --seconds 60 2> "$scratch/said" || { cat "$scratch/said"; return 1; }
    "$target/debug/earwitness" simulate every-kind --quiet -o "$scratch/house" || return 1
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
    programs || return 1
    "$target/debug/examples/home" --seed 1 --scenario sample "$scratch/sample.pcapng" "$scratch/sample.json" || return 1
    cmp docs/sample.pcapng "$scratch/sample.pcapng" || {
        echo "rewrite it: cargo run -p earwitness-sim --example home -- --seed 1 --scenario sample docs/sample.pcapng docs/sample.truth.json"
        return 1
    }
}

# The notebook in docs/notebooks, on files that the program makes: what it computes again with pandas and scipy is what the program says.
notebook() {
    python=$(command -v python3.11 || command -v python3)
    case $("$python" --version 2> /dev/null) in
        "Python 3.11."*) ;;
        *) skip "the notebook: its packages are for Python 3.11"; return 0 ;;
    esac
    "$python" -c 'import ensurepip' 2> /dev/null || need /usr/lib/python3.11/ensurepip/__init__.py python3.11-venv "the notebook" || {
        skip "the notebook: no python3.11-venv"
        return 0
    }
    programs || return 1
    "$python" scripts/notebook.py "$target/debug/earwitness" > "$scratch/notebook.said" 2>&1
    status=$?
    cat "$scratch/notebook.said"
    [ "$status" != 77 ] || { skip "the notebook: $(sed -n 's/^not tried: //p' "$scratch/notebook.said")"; return 0; }
    # The same environment has the recogniser of another program.
    "$python" scripts/assist.py "$target/debug/earwitness" || status=1
    # So has it duckdb, which puts the questions of the guide to a dataset.
    "$python" scripts/dataset.py "$target/debug/earwitness" || status=1
    return "$status"
}

# The Python package: a wheel as users install it, its tests, its notebook, and every other Python that is here. In the environment of the notebook.
# Only when it is named, since it is a workspace of its own, which is built apart.
package() {
    python=$(command -v python3.11 || command -v python3)
    case $("$python" --version 2> /dev/null) in
        "Python 3.11."*) ;;
        *) skip "the Python package: the packages of its tests are for Python 3.11"; return 0 ;;
    esac
    "$python" -c 'import ensurepip' 2> /dev/null || need /usr/lib/python3.11/ensurepip/__init__.py python3.11-venv "the Python package" || {
        skip "the Python package: no python3.11-venv"
        return 0
    }
    cargo fmt --manifest-path crates/python/Cargo.toml --check || return 1
    CARGO_TARGET_DIR=$target cargo clippy --locked --manifest-path crates/python/Cargo.toml --features fault --quiet -- -D warnings || return 1
    scripts/wheel.sh --dev "$scratch/wheel" || return 1
    "$python" scripts/python_test.py "$scratch"/wheel/earwitness-*.whl > "$scratch/package.said" 2>&1
    status=$?
    cat "$scratch/package.said"
    [ "$status" != 77 ] || { skip "the Python package: $(sed -n 's/^not tried: //p' "$scratch/package.said")"; return 0; }
    return "$status"
}

# The household's page in a real browser, its API under schemathesis, and the pages that reports are: on the program itself and a simulated home.
# Afterwards and alone, since a browser takes what processors there are.
browser() {
    command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null \
        || { skip "checks in a browser: no chromium"; return 0; }
    python=$(command -v python3.11 || command -v python3)
    case $("$python" --version 2> /dev/null) in
        "Python 3.11."*) ;;
        *) skip "checks in a browser: the packages that are written down are for Python 3.11"; return 0 ;;
    esac
    "$python" -c 'import ensurepip' 2> /dev/null || need /usr/lib/python3.11/ensurepip/__init__.py python3.11-venv "checks in a browser" || {
        skip "checks in a browser: no python3.11-venv"
        return 0
    }
    browser_packages || { skip "checks in a browser: the packages of scripts/browser.txt cannot be had"; return 0; }
    python=$(cd "$target" && pwd)/browser/venv/bin/python
    programs || return 1
    for report in "analyze docs/sample.pcapng" "demo --quiet"; do
        # shellcheck disable=SC2086 # words on purpose
        "$target/debug/earwitness" $report --html "$scratch/${report%% *}.html" > /dev/null 2>&1 || return 1
    done
    status=0
    timeout -k 10 300 "$python" scripts/browser.py report "$scratch/analyze.html" "$scratch/demo.html" \
        ${EARWITNESS_PICTURES:+--picture "$EARWITNESS_PICTURES/report.png"} || status=1
    # shellcheck disable=SC2046 # nothing or one word
    EARWITNESS_BROWSER=$python timeout -k 60 600 cargo test --workspace $(features) --test daemon browser:: -- --nocapture --test-threads=1 || status=1
    return "$status"
}
# Exactly the archives of scripts/browser.txt, below target/, once.
browser_packages() {
    stamp=$({ "$python" --version; cat scripts/browser.txt; } | sha256sum)
    [ "$(cat "$target/browser/made-from" 2> /dev/null)" = "$stamp" ] && return 0
    rm -rf "$target/browser"
    mkdir -p "$target/browser"
    "$python" -m venv "$target/browser/venv" || return 1
    timeout -k 10 600 "$target/browser/venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -r scripts/browser.txt || return 1
    echo "$stamp" > "$target/browser/made-from"
}

instructions() {
    command -v valgrind > /dev/null || { skip "instruction counts: no valgrind"; return 0; }
    # What it counts does not depend on what runs beside it.
    timeout -k 60 2400 scripts/instructions.sh &
    echo "$!" > "$scratch/instructions.pid"
    wait "$!"
}

fuzz() {
    can_fuzz || {
        skip "fuzz targets: cargo-fuzz or the nightly toolchain is missing; the property tests among the tests stand in for them"
        return 0
    }
    programs && "$target/debug/examples/fuzz_seeds" || return 1
    status=0
    for name in $(cargo +nightly fuzz list); do
        echo "fuzzing $name for ${FUZZ_SECONDS:-10} s"
        if cargo +nightly fuzz run "$name" -- -max_total_time="${FUZZ_SECONDS:-10}" -timeout=5 -rss_limit_mb=1024 > "$scratch/fuzz" 2>&1; then
            tail -1 "$scratch/fuzz"
        else
            tail -60 "$scratch/fuzz"
            status=1
        fi
    done
    return $status
}

# What leaves most of the machine idle, since it waits for sounds, and what does not mind whether it does: the steps after them run beside.
beside=""
start_beside() {
    echo "$1 runs beside the next steps; what it says follows at the end"
    date +%s > "$scratch/$1.begun"
    "$1" > "$scratch/$1.log" 2>&1 &
    beside="$beside $1:$!"
}
end_beside() {
    for it in $beside; do
        step=${it%:*}
        wait "${it#*:}"
        status=$?
        say "$step"
        cat "$scratch/$step.log"
        while IFS= read -r line; do
            case $line in "skipped: "*) skipped="$skipped
  ${line#skipped: }" ;; esac
        done < "$scratch/$step.log"
        finished "$step" "$(cat "$scratch/$step.begun")" "$status"
    done
    beside=""
}
# Tells them to end, the house also to take itself down, and waits until they have.
stop_beside() {
    for it in $beside; do
        [ ! -s "$scratch/${it%:*}.pid" ] || kill "$(cat "$scratch/${it%:*}.pid")" 2> /dev/null
        wait "${it#*:}"
    done
}

# finished STEP BEGUN STATUS
finished() {
    took="$1 $(($(date +%s) - $2)) s"
    times="$times
  $took"
    echo "$took"
    [ "$3" = 0 ] && return 0
    failed="$failed $1"
    echo "FAILED: $1"
}

scratch=$(mktemp -d)
trap 'stop_lanes; stop_beside; start_again; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# The optimised program is built beside what is built as well: beside tests that wait for what happens in real time, it would keep disk and processors from them.
[ $# -gt 0 ] || set -- tools format instructions lints deny docs build house tests alsa scripts wire sample notebook browser fuzz
times=""
for step in "$@"; do
    case $step in
        tools | format | lints | deny | docs | build | house | tests | alsa | scripts | wire | sample | notebook | python | browser | instructions | fuzz) ;;
        *) echo "no step is called $step; choose from: tools format instructions lints deny docs build house tests alsa scripts wire sample notebook python browser fuzz" >&2; exit 2 ;;
    esac
    say "$step"
    begun=$(date +%s)
    case $step in house | instructions) start_beside "$step"; continue ;; esac
    # A function called python would stand in the way of the program.
    case $step in python) package ;; *) "$step" ;; esac
    finished "$step" "$begun" "$?"
    case $failed in *tools*) break ;; esac
done
end_beside

say "summary"
echo "times:$times"
[ -z "$skipped" ] || echo "skipped:$skipped"
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
echo "all steps passed: $*"
