//! Answers: short sentences that can be said aloud, each with what is certain about it.

use earwitness_core::verdict::Outcome;

use crate::intent::{Clock, Intent, Period};

/// Most devices or receivers that one sentence names.
const NAMED: usize = 3;

/// What is known when a question is answered, of the time that it is about.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    /// How the program that watches stands; `None` where none runs.
    pub running: Option<Running>,
    /// The session that verdicts are of; `None` where no home was tested yet.
    pub session: Option<SessionFacts>,
    /// The devices of the home, in the order of the names that questions were understood with.
    pub devices: Vec<DeviceFacts>,
    /// How much of the time was watched, seconds, and how long it is; `None` of a session.
    pub watched: Option<(f64, f64)>,
}

/// How the program that watches stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Running {
    /// Why nothing sounds; empty where probes are allowed.
    pub held: Vec<String>,
    /// When a pause ends by itself, as people say it: `at 07:30`.
    pub paused_until: Option<String>,
    /// Whether it is a test of the home, which ends by itself.
    pub tests: bool,
    /// Whether a round is in progress.
    pub probing: bool,
    /// Seconds until the next round may begin, if that is known.
    pub next_round: Option<f64>,
}

/// A session of probes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SessionFacts {
    /// When it began, as people say it: `yesterday at 22:10`.
    pub began: String,
    /// Rounds that were played.
    pub rounds: u32,
    /// Whether it goes on.
    pub goes_on: bool,
    /// In how many of such homes at most any device is accused that does not react.
    pub alpha: f64,
}

/// A device.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeviceFacts {
    /// What it is called.
    pub name: String,
    /// Its latest verdict; `None` before the first.
    pub outcome: Option<Outcome>,
    /// To whom probes made it send.
    pub receivers: Vec<String>,
    /// Uploads of sound in the time that is asked about.
    pub uploads: u64,
    /// Seconds of sound in them.
    pub seconds: f64,
    /// To whom these went, the largest share first.
    pub sent_to: Vec<String>,
    /// Large uploads, which may be anything.
    pub large: u64,
}

/// The answer to a question. What a person wants to be done is not for here: [`done`] says that it was.
#[must_use]
pub fn answer(intent: Intent, facts: &Facts) -> String {
    match intent {
        Intent::WhoListens => who_listens(facts),
        Intent::Happened(period) => happened(period, facts),
        Intent::Reacted(_) => reacted(facts),
        Intent::HowMuch(device, period) => facts.devices.get(device).map_or_else(unknown, |it| how_much(it, period, facts)),
        Intent::IsPaused | Intent::Pause(_) | Intent::Resume | Intent::ProbeNow | Intent::QuietUntil(_) => stands(facts),
        Intent::Help => HELP.to_owned(),
    }
}

/// What is said of a text that is not understood.
#[must_use]
pub fn unknown() -> String {
    format!("I did not understand that. {HELP}")
}

const HELP: &str = "You can ask who is listening, which devices reacted, what happened today, or how much a device sent. \
                    You can say: pause for an hour, be quiet until seven, resume, or test my home.";

/// That what a person wanted was done; `facts` are those afterwards.
#[must_use]
pub fn done(intent: Intent, facts: &Facts) -> String {
    match intent {
        Intent::Pause(_) | Intent::QuietUntil(_) => {
            let until = facts.running.as_ref().and_then(|it| it.paused_until.as_ref());
            let until = until.map_or_else(|| "until you say resume".to_owned(), |until| format!("until {until}"));
            format!("Nothing is played {until}. Watching goes on.")
        }
        Intent::Resume => format!("The pause is over. {}", stands(facts)),
        Intent::ProbeNow => match facts.running.as_ref().map(|it| it.held.as_slice()) {
            Some([_, ..]) => format!("I cannot test now. {}", stands(facts)),
            _ => "The next round begins as soon as the room is quiet and it is allowed.".to_owned(),
        },
        _ => answer(intent, facts),
    }
}

/// What is asked before that is done, in words that can be spoken; `None` of a question, which changes nothing. The time of [`Intent::QuietUntil`] is of 24 hours.
#[must_use]
pub fn confirm(intent: Intent) -> Option<String> {
    let what = match intent {
        Intent::Pause(None) => "play nothing until you say resume".to_owned(),
        Intent::Pause(Some(minutes)) => format!("play nothing for {}", spoken_minutes(minutes)),
        Intent::QuietUntil(time) => format!("play nothing until {}", spoken_time(time)),
        Intent::Resume => "end the pause, so that sounds may be played again".to_owned(),
        Intent::ProbeNow => "test your home, with sounds, as soon as that is allowed".to_owned(),
        Intent::WhoListens | Intent::Happened(_) | Intent::Reacted(_) | Intent::HowMuch(..) | Intent::IsPaused | Intent::Help => {
            return None;
        }
    };
    Some(format!("Shall I {what}?"))
}

/// What is said where the yes to [`Intent::QuietUntil`] came after the time that was asked about, which is of 24 hours.
#[must_use]
pub fn passed(time: Clock) -> String {
    format!("It is past {} already. Nothing was changed.", spoken_time(time))
}

fn spoken_minutes(minutes: u16) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 1) => "1 minute".to_owned(),
        (0, some) => format!("{some} minutes"),
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (hours, more) => format!("{hours} hour{} and {more} minutes", if hours == 1 { "" } else { "s" }),
    }
}

fn spoken_time(time: Clock) -> String {
    let half = match time.hour {
        0..12 => "in the morning",
        12..18 => "in the afternoon",
        _ => "in the evening",
    };
    let hour = if time.hour.is_multiple_of(12) { 12 } else { time.hour % 12 };
    match (time.hour, time.minute) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{hour} {half}"),
        (_, minute @ 1..10) => format!("{hour} oh {minute} {half}"),
        (_, minute) => format!("{hour} {minute} {half}"),
    }
}

/// Names with commas between them, at most some; whoever is left out is counted.
fn list<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    let mut parts: Vec<String> = shown.iter().map(|it| (*it).to_owned()).collect();
    if more > 0 {
        parts.push(if more == 1 { "1 other".to_owned() } else { format!("{more} others") });
    }
    match parts.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

fn of(facts: &Facts, is: impl Fn(Outcome) -> bool) -> Vec<&DeviceFacts> {
    facts.devices.iter().filter(|it| it.outcome.is_some_and(&is)).collect()
}

fn names<'a>(devices: &[&'a DeviceFacts]) -> Vec<&'a str> {
    devices.iter().map(|it| it.name.as_str()).collect()
}

fn who_listens(facts: &Facts) -> String {
    let Some(session) = facts.session.as_ref().filter(|_| facts.devices.iter().any(|it| it.outcome.is_some())) else {
        return "This home was not tested yet, so I do not know. Say: test my home.".to_owned();
    };
    let mut said: Vec<String> = Vec::new();
    let streams = of(facts, |it| it == Outcome::Streams);
    match streams.as_slice() {
        [] => said.push("No device was shown to send what it hears.".to_owned()),
        [one] => said.push(format!("{} sends what it hears{}.", one.name, to(&one.receivers))),
        many => said.push(format!("{} send what they hear.", list(&names(many)))),
    }
    let others = of(facts, |it| matches!(it, Outcome::SendsMore | Outcome::Reacts | Outcome::SendsLess));
    if !others.is_empty() {
        let (react, it) = if others.len() == 1 { ("reacts", "it sends") } else { ("react", "they send") };
        said.push(format!("{} {react} to sound; that what {it} is sound was not shown.", list(&names(&others))));
    }
    let always = of(facts, |it| it == Outcome::StreamsAlways);
    if !always.is_empty() {
        let stream = if always.len() == 1 { "streams" } else { "stream" };
        said.push(format!("{} {stream} something all the time, whatever sounds.", list(&names(&always))));
    }
    if !streams.is_empty() || !others.is_empty() {
        said.push(certainty(session.alpha));
    }
    said.extend(rest(facts));
    said.join(" ")
}

/// What is known of the devices that nothing was shown of.
fn rest(facts: &Facts) -> Option<String> {
    let count = |is: &dyn Fn(Outcome) -> bool| facts.devices.iter().filter(|it| it.outcome.is_some_and(is)).count();
    let none = count(&|it| it == Outcome::NoReaction);
    let open = count(&|it| matches!(it, Outcome::Undecided(_)));
    let not = count(&|it| matches!(it, Outcome::NotTested(_))) + facts.devices.iter().filter(|it| it.outcome.is_none()).count();
    let device = |count: usize| if count == 1 { "1 device".to_owned() } else { format!("{count} devices") };
    let mut parts = Vec::new();
    if none > 0 {
        parts.push(format!("for {} no reaction was found", device(none)));
    }
    if open > 0 {
        parts.push(format!("{} {} not decided yet", device(open), if open == 1 { "is" } else { "are" }));
    }
    if not > 0 {
        parts.push(format!("{} {} not tested", device(not), if not == 1 { "was" } else { "were" }));
    }
    let text = parts.join(", ");
    let mut letters = text.chars();
    let first = letters.next()?.to_uppercase();
    Some(format!("{first}{}.", letters.as_str()))
}

/// What a proof is worth: the chance that any device of a home is accused that does not react (familywise).
fn certainty(alpha: f64) -> String {
    let one_in = (1.0 / alpha.clamp(1e-9, 1.0)).floor();
    format!("Of {one_in} homes at most one is told so of a device that does not react.")
}

fn to(receivers: &[String]) -> String {
    if receivers.is_empty() { String::new() } else { format!(", to {}", list(receivers)) }
}

fn reacted(facts: &Facts) -> String {
    let Some(session) = &facts.session else {
        return "No session with probes is known for that time.".to_owned();
    };
    let reacting = of(facts, Outcome::is_reaction);
    let began = format!("the session that began {}", session.began);
    if reacting.is_empty() {
        let rest = rest(facts).map_or_else(String::new, |it| format!(" {it}"));
        return format!("In {began} no device was shown to react.{rest}");
    }
    let (react, have) = if reacting.len() == 1 { ("It", "has") } else { ("They", "have") };
    format!("In {began} {} reacted. {react} {have} been proven to. {}", list(&names(&reacting)), certainty(session.alpha))
}

/// Seconds as they are said.
fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        let text = format!("{seconds:.1}");
        let text = text.strip_suffix(".0").unwrap_or(&text);
        return format!("{text} second{}", if text == "1" { "" } else { "s" });
    }
    if seconds < 119.5 {
        return format!("{seconds:.0} seconds");
    }
    if seconds < 7_170.0 { format!("{:.0} minutes", seconds / 60.0) } else { format!("{:.0} hours", seconds / 3_600.0) }
}

/// The time in words, as the end of a sentence.
const fn when(period: Period) -> &'static str {
    match period {
        Period::LastSession => "in the last session",
        Period::Today => "today",
        Period::LastNight => "last night",
        Period::Yesterday => "yesterday",
        Period::Week => "in the last seven days",
    }
}

fn uploads(count: u64) -> String {
    if count == 1 { "1 upload".to_owned() } else { format!("{count} uploads") }
}

fn how_much(it: &DeviceFacts, period: Period, facts: &Facts) -> String {
    let large = match it.large {
        0 => String::new(),
        1 => " 1 more upload was large; it may be anything.".to_owned(),
        many => format!(" {many} more uploads were large; they may be anything."),
    };
    let said = if it.uploads == 0 {
        format!("No sound of {} was seen {}.", it.name, when(period))
    } else {
        let to = to(&it.sent_to);
        format!("{} sent {} of sound {}, in {}{to}.", it.name, duration(it.seconds), when(period), uploads(it.uploads))
    };
    format!("{said}{large}{}", watched(facts))
}

/// What of the time was not watched, where that is more than a twentieth.
fn watched(facts: &Facts) -> String {
    match facts.watched {
        Some((seen, _)) if seen < 1.0 => " Nothing was watched in that time.".to_owned(),
        Some((seen, all)) if seen < all * 0.95 => {
            format!(" Only {} of {} were watched.", duration(seen), duration(all))
        }
        _ => String::new(),
    }
}

fn happened(period: Period, facts: &Facts) -> String {
    let mut said = Vec::new();
    if period == Period::LastSession {
        let Some(session) = &facts.session else { return who_listens(facts) };
        let rounds = if session.rounds == 1 { "1 round".to_owned() } else { format!("{} rounds", session.rounds) };
        let began = &session.began;
        said.push(if session.goes_on {
            format!("The last session began {began} and goes on, with {rounds} so far.")
        } else {
            format!("The last session began {began} and is over, after {rounds}.")
        });
    }
    let mut sending: Vec<&DeviceFacts> = facts.devices.iter().filter(|it| it.uploads > 0).collect();
    sending.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    let (count, seconds) = sending.iter().fold((0, 0.0), |sum, it| (sum.0 + it.uploads, sum.1 + it.seconds));
    if sending.is_empty() {
        said.push(format!("No upload of sound was seen {}.", when(period)));
    } else {
        let (who, verb) = (list(&names(&sending)), if sending.len() == 1 { "sent" } else { "together sent" });
        said.push(format!("{who} {verb} {} of sound {}, in {}.", duration(seconds), when(period), uploads(count)));
    }
    let watched = watched(facts);
    if !watched.is_empty() {
        said.push(watched.trim().to_owned());
    }
    if period == Period::LastSession {
        said.push(who_listens(facts));
    }
    said.join(" ")
}

fn stands(facts: &Facts) -> String {
    let Some(running) = &facts.running else {
        return "Nothing is watched: earwitness does not run.".to_owned();
    };
    // What goes on while people talk is a test that waits for them.
    let home = if running.tests { "A test of the home is on" } else { "The home is watched" };
    let until = running.paused_until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
    if !running.held.is_empty() {
        return format!("{home}. No probe is played: {}{until}.", running.held.join(", "));
    }
    if running.probing {
        return format!("{home}, and a round of probes is in progress.");
    }
    match running.next_round {
        Some(seconds) if seconds > 0.0 => {
            format!("{home}. Probes are allowed; the next round may begin in {}.", duration(seconds))
        }
        _ => format!("{home}. Probes are allowed."),
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::verdict::{NotTested, Undecided};

    use super::*;

    fn device(name: &str, outcome: Outcome) -> DeviceFacts {
        DeviceFacts { name: name.to_owned(), outcome: Some(outcome), ..DeviceFacts::default() }
    }

    fn facts() -> Facts {
        let echo = DeviceFacts {
            receivers: vec!["amazon.com".to_owned()],
            uploads: 6,
            seconds: 43.2,
            sent_to: vec!["amazon.com".to_owned(), "example.net".to_owned()],
            large: 1,
            ..device("Kitchen Echo", Outcome::Streams)
        };
        Facts {
            running: Some(Running { next_round: Some(150.0), ..Running::default() }),
            session: Some(SessionFacts { began: "yesterday at 22:10".to_owned(), rounds: 30, goes_on: false, alpha: 0.01 }),
            devices: vec![
                echo,
                device("Hue Bridge", Outcome::Reacts),
                device("TV", Outcome::NoReaction),
                device("Plug", Outcome::NoReaction),
                device("Printer", Outcome::Undecided(Undecided::FewRounds)),
                device("Phone", Outcome::NotTested(NotTested::Absent)),
            ],
            watched: None,
        }
    }

    #[test]
    fn whatever_acts_is_asked_about_and_nothing_else_is() {
        let clock = |hour, minute| Clock { hour, minute, half_known: true };
        let until = |hour, minute| confirm(Intent::QuietUntil(clock(hour, minute))).unwrap();
        assert_eq!(until(19, 30), "Shall I play nothing until 7 30 in the evening?");
        assert!(until(7, 5).contains("7 oh 5 in the morning") && until(0, 0).contains("midnight"));
        assert!(confirm(Intent::Pause(Some(90))).unwrap().contains("for 1 hour and 30 minutes"));
        for intent in [
            Intent::Pause(None),
            Intent::Pause(Some(30)),
            Intent::Resume,
            Intent::ProbeNow,
            Intent::QuietUntil(clock(7, 5)),
            Intent::WhoListens,
            Intent::Happened(Period::Today),
            Intent::Reacted(Period::Today),
            Intent::HowMuch(0, Period::Today),
            Intent::IsPaused,
            Intent::Help,
        ] {
            assert_eq!(confirm(intent).is_some(), intent.kind().acts(), "{intent:?}");
        }
    }

    #[test]
    fn who_listens_is_told_with_what_it_is_worth_and_what_is_not_known() {
        assert_eq!(
            answer(Intent::WhoListens, &facts()),
            "Kitchen Echo sends what it hears, to amazon.com. Hue Bridge reacts to sound; that what it sends is sound was not shown. \
             Of 100 homes at most one is told so of a device that does not react. \
             For 2 devices no reaction was found, 1 device is not decided yet, 1 device was not tested."
        );
        let mut none = facts();
        none.devices.drain(..2);
        assert!(answer(Intent::WhoListens, &none).starts_with("No device was shown to send what it hears. For 2 devices"));
        assert!(answer(Intent::WhoListens, &Facts::default()).contains("not tested yet"));
    }

    #[test]
    fn how_much_is_told_with_receivers_and_with_what_was_not_watched() {
        assert_eq!(
            answer(Intent::HowMuch(0, Period::Today), &facts()),
            "Kitchen Echo sent 43 seconds of sound today, in 6 uploads, to amazon.com and example.net. 1 more upload was large; it may be anything."
        );
        let gaps = Facts { watched: Some((9.0 * 3_600.0, 14.0 * 3_600.0)), ..facts() };
        assert_eq!(
            answer(Intent::HowMuch(2, Period::Yesterday), &gaps),
            "No sound of TV was seen yesterday. Only 9 hours of 14 hours were watched."
        );
    }

    #[test]
    fn a_session_is_told_by_its_rounds_its_uploads_and_its_verdicts() {
        let said = answer(Intent::Happened(Period::LastSession), &facts());
        assert!(said.starts_with("The last session began yesterday at 22:10 and is over, after 30 rounds. Kitchen Echo sent 43 seconds of sound in the last session, in 6 uploads. Kitchen Echo sends"), "{said}");
        assert_eq!(
            answer(Intent::Reacted(Period::LastSession), &facts()),
            "In the session that began yesterday at 22:10 Kitchen Echo and Hue Bridge reacted. They have been proven to. Of 100 homes at most one is told so of a device that does not react."
        );
    }

    #[test]
    fn what_was_done_is_told_as_it_stands_afterwards() {
        let mut paused = facts();
        paused.running = Some(Running {
            held: vec!["paused by a person".to_owned()],
            paused_until: Some("07:30".to_owned()),
            ..Running::default()
        });
        assert_eq!(done(Intent::Pause(Some(30)), &paused), "Nothing is played until 07:30. Watching goes on.");
        assert_eq!(
            answer(Intent::IsPaused, &paused),
            "The home is watched. No probe is played: paused by a person, until 07:30."
        );
        assert_eq!(
            done(Intent::ProbeNow, &paused),
            "I cannot test now. The home is watched. No probe is played: paused by a person, until 07:30."
        );
        assert_eq!(
            done(Intent::Resume, &facts()),
            "The pause is over. The home is watched. Probes are allowed; the next round may begin in 2 minutes."
        );
        let tested = Facts { running: Some(Running { tests: true, ..Running::default() }), ..facts() };
        assert_eq!(answer(Intent::IsPaused, &tested), "A test of the home is on. Probes are allowed.");
        assert_eq!(answer(Intent::IsPaused, &Facts::default()), "Nothing is watched: earwitness does not run.");
    }

    #[test]
    fn an_answer_is_short_whatever_the_home() {
        let devices = (0..400).map(|it| device(&format!("speaker {it}"), Outcome::Streams)).collect();
        let many = Facts { devices, ..facts() };
        for intent in [Intent::WhoListens, Intent::Reacted(Period::LastSession), Intent::Happened(Period::LastSession)] {
            let said = answer(intent, &many);
            assert!(said.len() < 400, "{said}");
        }
        assert!(
            answer(Intent::WhoListens, &many).starts_with("speaker 0, speaker 1, speaker 2 and 397 others send what they hear.")
        );
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        assert_eq!(
            [0.0, 1.0, 3.25, 43.2, 150.0, 30_000.0].map(duration),
            ["0 seconds", "1 second", "3.2 seconds", "43 seconds", "2 minutes", "8 hours"]
        );
    }
}
