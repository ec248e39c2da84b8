use std::collections::BTreeMap;
use std::num::NonZeroU32;

use earwitness_core::time::SECOND;
use earwitness_core::timeline::{self, Decibels, Digest, Segment, Source};
use proptest::prelude::*;

use super::*;
use crate::answer::{LISTENED, Outcome};
use crate::experiment::{Begin, Experiment};
use crate::file::{self, Surroundings};
use crate::plan::{Lengths, Plan};

const HOUR: i64 = 3_600 * SECOND;
/// A Monday at 20:00 UTC.
const EVENING: i64 = 1_800_302_400 * SECOND;

struct Anywhere;

impl Surroundings for Anywhere {
    fn recording(&self, _: &str) -> Result<i64, String> {
        Ok(SECOND)
    }

    fn subtitles(&self, _: &str) -> Result<(), String> {
        Ok(())
    }

    fn permits(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
}

fn experiment(more: &str) -> (Experiment, Plan) {
    let text = format!(
        r#"
name = "x"
question = "Does it?"
nights = 2
repeats = 3
{more}
[[condition]]
name = "command"
answer = ["new york"]
parts = [{{ say = "Alexa, where is New York City." }}, {{ gap_seconds = 1 }}]

[[condition]]
name = "switched"
setup = {{ command = "./switch", seconds = 10 }}
parts = [{{ say = "Alexa, where is New York City." }}]

[[condition]]
name = "nothing"
parts = [{{ silence_seconds = 5 }}]
"#
    );
    let experiment = file::read(&text, "x.toml", &[], &Anywhere).unwrap();
    let lengths: &Lengths<'_> = &|_, _| None;
    let plan = Plan::new(&experiment, lengths).unwrap();
    (experiment, plan)
}

/// A room in which time passes as it is waited, everything is heard, and trouble comes as it is ordered.
#[derive(Default)]
struct Room {
    now: i64,
    /// How often something was played, by trial, and set up.
    played: BTreeMap<u32, u32>,
    set_up: u32,
    /// The file: lines that are on the disk.
    lines: Vec<String>,
    /// The power fails when so many lines were written.
    power: Option<usize>,
    /// It is stopped at this moment.
    stop: Option<i64>,
    /// The loudspeaker and the network are away in this window.
    away: Option<(i64, i64)>,
    precise_after: Option<usize>,
    waited: Vec<(i64, Waiting)>,
    /// Questions that are being judged, each with the moment from which on its judgement is there.
    asked: Vec<(i64, Judged)>,
}

impl Room {
    fn is_away(&self) -> bool {
        self.away.is_some_and(|(from, until)| (from..until).contains(&self.now))
    }

    fn journal(&self) -> Journal {
        let mut journal = Journal::default();
        self.lines.iter().for_each(|line| journal.line(line).unwrap());
        journal
    }
}

impl Stage for Room {
    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.now)
    }

    fn ahead(&self, _: Timestamp) -> i64 {
        0
    }

    fn wait(&mut self, nanos: i64, waiting: &Waiting) -> bool {
        self.waited.push((self.now, waiting.clone()));
        self.now += nanos;
        self.stop.is_none_or(|at| self.now < at)
    }

    fn watches(&mut self) -> Result<(), String> {
        if self.is_away() { Err("no frame comes".to_owned()) } else { Ok(()) }
    }

    fn set_up(&mut self, _: &Setup) -> Result<(), String> {
        self.set_up += 1;
        self.now += SECOND;
        Ok(())
    }

    fn play(&mut self, trial: &Trial) -> Result<Played, String> {
        if self.is_away() {
            return Err("the loudspeaker is gone".to_owned());
        }
        *self.played.entry(trial.index).or_default() += 1;
        let onset = Timestamp::from_nanos(self.now);
        let sound = timeline::Sound {
            source: Source::Utterance { text: "Alexa, where is New York City.".into(), voice: "a".into(), speed: "160".into() },
            whole: 2_000,
            level: Decibels::from_hundredths(-2_300),
            digest: Digest::of(&[1; 2_000]),
        };
        let segments = vec![Segment::gap(500).unwrap(), Segment::sound(2_000, sound).unwrap(), Segment::gap(1_000).unwrap()];
        let timeline = Timeline::new(NonZeroU32::new(1_000).unwrap(), segments, 3_500, Digest::of(&[1; 3_500])).unwrap();
        self.now += timeline.length();
        Ok(Played { onset, error: 1_000, heard: Heard::Yes, level: Some(-40.5), timeline })
    }

    fn replies(&mut self) -> Vec<Reply> {
        vec![Reply { from_ns: self.now - 2 * SECOND, until_ns: self.now - SECOND, level_dbfs: -33.0, is_reply: true }]
    }

    fn await_answer(&mut self, question: &Question<'_>) {
        let Question { trial, attempt, sounded, window, answer } = *question;
        assert!(sounded.until == window.from && window.length() == LISTENED && answer == ["new york"]);
        // The attempt is written down with what it said, so that a mix-up shows.
        let words = Some(format!("{trial}/{attempt}"));
        let judgement = Judgement { words, heard: Some(true), ..Judgement::of(Outcome::Right) };
        self.asked.push((window.until.nanos() + 40 * SECOND, Judged { trial, attempt, judgement }));
    }

    fn judged(&mut self, nothing_follows: bool) -> Vec<Judged> {
        let (ready, waits) = self.asked.drain(..).partition(|it| nothing_follows || it.0 <= self.now);
        self.asked = waits;
        let ready: Vec<(i64, Judged)> = ready;
        ready.into_iter().map(|it| it.1).collect()
    }

    fn is_precise(&mut self, _: f64) -> Result<bool, String> {
        Ok(self.precise_after.is_some_and(|count| self.journal().count() >= count))
    }

    fn keep(&mut self, record: &Record) -> Result<(), String> {
        if self.power.is_some_and(|lines| self.lines.len() >= lines) {
            return Err("no power".to_owned());
        }
        self.lines.push(serde_json::to_string(record).unwrap());
        Ok(())
    }
}

fn head(room: &mut Room, plan: &Plan) {
    if room.lines.is_empty() {
        let (version, blocks) = ("1".to_owned(), plan.blocks());
        let kind = Kind::Experiment {
            format: FORMAT,
            version,
            file: "x".to_owned(),
            set: Vec::new(),
            blocks,
            recordings: BTreeMap::new(),
        };
        room.lines.push(serde_json::to_string(&Record { at_ns: room.now, kind }).unwrap());
    }
}

fn go_on(room: &mut Room, (experiment, plan): &(Experiment, Plan)) -> Result<Ending, Failure> {
    head(room, plan);
    let mut journal = room.journal();
    carry_out(experiment, plan, &mut journal, room)
}

#[test]
fn every_trial_is_carried_out_once_in_the_order_of_the_plan() {
    let it = experiment("");
    let mut room = Room { now: EVENING, ..Room::default() };
    assert_eq!(go_on(&mut room, &it), Ok(Ending::Done));
    let journal = room.journal();
    assert_eq!(journal.count(), 18);
    assert_eq!(room.set_up as usize, it.1.trials().iter().filter(|trial| trial.setup).count());
    let sounds = it.1.trials().iter().filter(|trial| trial.condition != 2);
    assert_eq!(room.played, sounds.map(|trial| (trial.index, 1)).collect());
    let order: Vec<i64> = it.1.trials().iter().map(|trial| journal.sounded(&it.0, trial).unwrap().from.nanos()).collect();
    assert!(order.is_sorted(), "{order:?}");
    // The second night begins a day after the first.
    assert_eq!(journal.night(1).unwrap().since(journal.night(0).unwrap()), 24 * HOUR);
}

#[test]
fn what_sounded_is_known_to_the_sample() {
    let it = experiment("");
    let mut room = Room { now: EVENING, ..Room::default() };
    go_on(&mut room, &it).unwrap();
    let (journal, design) = (room.journal(), it.0.design());
    for trial in it.1.trials() {
        let carried = journal.carried(trial.index).unwrap();
        let sounded = journal.sounded(&it.0, trial).unwrap();
        assert_eq!(sounded.watched_until, carried.ended);
        if trial.condition == 2 {
            assert_eq!((sounded.from.since(carried.began), sounded.wake, sounded.sound_end), (design.before, None, None));
            continue;
        }
        let sound = carried.sound.unwrap();
        assert_eq!(sounded.from, sound.onset());
        assert_eq!(sounded.wake.unwrap().since(sounded.from), SECOND / 2);
        assert_eq!(sounded.sound_end.unwrap().since(sounded.from), 5 * SECOND / 2);
        assert_eq!(sounded.watched_until.since(sounded.from), 7 * SECOND / 2 + design.after);
        let kinds: Vec<(&str, u64)> = sound.parts.iter().map(|it| (it.kind.as_str(), it.samples)).collect();
        assert_eq!(kinds, [("gap", 500), ("utterance", 2_000), ("gap", 1_000)]);
        assert_eq!(journal.replies(trial.index).count(), 1);
    }
}

#[test]
fn what_was_answered_is_written_down_once_it_is_judged_and_keeps_no_trial_waiting() {
    let it = experiment("");
    let mut room = Room { now: EVENING, ..Room::default() };
    go_on(&mut room, &it).unwrap();
    let journal = room.journal();
    for trial in it.1.trials() {
        let answer = &it.0.design().conditions[trial.condition].answer;
        let judgement = journal.judgement(trial.index, answer);
        assert_eq!(judgement.is_some(), trial.condition == 0, "an answer is expected of the first condition alone");
        assert!(judgement.is_none_or(|it| it.outcome == Outcome::Right && it.words == Some(format!("{}/1", trial.index))));
    }
    let place = |what: &str| room.lines.iter().position(|it| it.contains(what)).unwrap();
    let trial = it.1.trials().iter().find(|it| it.condition == 0).unwrap().index;
    let judged = place(&format!("\"record\":\"judged\",\"trial\":{trial},"));
    assert!(judged > place(&format!("\"record\":\"done\",\"trial\":{trial}}}")), "the trial was over before");
    // Without that line nobody knows.
    let mut cut = Journal::default();
    let lines = room.lines.iter().enumerate().filter(|(number, _)| *number != judged);
    lines.for_each(|it| cut.line(it.1).unwrap());
    let judgement = cut.judgement(trial, &["new york".to_owned()]).unwrap();
    assert_eq!(
        (judgement.outcome, judgement.why.as_deref()),
        (Outcome::NotJudged, Some("the program ended before it was judged"))
    );
    assert_eq!(cut.count(), journal.count());
}

#[test]
fn a_judgement_counts_for_its_own_attempt_alone() {
    let it = experiment("");
    let mut room = Room { now: EVENING, ..Room::default() };
    head(&mut room, &it.1);
    let mut journal = room.journal();
    let right = Judgement { words: Some("first".to_owned()), ..Judgement::of(Outcome::Right) };
    let answer = ["new york".to_owned()];
    let mut take = |kind| journal.take(Record { at_ns: 1, kind }).unwrap();
    take(Kind::Began { trial: 3, attempt: 1 });
    take(Kind::Began { trial: 3, attempt: 2 });
    take(Kind::Judged { trial: 3, attempt: 1, judgement: right.clone() });
    take(Kind::Done { trial: 3 });
    assert_eq!(journal.judgement(3, &answer).unwrap().outcome, Outcome::NotJudged);
    journal.take(Record { at_ns: 2, kind: Kind::Judged { trial: 3, attempt: 2, judgement: right.clone() } }).unwrap();
    assert_eq!(journal.judgement(3, &answer), Some(right));
    journal.take(Record { at_ns: 3, kind: Kind::Lost { trial: 3 } }).unwrap();
    assert_eq!(journal.judgement(3, &answer), None, "it is played again");
}

#[test]
fn a_loudspeaker_that_comes_back_costs_time_and_no_trial() {
    let it = experiment("");
    let away = (EVENING + 100 * SECOND, EVENING + 2_000 * SECOND);
    let mut room = Room { now: EVENING, away: Some(away), ..Room::default() };
    assert_eq!(go_on(&mut room, &it), Ok(Ending::Done));
    assert_eq!(room.journal().count(), 18);
    assert!(room.waited.iter().any(|it| matches!(&it.1, Waiting::Trouble(why) if why == "no frame comes")));
    let mut gone = Room { now: EVENING, away: Some((EVENING, i64::MAX)), ..Room::default() };
    let failure = go_on(&mut gone, &it).unwrap_err().to_string();
    assert_eq!(failure, "trial 1 came to nothing 12 times in a row, at last because no frame comes");
    assert!(gone.now < EVENING + 2 * HOUR, "it gives up in the end");
    assert_eq!(gone.journal().night(0), None, "a night in which nobody watches has not begun");
    gone.away = None;
    assert_eq!(go_on(&mut gone, &it), Ok(Ending::Done));
}

#[test]
fn it_ends_when_its_time_is_used_up_or_when_it_is_precise_enough() {
    let timed = experiment("[stop]\nhours = 0.1\n");
    let mut room = Room { now: EVENING, ..Room::default() };
    assert_eq!(go_on(&mut room, &timed), Ok(Ending::Time));
    assert!((6 * 60 * SECOND..8 * 60 * SECOND).contains(&room.journal().spent()), "{}", room.journal().spent());
    let looks = "[stop]\nprecision_seconds = 0.2\nlooks = [2, 4]\n";
    let contrast = "[[contrast]]\ncompare = [\"command\", \"nothing\"]\n";
    let precise = experiment(&format!("{contrast}{looks}"));
    let mut room = Room { now: EVENING, precise_after: Some(7), ..Room::default() };
    assert_eq!(go_on(&mut room, &precise), Ok(Ending::Precise));
    assert_eq!(room.journal().ended(), Some("it is precise enough"));
    assert_eq!(room.journal().count(), 12, "it looks after blocks 2 and 4 and at no other time");
}

#[test]
fn a_journal_that_was_cut_is_used_and_a_damaged_one_is_not() {
    let it = experiment("");
    let mut room = Room { now: EVENING, stop: Some(EVENING + 600 * SECOND), ..Room::default() };
    assert_eq!(go_on(&mut room, &it), Ok(Ending::Stopped));
    let mut journal = room.journal();
    journal.line("{\"at_ns\":1,\"rec").unwrap();
    assert!(journal.is_torn() && journal.count() == room.journal().count());
    let damage = journal.line(&room.lines[1]).unwrap_err().to_string();
    assert!(damage.starts_with(&format!("line {} is damaged", room.lines.len() + 1)), "{damage}");
    let mut other = Journal::default();
    assert_eq!(other.line(&room.lines[1]), Err(Damage::Head));
    let later = room.lines[0].replace("\"format\":1", "\"format\":2");
    assert_eq!(Journal::default().line(&later), Err(Damage::Format(2)));
}

#[test]
fn sounds_keep_to_the_night() {
    let ahead: &dyn Fn(Timestamp) -> i64 = &|_| 2 * HOUR;
    let at = |hours: i64| Timestamp::from_nanos(EVENING + (hours - 22) * HOUR);
    let night = (Begin::At(23 * 60), 8 * HOUR);
    let begins = |has_begun, before: Option<i64>, now| may_begin(night, has_begun, before.map(at), at(now), ahead);
    assert_eq!(begins(false, None, 22), at(23));
    assert_eq!(begins(false, None, 24), at(24), "an hour late");
    assert_eq!(begins(true, None, 30), at(30), "it goes on");
    assert_eq!(begins(true, None, 36), at(47), "not in the middle of the day");
    assert_eq!(begins(false, Some(23), 30), at(47), "one night begins in each");
    assert_eq!(begins(true, Some(23), 47), at(47));
    let at_once = (Begin::default(), 8 * HOUR);
    assert_eq!(may_begin(at_once, false, Some(at(23)), at(30), ahead), at(47));
    assert_eq!(may_begin(at_once, true, Some(at(23)), at(30), ahead), at(30));
    let in_a_row = |before: Option<i64>, now| may_begin((Begin::Apart(2 * HOUR), HOUR), false, before.map(at), at(now), ahead);
    assert_eq!((in_a_row(None, 22), in_a_row(Some(22), 23), in_a_row(Some(22), 26)), (at(22), at(24), at(26)));
    // At 3:00 clocks go back by an hour: half past three is an hour later than it seems at midnight.
    let change: &dyn Fn(Timestamp) -> i64 = &|when| if when < at(27) { 2 * HOUR } else { HOUR };
    assert_eq!(may_begin((Begin::At(210), HOUR), false, None, at(24), change), Timestamp::from_nanos(at(28).nanos() + HOUR / 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The power fails anywhere, again and again, also in the middle of a line.
    #[test]
    fn whatever_breaks_it_off_no_trial_is_lost_or_counts_twice(cuts in prop::collection::vec(1_usize..40, 1..8)) {
        let it = experiment("");
        let mut room = Room { now: EVENING, ..Room::default() };
        head(&mut room, &it.1);
        let answer = ["new york".to_owned()];
        for cut in cuts {
            room.power = Some(room.lines.len() + cut);
            let before = room.journal();
            match go_on(&mut room, &it) {
                Ok(ending) => prop_assert_eq!(ending, Ending::Done),
                Err(failure) => prop_assert_eq!(failure, Failure::Journal("no power".to_owned())),
            }
            let after = room.journal();
            for trial in it.1.trials() {
                // What was told to be done stays as it was.
                if let Some(carried) = before.carried(trial.index) {
                    prop_assert_eq!(after.carried(trial.index), Some(carried));
                }
                let judgement = |of: &Journal| of.judgement(trial.index, &answer).filter(|it| it.outcome.is_judged());
                if let Some(judged) = judgement(&before) {
                    prop_assert_eq!(judgement(&after), Some(judged));
                }
            }
            room.now += HOUR;
            // What was being judged is gone with the program.
            room.asked.clear();
        }
        room.power = None;
        prop_assert_eq!(go_on(&mut room, &it), Ok(Ending::Done));
        let journal = room.journal();
        prop_assert_eq!(journal.count(), it.1.trials().len());
        let done = room.lines.iter().filter(|line| line.contains("\"record\":\"done\"")).count();
        prop_assert_eq!(done, it.1.trials().len());
        let from: Vec<i64> = it.1.trials().iter().map(|trial| journal.sounded(&it.0, trial).unwrap().from.nanos()).collect();
        prop_assert!(from.is_sorted());
        for trial in it.1.trials().iter().filter(|it| it.condition == 0) {
            let judgement = journal.judgement(trial.index, &answer).unwrap();
            let own = format!("{}/{}", trial.index, journal.attempts(trial.index));
            match judgement.outcome {
                Outcome::Right => prop_assert_eq!(judgement.words, Some(own), "of the attempt that counts"),
                outcome => prop_assert_eq!(outcome, Outcome::NotJudged),
            }
        }
    }
}
