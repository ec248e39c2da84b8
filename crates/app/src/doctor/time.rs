//! Does the clock run evenly, and is it right?

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::tool::ask;
use super::{Check, Status};
use earwitness_base::clock;

/// Clock sources that go on evenly (drivers/clocksource of the kernel): a processor's own counters, and what a hypervisor offers.
const STEADY: [&str; 6] = ["tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page", "riscv_clocksource", "stp"];
/// How long two clocks are compared.
const COMPARED: Duration = Duration::from_secs(1);
/// The clocks may part by this much meanwhile: ten times the fastest slewing that the kernel does (500 ppm, adjtimex(2)).
const PARTING: Duration = Duration::from_millis(5);
/// No machine that runs this program lives before this: 2025, seconds since 1970.
const EARLIEST: i64 = 1_735_689_600;

/// Which counter the kernel's clock stands on.
#[must_use]
pub(crate) fn clock_source() -> Check {
    const NAME: &str = "clock-source";
    let file = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    match fs::read_to_string(file) {
        Err(_) => Check::skipped(NAME, "this kernel does not tell what its clock stands on"),
        Ok(text) if STEADY.contains(&text.trim()) => Check::ok(NAME, format!("the clock stands on {}", text.trim())),
        Ok(text) => Check::other(
            NAME,
            Status::Warn,
            format!("the clock stands on {}, which is slow or coarse to read", text.trim()),
            "time stamps cost more and may be less even; see /sys/devices/system/clocksource/clocksource0/available_clocksource",
        ),
    }
}

/// Whether the clock that stamps frames was set while it was watched.
#[must_use]
pub(crate) fn steps() -> Check {
    const NAME: &str = "clock-steps";
    let (wall, boot) = (clock::now(), clock::since_boot());
    clock::sleep(COMPARED);
    let passed = clock::now().nanos().saturating_sub(wall.nanos());
    judged(NAME, passed, clock::since_boot().saturating_sub(boot), clock::now().nanos() / 1_000_000_000)
}

fn judged(name: &'static str, passed: i64, since_boot: Duration, seconds: i64) -> Check {
    let parted = passed.saturating_sub(i64::try_from(since_boot.as_nanos()).unwrap_or(i64::MAX));
    let micros = parted / 1_000;
    if parted.unsigned_abs() > u64::try_from(PARTING.as_nanos()).unwrap_or(u64::MAX) {
        return Check::other(
            name,
            Status::Warn,
            format!("the clock was set by {micros} microseconds within a second"),
            "wait until the time service is done; a round of probes during which the clock is set is void",
        );
    }
    if seconds < EARLIEST {
        return Check::other(
            name,
            Status::Fail,
            "the clock shows a time before 2025: it was never set since the machine was switched on",
            "connect to the internet for the time service, or set it: sudo date --set '2026-01-31 12:00'",
        );
    }
    Check::ok(name, format!("the clock runs evenly: {micros} microseconds apart from the time since boot after a second"))
}

/// Whether somebody keeps the clock right.
#[must_use]
pub(crate) fn synchronised() -> Check {
    const NAME: &str = "time-sync";
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Check::ok(NAME, "the clock is kept right by systemd-timesyncd");
    }
    if let Some(output) = ask("chronyc", &["-n", "tracking"]) {
        let field = |name: &str| {
            output.lines().find_map(|line| Some(line.strip_prefix(name)?.trim_start_matches([' ', ':']).trim().to_owned()))
        };
        if field("Leap status").as_deref() == Some("Normal") {
            let off = field("System time").unwrap_or_default();
            return Check::ok(NAME, format!("the clock is kept right by chrony: {off}"));
        }
    }
    if ask("timedatectl", &["show", "--property=NTPSynchronized", "--value"]).is_some_and(|output| output.trim() == "yes") {
        return Check::ok(NAME, "the clock is kept right, says timedatectl");
    }
    Check::other(
        NAME,
        Status::Warn,
        "nobody was found who keeps the clock right",
        "switch a time service on: sudo timedatectl set-ntp true (or install chrony); within one machine all results hold without it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_told_by_how_much() {
        let second = Duration::from_secs(1);
        assert_eq!(judged("x", 1_000_200_000, second, EARLIEST).status, Status::Ok);
        let back = judged("x", -2_000_000_000, second, EARLIEST);
        assert_eq!(back.status, Status::Warn);
        assert!(back.measured.contains("-3000000 microseconds"), "{}", back.measured);
        assert_eq!(judged("x", 1_000_000_000, second, 100).status, Status::Fail);
    }
}
