//! Values that a scenario may not hold, or not together.

use super::{Bursts, CarriagePlan, CodecPlan, Common, DeviceKind, Injected, Probing, Shape, SpeakerPlan, StorePlan, Talk};

/// The key that is wrong, and what to do.
pub(super) type Wrong = (&'static str, String);

/// Longest time that a parameter in hours may say.
const MONTH_HOURS: f64 = 31.0 * 24.0;

/// A record of TLS holds 16,384 octets (RFC 8446, 5.1); a few of them are not sound.
const LONGEST_RECORD: u32 = 16_000;
/// What fits into one datagram of SRTP or DTLS on Ethernet.
const LONGEST_DATAGRAM: u32 = 1_350;

/// Whether `value` of `key` lies in `low..=high`.
fn within(key: &'static str, value: f64, low: f64, high: f64) -> Result<(), Wrong> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err((key, format!("`{key}` must lie between {low} and {high}, not at {value}")))
    }
}

/// Whether `[low, high]` of `key` is a range within `least..=most`.
fn range(key: &'static str, [low, high]: [f64; 2], least: f64, most: f64) -> Result<(), Wrong> {
    within(key, low, least, most)?;
    within(key, high, least, most)?;
    if low <= high { Ok(()) } else { Err((key, format!("`{key}` must hold the smaller number first, not [{low}, {high}]"))) }
}

/// Keys that every device has.
pub(super) fn common(common: &Common) -> Result<(), Wrong> {
    within("distance_db", common.distance_db, -20.0, 200.0)?;
    within("threshold_db", common.threshold_db, -20.0, 200.0)?;
    within("active_from_hours", common.active_from_hours, 0.0, MONTH_HOURS)?;
    if let Some(seconds) = common.heartbeat_seconds
        && seconds != 0.0
    {
        within("heartbeat_seconds", seconds, 0.1, 864_000.0)?;
    }
    within("also_video_kbits", common.also_video_kbits, 0.0, 20_000.0)?;
    if let Some(Bursts { every_seconds, kilobytes: [low, high] }) = common.also_bursts {
        within("also_bursts", every_seconds, 1.0, 86_400.0)?;
        range("also_bursts", [low, high].map(f64::from), 1.0, 20_000.0)?;
    }
    Ok(())
}

/// Keys of one kind.
pub(super) fn kind(kind: &DeviceKind) -> Result<(), Wrong> {
    match kind {
        DeviceKind::Speaker(plan) => speaker(plan),
        DeviceKind::SoundCamera(plan) => {
            some("reacts_to", &plan.reacts_to)?;
            within("probability", plan.probability, 0.0, 1.0)?;
            within("seconds", plan.seconds, 1.0, 600.0)?;
            within("rest_seconds", plan.rest_seconds, 0.0, 86_400.0)?;
            within("octets_per_second", f64::from(plan.octets_per_second), 100.0, 1_000_000.0)?;
            codec(&plan.codec)
        }
        DeviceKind::AlwaysStreaming(plan) => endless(&plan.codec),
        DeviceKind::StoreAndForward(plan) => store(plan),
        DeviceKind::Trickler(plan) => {
            some("records", &plan.records)?;
            within("octets_per_sound_second", f64::from(plan.octets_per_sound_second), 10.0, 64_000.0)?;
            within("octets_per_second", f64::from(plan.octets_per_second), 1.0, 10_000.0)?;
            within("every_seconds", plan.every_seconds, 0.1, 600.0)
        }
        DeviceKind::TextAssistant(plan) => {
            wake(&plan.wake_words, plan.wake_probability, &plan.near_miss, false)?;
            within("octets", f64::from(plan.octets), 1.0, 10_000.0)?;
            within("think_ms", f64::from(plan.think_ms), 0.0, 60_000.0)
        }
        DeviceKind::Lamp(plan) => {
            some("reacts_to", &plan.reacts_to)?;
            within("probability", plan.probability, 0.0, 1.0)?;
            within("octets", f64::from(plan.octets), 1.0, 1_000.0)
        }
        DeviceKind::Tv(plan) => {
            within("every_seconds", plan.every_seconds, 0.5, 86_400.0)?;
            within("sound_every_seconds", plan.sound_every_seconds, 0.5, 600.0)?;
            range("octets", plan.octets.map(f64::from), 1.0, 10_000.0)
        }
        other => deaf(other),
    }
}

/// Kinds that make nothing of sound.
fn deaf(kind: &DeviceKind) -> Result<(), Wrong> {
    match kind {
        DeviceKind::ClipCamera(plan) => {
            within("every_minutes", plan.every_minutes, 0.5, 100_000.0)?;
            range("clip_seconds", plan.clip_seconds, 1.0, 60.0)?;
            within("octets_per_second", f64::from(plan.octets_per_second), 100.0, 1_000_000.0)
        }
        DeviceKind::Laptop(plan) => {
            range("pages_seconds", plan.pages_seconds, 1.0, 86_400.0)?;
            within("object_octets", f64::from(plan.object_octets), 500.0, 10_000_000.0)?;
            within("file_octets", f64::from(plan.file_octets), 0.0, 50_000_000.0)?;
            hours(plan.from_hour, plan.until_hour)
        }
        DeviceKind::Video(plan) => {
            within("kbits", plan.kbits, 10.0, 20_000.0)?;
            within("pictures_per_second", f64::from(plan.pictures_per_second), 1.0, 60.0)?;
            hours(plan.from_hour, plan.until_hour)
        }
        DeviceKind::Console(plan) => {
            within("every_hours", plan.every_hours, 0.1, MONTH_HOURS)?;
            range("game_minutes", plan.game_minutes, 0.1, 600.0)?;
            within("rate", f64::from(plan.rate), 1.0, 120.0)
        }
        DeviceKind::Updates(plan) => {
            within("every_hours", plan.every_hours, 0.1, MONTH_HOURS)?;
            within("megabytes", plan.megabytes, 0.01, 10_000.0)?;
            within("mbits", plan.mbits, 0.1, 20.0)
        }
        DeviceKind::Backup(plan) => {
            within("at_hour", plan.at_hour, 0.0, 24.0)?;
            within("megabytes", plan.megabytes, 0.01, 10_000.0)?;
            within("mbits", plan.mbits, 0.1, 20.0)
        }
        DeviceKind::Plug(plan) => within("switched_every_minutes", plan.switched_every_minutes, 0.0, 100_000.0),
        DeviceKind::Sensor(plan) => beat(plan.every_seconds, plan.octets, plan.answer_octets),
        DeviceKind::Idle(plan) => beat(plan.every_seconds, plan.octets, plan.answer_octets),
        _ => Ok(()),
    }
}

fn beat(every_seconds: f64, octets: u16, answer_octets: u16) -> Result<(), Wrong> {
    within("every_seconds", every_seconds, 0.05, MONTH_HOURS * 3_600.0)?;
    within("octets", f64::from(octets), 1.0, 16_000.0)?;
    within("answer_octets", f64::from(answer_octets), 0.0, 16_000.0)
}

fn hours(from: f64, until: f64) -> Result<(), Wrong> {
    within("from_hour", from, 0.0, 24.0)?;
    within("until_hour", until, 0.0, 24.0)?;
    if (from - until).abs() < 1e-9 {
        Err(("until_hour", "`from_hour` and `until_hour` are one moment; nothing would happen between them".into()))
    } else {
        Ok(())
    }
}

fn some<T>(key: &'static str, list: &[T]) -> Result<(), Wrong> {
    if list.is_empty() { Err((key, format!("`{key}` names no kind of sound; choose from speech, noise, music"))) } else { Ok(()) }
}

fn endless(plan: &CodecPlan) -> Result<(), Wrong> {
    codec(plan)?;
    if plan.shape == Shape::Variable || plan.records_per_turn > 1 {
        return Err((
            "codec",
            "a stream without end has records of one length, one at a time; choose another `shape` or kind".into(),
        ));
    }
    Ok(())
}

fn store(plan: &StorePlan) -> Result<(), Wrong> {
    some("records", &plan.records)?;
    let ways = [plan.after_minutes.is_some(), plan.at_hour.is_some(), plan.random_hours.is_some()];
    if ways.into_iter().filter(|given| *given).count() > 1 {
        let key = if plan.random_hours.is_some() { "random_hours" } else { "at_hour" };
        return Err((key, "`after_minutes`, `at_hour` and `random_hours` contradict each other; keep one".into()));
    }
    plan.after_minutes.map_or(Ok(()), |minutes| within("after_minutes", minutes, 0.0, 100_000.0))?;
    plan.at_hour.map_or(Ok(()), |hour| within("at_hour", hour, 0.0, 24.0))?;
    plan.random_hours.map_or(Ok(()), |hours| range("random_hours", hours, 0.0, MONTH_HOURS))?;
    within("jitter_seconds", plan.jitter_seconds, 0.0, 3_600.0)?;
    within("octets_per_second", f64::from(plan.octets_per_second), 100.0, 64_000.0)
}

/// Wake words and how well they are known.
fn wake(words: &[String], probability: f64, near_miss: &[f64], without: bool) -> Result<(), Wrong> {
    if without && !words.is_empty() {
        return Err(("without_wake_word", "`without_wake_word` and `wake_words` contradict each other; keep one".into()));
    }
    if !without && words.is_empty() {
        return Err(("wake_words", "nothing wakes this device; give it `wake_words`, such as [\"computer\"]".into()));
    }
    if let Some(word) = words.iter().find(|word| !word.bytes().any(|octet| octet.is_ascii_alphabetic())) {
        return Err(("wake_words", format!("{word:?} holds no letters from a to z, so that nothing sounds like it")));
    }
    within("wake_probability", probability, 0.0, 1.0)?;
    if near_miss.len() > 3 {
        return Err((
            "near_miss",
            "`near_miss` holds chances for words that differ in one, two and three sounds: at most three".into(),
        ));
    }
    near_miss.iter().try_for_each(|&chance| within("near_miss", chance, 0.0, 1.0))
}

fn speaker(plan: &SpeakerPlan) -> Result<(), Wrong> {
    wake(&plan.wake_words, plan.wake_probability, &plan.near_miss, plan.without_wake_word)?;
    codec(&plan.codec)?;
    within("pre_roll_ms", f64::from(plan.pre_roll_ms), 0.0, 10_000.0)?;
    within("end_silence_ms", f64::from(plan.end_silence_ms), 0.0, 20_000.0)?;
    within("max_listen_seconds", plan.max_listen_seconds, 0.5, 600.0)?;
    within("stays_listening_seconds", plan.stays_listening_seconds, 0.0, 600.0)?;
    within("telemetry_octets", f64::from(plan.telemetry_octets), 0.0, 1_000_000.0)?;
    within("answer_octets", f64::from(plan.answer_octets), 0.0, f64::from(LONGEST_RECORD))?;
    let slice = record(&plan.codec);
    if matches!(plan.carriage, CarriagePlan::Dtls | CarriagePlan::Rtp) && slice > LONGEST_DATAGRAM {
        let what =
            format!("{slice} octets of sound do not fit into a datagram; at most {LONGEST_DATAGRAM}, or the carriage \"quic\"");
        return Err(("codec", what));
    }
    if plan.cover && plan.carriage != CarriagePlan::Tls {
        return Err(("cover", "`cover` is told for the carriage \"tls\" only; leave `carriage` out".into()));
    }
    if plan.cover { endless(&plan.codec) } else { Ok(()) }
}

/// Octets of sound in one record.
fn record(codec: &CodecPlan) -> u32 {
    let frame = if codec.shape == Shape::Pcm { u32::from(codec.beat_ms) * 32 } else { u32::from(codec.octets) };
    frame * u32::from(codec.frames_per_record)
}

fn codec(codec: &CodecPlan) -> Result<(), Wrong> {
    let fail = |what: String| Err(("codec", what));
    within("codec", f64::from(codec.beat_ms), 5.0, 1_000.0)?;
    if codec.octets == 0 || codec.octets > 8_000 {
        return fail(format!("`codec.octets` must lie between 1 and 8000, not at {}", codec.octets));
    }
    let (frames, records) = (codec.frames_per_record, codec.records_per_turn);
    if frames == 0 || frames > 50 || records == 0 || records > 50 {
        return fail("`codec.frames_per_record` and `codec.records_per_turn` must lie between 1 and 50".into());
    }
    let record = record(codec);
    if record > LONGEST_RECORD {
        return fail(format!("a record of {record} octets is longer than TLS allows; at most {LONGEST_RECORD} of sound"));
    }
    if codec.shape == Shape::Variable && codec.silence_octets > codec.octets {
        return fail(format!("a silent frame of {} octets is longer than the mean of {}", codec.silence_octets, codec.octets));
    }
    Ok(())
}

/// How a session probes.
pub(super) fn probing(probing: &Probing) -> Result<(), String> {
    let what = |(_, what): Wrong| what;
    probing.slots.map_or(Ok(()), |slots| within("slots", f64::from(slots), 2.0, 1_000.0)).map_err(what)?;
    probing.slot_seconds.map_or(Ok(()), |seconds| within("slot_seconds", seconds, 1.0, 3_600.0)).map_err(what)?;
    probing.guard_seconds.map_or(Ok(()), |seconds| within("guard_seconds", seconds, 0.0, 3_600.0)).map_err(what)?;
    probing.rounds.map_or(Ok(()), |rounds| within("rounds", f64::from(rounds), 1.0, 100_000.0)).map_err(what)?;
    probing.alpha.map_or(Ok(()), |alpha| within("alpha", alpha, 1e-9, 0.5)).map_err(what)?;
    probing.level_db.map_or(Ok(()), |level| within("level_db", level, 0.0, 140.0)).map_err(what)
}

/// Sounds of the household.
pub(super) fn talk(talk: &Talk) -> Result<(), String> {
    let what = |(_, what): Wrong| what;
    within("from_hour", talk.from_hour, 0.0, 24.0).map_err(what)?;
    within("until_hour", talk.until_hour, 0.0, 24.0).map_err(what)?;
    within("per_hour", talk.per_hour, 0.0, 600.0).map_err(what)?;
    range("seconds", talk.seconds, 0.2, 600.0).map_err(what)?;
    within("level_db", talk.level_db, 0.0, 140.0).map_err(what)
}

/// Sounds from outside.
pub(super) fn injected(injected: &Injected, hours: f64) -> Result<(), String> {
    let what = |(_, what): Wrong| what;
    match (injected.at_hours, injected.every_minutes) {
        (Some(at), None) if (0.0..hours).contains(&at) => {}
        (Some(at), None) => return Err(format!("`at_hours` = {at} lies outside the home's {hours} hours")),
        (None, Some(minutes)) => within("every_minutes", minutes, 0.1, 100_000.0).map_err(what)?,
        _ => return Err("say when with one of `at_hours` and `every_minutes`".into()),
    }
    within("seconds", injected.seconds, 0.1, 600.0).map_err(what)?;
    within("level_db", injected.level_db, 0.0, 140.0).map_err(what)
}
