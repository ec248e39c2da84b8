//! How many spoken sentences are understood: drawn by a seed from the whole table of sentences, said by espeak-ng in five voices, with noise.
//!
//! `cargo run -p earwitness --example voice_bench -- SEED COUNT DECIBELS [ROWS]` prints a table, or its first rows; needs espeak-ng, pocketsphinx and its English model. Speech that is no
//! sentence of the table is counted as well.
//!
//! What is asked back is answered by the same voice in the same noise: with yes where it is what was said, with no where it is not. What is done then is an action, right or wrong.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::panic,
    reason = "a measurement, not a part of the program"
)]

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use earwitness::talk::Recognition;
use earwitness_base::clock;
use earwitness_core::lot::{Lot, Stream};
use earwitness_core::sound::{Pcm, level};
use earwitness_core::time::Timestamp;
use earwitness_core::timeline::NoiseKind;
use earwitness_sound::speak::sounds::{noise, resampled};
use earwitness_sound::spoken::VoiceSettings;
use earwitness_voice::{Act, Asked, Awaited, Dialogue, Intent, sentences, understand};

const VOICES: [(&str, &str); 5] =
    [("en-gb", "160"), ("en-us", "160"), ("en-gb-x-rp", "160"), ("en-gb-scotland", "150"), ("en-gb+f2", "160")];
const NAMES: [&str; 8] =
    ["Kitchen Echo", "Bedroom Echo", "HomePod", "Samsung TV", "Wyze Cam", "Hue Bridge", "Google Nest Mini", "Philips 3"];
const DEVICES: [&str; 10] = [
    "kitchen echo",
    "the kitchen echo",
    "the bedroom echo",
    "my homepod",
    "the tv",
    "the samsung tv",
    "the wyze cam",
    "the hue bridge",
    "the google nest mini",
    "philips three",
];
const HOURS: [&str; 12] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const DURATIONS: [&str; 18] = [
    "ten minutes",
    "fifteen minutes",
    "twenty minutes",
    "thirty minutes",
    "forty five minutes",
    "half an hour",
    "an hour",
    "an hour",
    "two hours",
    "three hours",
    "five minutes",
    "one hour",
    "an hour and a half",
    "a quarter of an hour",
    "eight hours",
    "twenty five minutes",
    "four hours",
    "six hours",
];
const PERIODS: [&str; 10] = [
    "the last session",
    "today",
    "last night",
    "yesterday",
    "this week",
    "the last test",
    "this morning",
    "tonight",
    "the last week",
    "overnight",
];
/// Not in the spoken grammar: what people say all the same.
const RARE: [&str; 3] = ["fifty minutes", "two and a half hours", "thirteen minutes"];
const HALVES: [&str; 5] = ["in the morning", "in the evening", "p m", "a m", "at night"];
/// What people say that is for nobody here.
const TALK: &str = include_str!("voice_talk.txt");
/// How many of these are for the choice of settings (seed 1); as many others are for the report (other seeds).
const EACH: usize = 30;

fn time(any: &mut dyn FnMut(usize) -> usize) -> String {
    let hour = HOURS[any(12)];
    let said = match any(20) {
        0..=9 => hour.to_owned(),
        10..=12 => format!("half past {hour}"),
        13 | 14 => format!("{hour} thirty"),
        15 => format!("a quarter to {hour}"),
        16 => format!("{hour} fifteen"),
        17 => return "noon".to_owned(),
        18 => return "midnight".to_owned(),
        _ => format!("{hour} {}", ["twenty", "ten", "forty", "oh five", "fifty two"][any(5)]),
    };
    if any(3) == 0 { format!("{said} {}", HALVES[any(5)]) } else { said }
}

/// A sentence and what it means.
fn draw(chance: &mut Stream, number: usize, names: &[String]) -> (Intent, String) {
    let all = sentences();
    loop {
        let mut any = |count: usize| usize::try_from(chance.below(count as u64)).unwrap();
        let templates = &all[number % all.len()].templates;
        let text = templates[any(templates.len())].drawn(&mut any);
        let duration = if any(20) == 0 { RARE[any(3)] } else { DURATIONS[any(18)] };
        let text = text.replace("{time}", &time(&mut any)).replace("{duration}", duration);
        let text = text.replace("{period}", PERIODS[any(10)]).replace("{device}", DEVICES[any(10)]);
        if let Some(intent) = understand(&text, names) {
            return (intent, text.replace("dont", "don't").replace("whos ", "who's ").replace("whats ", "what's "));
        }
    }
}

fn said(text: &str, number: usize, above: f64, seed: u64) -> Pcm {
    let (voice, pace) = VOICES[number / 10 % 5];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("said.wav");
    let mut command = Command::new("espeak-ng");
    command.args(["-v", voice, "-s", pace, "-w"]).arg(&file).arg(text).stdin(Stdio::null());
    assert!(command.status().unwrap().success(), "espeak-ng is not installed");
    let mut reader = hound::WavReader::open(&file).unwrap();
    let rate = reader.spec().sample_rate;
    let samples = reader.samples::<i16>().map(|it| f32::from(it.unwrap()) / 32_768.0).collect();
    let speech = resampled(&Pcm { rate, samples }, 16_000).unwrap();
    let power = level::rms(&speech.samples);
    let mut samples = vec![0.0; 4_800];
    samples.extend(&speech.samples);
    samples.extend(vec![0.0; 6_400]);
    let pink = noise(NoiseKind::Pink, seed * 1_000 + number as u64, samples.len());
    let pink = resampled(&pink, 16_000).unwrap();
    let factor = level::amplitude(power - above - level::rms(&pink.samples)) as f32;
    let noise = pink.samples.iter().cycle();
    samples.iter_mut().zip(noise).for_each(|(sample, noise)| *sample += noise * factor);
    Pcm { rate: 16_000, samples }
}

#[derive(Default)]
struct Counts {
    right: usize,
    nothing: usize,
    wrong: Vec<String>,
    /// Orders that were asked back though another was given, or none.
    asked_back: usize,
    /// Orders that were carried out as they were given.
    done: usize,
    /// Orders that were carried out though they were not given.
    done_wrong: Vec<String>,
    seconds: f64,
    late: usize,
}

/// What came of something that was said.
#[derive(Clone, Copy)]
struct Outcome {
    /// What was taken for its meaning.
    found: Option<Intent>,
    /// What was done after yes or no.
    done: Option<Intent>,
}

/// The whole dialogue, which begins with a button or, of somebody who sleeps, with the wake phrase; what is asked back is answered as `answer` says.
fn talked(
    recognition: &Recognition,
    sound: &Pcm,
    asleep: bool,
    names: &[String],
    answer: &dyn Fn(Intent) -> Pcm,
) -> anyhow::Result<Outcome> {
    let at = Timestamp::from_nanos;
    let mut dialogue = Dialogue::new(&VoiceSettings::default().wake_phrase);
    if !asleep {
        dialogue.pressed(at(0));
    }
    let words = recognition.words(dialogue.awaited().unwrap(), sound)?;
    let found = match dialogue.heard(words.as_deref(), at(1), names) {
        Some(Act::Answer(asked)) => Some(asked.intent),
        Some(Act::Confirm(Asked { intent, .. })) => {
            dialogue.said(at(2));
            let words = recognition.words(Awaited::Consent, &answer(intent))?;
            let done = match dialogue.heard(words.as_deref(), at(3), names) {
                Some(Act::Do(done)) => Some(done.intent),
                _ => None,
            };
            return Ok(Outcome { found: Some(intent), done });
        }
        // Woken, with nothing behind it.
        Some(Act::Listen) => Some(Intent::Help),
        _ => None,
    };
    Ok(Outcome { found, done: None })
}

/// One of those that stand for all: yes or no as it is mostly said, in turn with the others.
fn consent(yes: bool, number: usize) -> &'static str {
    let ways =
        if yes { ["yes", "yes please", "yes", "do it", "go ahead"] } else { ["no", "no thanks", "no", "cancel", "never mind"] };
    ways[number % ways.len()]
}

fn count(texts: &[(Option<Intent>, String)], above: f64, seed: u64, names: &[String], asleep: bool) -> Counts {
    let (next, counts) = (AtomicUsize::new(0), Mutex::new(Counts::default()));
    let recognition = Arc::new(Recognition::new(&VoiceSettings::default(), names).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((number, (meant, text))) =
                    Some(next.fetch_add(1, Ordering::SeqCst)).and_then(|at| Some((at, texts.get(at)?)))
                {
                    let sound = said(text, number, above, seed);
                    let answer = |asked: Intent| said(consent(Some(asked) == *meant, number), number, above, seed + 1_000);
                    let begun = clock::since_boot();
                    // A machine that is busy with other things may let the recogniser run out of time: that is counted, and tried again.
                    let mut late = 0;
                    let Outcome { found, done } = loop {
                        match talked(&recognition, &sound, asleep, names, &answer) {
                            Ok(outcome) => break outcome,
                            Err(_) if late < 20 => late += 1,
                            Err(error) => panic!("{text}: {error:#}"),
                        }
                    };
                    let mut counts = counts.lock().unwrap();
                    counts.late += late;
                    counts.seconds += clock::since_boot().saturating_sub(begun).as_secs_f64();
                    match done {
                        Some(done) if Some(done) == *meant => counts.done += 1,
                        Some(done) => counts.done_wrong.push(format!("{text}: {done:?} was done")),
                        None => {}
                    }
                    match found {
                        found if found == *meant => counts.right += 1,
                        None => counts.nothing += 1,
                        Some(other) => {
                            counts.asked_back += usize::from(other.kind().acts());
                            counts.wrong.push(format!("{text}: {other:?}"));
                        }
                    }
                }
            });
        }
    });
    counts.into_inner().unwrap()
}

fn main() {
    let arguments: Vec<f64> = std::env::args().skip(1).map(|it| it.parse().unwrap()).collect();
    let (seed, most, above, rows) = match arguments[..] {
        [seed, most, above] => (seed, most, above, 4),
        [seed, most, above, rows] => (seed, most, above, rows as usize),
        _ => panic!("give a seed, a number of sentences, decibels above the noise, and perhaps a number of rows"),
    };
    let names: Vec<String> = NAMES.iter().map(|it| (*it).to_owned()).collect();
    let mut chance = Lot::new(seed as u64).stream("sentences", 0);
    let texts: Vec<_> =
        (0..most as usize).map(|it| draw(&mut chance, it, &names)).map(|(intent, text)| (Some(intent), text)).collect();
    let talk: Vec<_> = TALK.lines().skip(if seed < 2.0 { 0 } else { EACH }).take(EACH).map(|it| (None, it.to_owned())).collect();
    println!(
        "| what | dB | sentences | understood | not understood | wrong | wrong, and asked back | orders | done | wrong actions | seconds each | tried again |"
    );
    let after: Vec<_> = texts.iter().map(|(intent, text)| (*intent, format!("hey ear witness, {text}"))).collect();
    let all = [
        ("sentences of the table", &texts, false),
        ("the same after the wake phrase", &after, true),
        ("other speech", &talk, false),
        ("the same, asleep", &talk, true),
    ];
    for (what, texts, asleep) in all.into_iter().take(rows) {
        let it = count(texts, above, seed as u64, &names, asleep);
        let (all, wrong) = (texts.len(), it.wrong.len());
        let (right, nothing) = if texts.iter().all(|it| it.0.is_none()) { (0, it.right) } else { (it.right, it.nothing) };
        let orders = texts.iter().filter(|it| it.0.is_some_and(|meant| meant.kind().acts())).count();
        println!(
            "| {what} | {above} | {all} | {right} | {nothing} | {wrong} | {} | {orders} | {} | {} | {:.2} | {} |",
            it.asked_back,
            it.done,
            it.done_wrong.len(),
            it.seconds / all as f64,
            it.late
        );
        it.wrong.iter().chain(&it.done_wrong).for_each(|it| println!("    {it}"));
    }
}
