//! Killed at every step: the home is left as it was.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::house::{House, WIRED, kill, same, shim};
use super::shell::{can_run, text, wait};

/// Two ports and announcements: every kind of step.
const ALL: &str = "lan = [\"lan1\", \"lan2\"]\ndns = [\"198.51.100.10\"]\nisolation = true\nipv6 = \"fd77::/64\"";
/// An existing interface gets the address.
const ONE: &str = "lan = [\"lan1\"]\ndns = [\"198.51.100.10\"]\nipv6 = \"fd77::/64\"";

/// Who is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Victims {
    /// The supervisor: its watchdog undoes everything.
    Supervisor,
    /// Both: `down` does.
    Both,
}

/// Runs `up` and kills it when it says that it is at this step; `false` when there is no such step.
fn killed_at_step(house: &House, number: usize, victims: Victims) -> bool {
    let mut supervisor = house.command("up --foreground").stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(supervisor.stderr.take().unwrap()).lines();
    let mut met = false;
    for line in lines.map_while(Result::ok) {
        if line.contains(&format!(" {number}/")) {
            met = true;
        }
        if met || line.ends_with(" ready") {
            if victims == Victims::Both {
                house.processes("gateway guard").into_iter().for_each(kill);
            }
            // `ip netns exec` becomes the program, so it is the same process.
            supervisor.kill().unwrap();
            break;
        }
    }
    supervisor.wait().unwrap();
    met
}

fn nothing_is_left(house: &House, before: &str, what: &str) {
    same(&house.state(), before, what);
    wait("all processes have ended", || ["dnsmasq", "gateway"].iter().all(|it| house.processes(it).is_empty()));
}

/// Kills at each step and when ready, and looks each time that all is undone by what `undone` waits for or does.
fn killed_everywhere(victims: Victims, by: &str, undone: impl Fn(&House)) {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    let before = house.state();
    for section in [ALL, ONE] {
        house.configure(section);
        let mut number = 0;
        let mut met = true;
        while met {
            number += 1;
            met = killed_at_step(&house, number, victims);
            undone(&house);
            nothing_is_left(&house, &before, &format!("killed at step {number}"));
        }
        assert!(number > 10, "only {number} steps were met");
        eprintln!("killed at each of {} steps and when ready: all undone by {by}", number - 1);
    }
}

#[test]
fn a_keeper_killed_at_any_step_is_cleaned_up_by_its_guardian() {
    killed_everywhere(Victims::Supervisor, "the guardian", |house| {
        wait("the guardian has undone everything", || !house.path("run/gateway/journal").exists());
    });
}

#[test]
fn supervisor_and_watchdog_killed_at_any_step_are_cleaned_up_by_down() {
    killed_everywhere(Victims::Both, "`down`", |house| drop(house.must_gateway("down")));
}

/// Kills its parent and that one's watchdog at the call whose number is in `$SHIMS/at`, then does its work all the same, late.
const KILLER: &str = r#"
case "$*" in -j*|--test*|--check*) exec $real "$@" ;; esac
n=$(($(cat "$SHIMS/count") + 1))
echo $n > "$SHIMS/count"
if [ "$n" = "$(cat "$SHIMS/at")" ]; then
    for child in $(cat /proc/$PPID/task/$PPID/children); do
        grep -qz guard /proc/$child/cmdline && [ "$(cat "$SHIMS/guardian")" = kill ] && kill -9 $child
    done
    kill -9 $PPID
    sleep 0.4
fi"#;

#[test]
fn a_command_that_outlives_the_killed_keeper_is_undone_too() {
    if !can_run(&WIRED) {
        return;
    }
    let mut house = House::new();
    let before = house.state();
    let shims = house.path("shims");
    for program in ["ip", "nft", "bridge", "dnsmasq"] {
        shim(&shims, program, KILLER);
    }
    house.configure(ALL);
    for watchdog in ["spare", "kill"] {
        fs::write(shims.join("guardian"), watchdog).unwrap();
        let mut at = 1;
        loop {
            fs::write(shims.join("at"), at.to_string()).unwrap();
            fs::write(shims.join("count"), "0").unwrap();
            house.shims = Some(shims.clone());
            let up = house.gateway("up");
            house.shims = None;
            if up.status.success() {
                break;
            }
            if watchdog == "kill" {
                house.must_gateway("down");
            } else {
                wait("the guardian has undone everything", || !house.path("run/gateway/journal").exists());
            }
            nothing_is_left(&house, &before, &format!("killed by command {at}: {}", text(&up)));
            at += 1;
        }
        house.must_gateway("down");
        nothing_is_left(&house, &before, "the run that nobody killed");
        assert!(at > 10, "only {at} commands were met");
        eprintln!("killed by each of {} commands ({watchdog} the guardian): all undone", at - 1);
    }
}

#[test]
fn a_step_that_fails_undoes_those_before_it_and_is_named() {
    if !can_run(&WIRED) {
        return;
    }
    let mut house = House::new();
    let before = house.state();
    let shims = house.path("shims");
    shim(&shims, "nft", "case \"$*\" in --file*) echo no memory >&2; exit 1;; esac");
    house.shims = Some(shims);
    house.configure(ALL);
    let failed = house.gateway("up");
    assert_eq!(failed.status.code(), Some(2));
    let error = text(&failed);
    assert!(error.contains("no memory") && error.contains("everything was undone again"), "{error}");
    nothing_is_left(&house, &before, "a step that failed");
}

#[test]
fn up_after_a_crash_begins_anew() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    let before = house.state();
    house.configure(ALL);
    assert!(killed_at_step(&house, 9, Victims::Both));
    let status = text(&house.gateway("status"));
    assert!(status.starts_with("broken") && status.contains("earwitness gateway down"), "{status}");
    house.must_gateway("up");
    assert!(house.lease("c1").contains("router=10.77.0.1"));
    // One that is stopped hears nothing, and is replaced by its watchdog's work.
    house.must_gateway("down");
    nothing_is_left(&house, &before, "up after a crash, then down");
}

#[test]
fn the_home_of_another_namespace_is_left_alone() {
    if !can_run(&WIRED) {
        return;
    }
    let house = House::new();
    house.configure(ALL);
    killed_at_step(&house, 99, Victims::Both);
    let elsewhere = std::process::Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(["gateway", "down", "--run"])
        .arg(house.path("run"))
        .output()
        .unwrap();
    assert_eq!(elsewhere.status.code(), Some(2));
    assert!(text(&elsewhere).contains("another network namespace"), "{}", text(&elsewhere));
    house.must_gateway("down");
}
