//! What goes wrong, and what people do, in the course of a month: drawn from the seed before it begins.

use earwitness::appliance::Request;
use earwitness_core::time::{SECOND, Timestamp};
use jiff::tz::TimeZone;

use super::chance::Chance;

impl Chance {
    /// A length of time in `from..until` seconds, nanoseconds; short ones are as likely as long ones, by their order of magnitude.
    pub(crate) fn time(&mut self, from: i64, until: i64) -> i64 {
        let most = from + self.between(0, until - from);
        self.between(from * SECOND, (most + 1) * SECOND)
    }
}

/// Something that happens to the appliance.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Fault {
    /// The interface goes down, or up.
    Link(bool),
    /// The source ends, or is started again.
    Source(bool),
    /// So many frames are lost.
    FramesLost(u64),
    /// The sound server goes away, or comes back.
    SoundServer(bool),
    /// The next sounds glitch, or find the loudspeaker busy.
    Glitch,
    Busy,
    /// The microphone hears nothing, or hears again.
    Microphone(bool),
    /// Somebody makes a noise.
    OtherSound,
    /// The disk refuses, or takes what it is given again.
    Disk(bool),
    /// The disk is full, or has room again.
    DiskSpace(bool),
    /// The clock is set by so many nanoseconds.
    ClockStep(i64),
    /// The clock of the source was off, and its stamps are put right by so much.
    SourceClock(i64),
    /// The power goes after so many actions of the appliance.
    PowerCut(u32),
    /// A person asks for something.
    Ask(Request),
    /// The configuration is read again; another number makes another layout.
    Reload(u32),
    /// The program is stopped in good order and started again.
    Restart,
}

/// What happens in `days` from `begins` on, in order of time.
pub(crate) fn faults(begins: i64, days: i64, zone: &TimeZone, chance: &mut Chance) -> Vec<(i64, Fault)> {
    let length = days * 86_400;
    let mut all = Vec::new();
    let often = |a_month: i64, chance: &mut Chance, add: &mut dyn FnMut(i64, &mut Chance)| {
        for _ in 0..(a_month * days / 30).max(1) {
            let at = begins + chance.between(600 * SECOND, length * SECOND);
            add(at, chance);
        }
    };
    let lasts = |fault: fn(bool) -> Fault, from: i64, until: i64, all: &mut Vec<(i64, Fault)>, at: i64, chance: &mut Chance| {
        all.push((at, fault(true)));
        all.push((at + chance.time(from, until), fault(false)));
    };
    often(40, chance, &mut |at, chance| lasts(|down| Fault::Link(!down), 5, 1_800, &mut all, at, chance));
    often(30, chance, &mut |at, chance| lasts(|away| Fault::Source(!away), 1, 60, &mut all, at, chance));
    often(15, chance, &mut |at, chance| lasts(|away| Fault::SoundServer(!away), 60, 20_000, &mut all, at, chance));
    often(10, chance, &mut |at, chance| lasts(|deaf| Fault::Microphone(!deaf), 60, 7_200, &mut all, at, chance));
    often(20, chance, &mut |at, chance| lasts(|refuses| Fault::Disk(!refuses), 5, 10_000, &mut all, at, chance));
    often(8, chance, &mut |at, chance| lasts(|full| Fault::DiskSpace(!full), 3_600, 60_000, &mut all, at, chance));
    often(20, chance, &mut |at, chance| {
        let ask = |pause: bool| Fault::Ask(if pause { Request::Pause } else { Request::Resume });
        lasts(ask, 60, 18_000, &mut all, at, chance);
    });
    often(60, chance, &mut |at, chance| all.push((at, Fault::FramesLost(chance.between(1, 500).unsigned_abs()))));
    often(30, chance, &mut |at, _| all.push((at, Fault::Glitch)));
    often(15, chance, &mut |at, _| all.push((at, Fault::Busy)));
    often(60, chance, &mut |at, _| all.push((at, Fault::OtherSound)));
    often(30, chance, &mut |at, chance| {
        let by = chance.time(1, 7_200);
        all.push((at, Fault::ClockStep(if chance.one_in(2) { by } else { -by })));
    });
    often(10, chance, &mut |at, chance| {
        let by = chance.time(3, 600);
        all.push((at, Fault::SourceClock(if chance.one_in(2) { by } else { -by })));
        all.push((at + chance.time(60, 3_600), Fault::SourceClock(0)));
    });
    often(80, chance, &mut |at, chance| all.push((at, Fault::PowerCut(u32::try_from(chance.between(1, 30)).unwrap()))));
    often(10, chance, &mut |at, _| all.push((at, Fault::Restart)));
    often(6, chance, &mut |at, _| all.push((at, Fault::Reload(0))));
    // Another layout begins another session; verdicts of a short one are computed again sooner.
    for part in 1..=4 {
        all.push((begins + days * part * 17_280 * SECOND, Fault::Reload(u32::try_from(part).unwrap())));
    }
    // Who lives here works from Monday to Friday, by the clock on the wall.
    for day in 0..days {
        let noon = Timestamp::from_nanos(begins + (day * 86_400 + 43_200) * SECOND);
        let noon = jiff::Timestamp::from_nanosecond(noon.nanos().into()).unwrap().to_zoned(zone.clone());
        let mut at = |hour: i8, late: i64| {
            let time = noon.date().at(hour, 0, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
            i64::try_from(time.as_nanosecond()).unwrap() + chance.between(0, late * SECOND)
        };
        if matches!(noon.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday) {
            all.extend([(at(10, 3_600), Fault::Ask(Request::Away)), (at(12, 7_200), Fault::Ask(Request::Auto))]);
        } else {
            // Sooner than the quiet hours end, and later than they begin, at times.
            all.extend([(at(7, 5_400), Fault::Ask(Request::Away)), (at(19, 10_800), Fault::Ask(Request::Home))]);
        }
    }
    all.retain(|it| it.0 < begins + length * SECOND);
    all.sort_by_key(|it| it.0);
    all
}
