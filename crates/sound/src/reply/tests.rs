use std::os::unix::fs::PermissionsExt;

use earwitness_core::lot::Lot;
use earwitness_core::timeline::{Part, Script, Voice};

use super::*;
use crate::hear::RATE;
use crate::speak::Samples;
use crate::speak::sounds::{Library, SoundSettings, resampled};

fn sound() -> Pcm {
    Pcm { rate: RATE, samples: (0..1_600_u16).map(|at| f32::from(at % 80) / 400.0).collect() }
}

fn answer() -> Vec<String> {
    vec!["new york".to_owned(), "the big apple".to_owned()]
}

/// A recogniser that runs a line of the shell, in which `$1` is the file.
fn shell(line: &str) -> Recogniser {
    let command = ["sh", "-c", line, "sh"].map(str::to_owned).to_vec();
    let settings =
        RecogniserSettings { command, timeout_seconds: 2, version: Some("7".to_owned()), ..RecogniserSettings::default() };
    Recogniser::new(&settings).unwrap().unwrap()
}

#[test]
fn a_reply_is_right_wrong_or_not_understood_by_what_was_written_down() {
    for (line, outcome) in [
        ("echo It is in New York.", Outcome::Right),
        ("echo The; echo Big-Apple", Outcome::Right),
        ("echo it is in paris", Outcome::Wrong),
        ("echo '[BLANK_AUDIO]'", Outcome::NothingUnderstood),
        ("true", Outcome::NothingUnderstood),
    ] {
        let judged = judge(&sound(), &answer(), Some(&shell(line)), None);
        assert_eq!((judged.outcome, &judged.trouble), (outcome, &None), "{line}");
        assert_eq!(judged.judge, Some(Judge::Recogniser { name: "sh".to_owned(), version: "7".to_owned() }));
        assert!(judged.words.is_some() && judged.recording.is_none());
    }
    assert_eq!(outcome("where is paris", &[]), Outcome::Wrong, "no answer is right where none is named");
    assert!(is_answer("8") && !is_answer(" ?!"));
}

#[test]
fn the_recogniser_gets_what_was_heard_and_it_is_gone_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let (copy, path) = (folder.path().join("copy.wav"), folder.path().join("path"));
    let line = format!("cp \"$1\" {}; echo \"$1\" > {}; echo new york", copy.display(), path.display());
    assert_eq!(judge(&sound(), &answer(), Some(&shell(&line)), None).outcome, Outcome::Right);
    let mut reader = hound::WavReader::open(&copy).unwrap();
    assert_eq!((reader.spec().sample_rate, reader.spec().channels, reader.len()), (16_000, 1, 1_600));
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    assert_eq!(samples, sound().samples.iter().map(|&it| crate::speak::to_16_bits(it)).collect::<Vec<_>>());
    let path = std::fs::read_to_string(path).unwrap();
    assert!(!Path::new(path.trim()).exists(), "{path}");
}

#[test]
fn without_a_recogniser_it_is_kept_for_a_person_whom_nobody_else_overhears() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial-7.wav");
    let judged = judge(&sound(), &answer(), None, Some(&path));
    assert_eq!((judged.outcome, judged.judge, judged.recording.as_deref()), (Outcome::NotJudged, None, Some(path.as_path())));
    assert!(judged.trouble.unwrap().contains("a person has to listen"));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A second reply does not take the place of the first, and is judged all the same.
    let again = judge(&Pcm { rate: RATE, samples: vec![0.0; 9] }, &answer(), Some(&shell("echo new york")), Some(&path));
    assert_eq!((again.outcome, again.recording), (Outcome::Right, None));
    assert!(again.trouble.unwrap().contains("not kept"));
    assert_eq!(hound::WavReader::open(&path).unwrap().len(), 1_600);
}

#[test]
fn a_recogniser_that_fails_hangs_or_is_missing_judges_nothing() {
    for (line, why) in [("echo no model >&2; exit 3", "no model"), ("sleep 20", "did not end within 2 s")] {
        let judged = judge(&sound(), &answer(), Some(&shell(line)), None);
        let trouble = judged.trouble.unwrap();
        assert!(judged.outcome == Outcome::NotJudged && judged.judge.is_none() && trouble.contains(why), "{trouble}");
    }
    let set = |text: &str| toml::from_str::<RecogniserSettings>(text).unwrap();
    assert_eq!(Recogniser::new(&set("")), Ok(None));
    let wrong = |text: &str| Recogniser::new(&set(text)).unwrap_err();
    assert!(wrong("command = [\"no-such-recogniser\"]").contains("not installed"));
    assert!(wrong("preset = \"vosk\"").contains("needs model"));
    assert!(wrong("preset = \"whisper\"\ncommand = [\"sh\"]\nmodel = \"a\"").contains("not both"));
    assert!(wrong("preset = \"pocketsphinx\"\nmodel = \"a\"").contains("vosk and whisper"));
    assert!(wrong("command = [\"sh\"]\ntimeout_seconds = 0").contains("1 to 600"));
    assert!(toml::from_str::<RecogniserSettings>("preset = \"cloud\"").unwrap_err().to_string().contains("pocketsphinx"));
    // One that does not say its version is known by its file.
    let unknown = set("command = [\"sh\", \"-c\", \"true\"]");
    let Judge::Recogniser { version, .. } = Recogniser::new(&unknown).unwrap().unwrap().judge() else { panic!("no recogniser") };
    assert!(version.len() > 5, "{version}");
}

/// What a voice of the program says, as a microphone would hear it.
fn said(text: &str) -> Pcm {
    let voice = Some(Voice { name: "slt".into(), speed: "plain".into() });
    let script = Script::new(vec![Part::Utterance { text: text.into(), voice, length: None }]).unwrap();
    let mut long = Library::new(&SoundSettings::default()).unwrap().long(&script, &Lot::new(1), 0).unwrap();
    let mut sound = Pcm { rate: long.rate(), samples: vec![0.0; 24_000] };
    while let Some(piece) = Some(long.next().unwrap()).filter(|piece| !piece.is_empty()) {
        sound.samples.extend(piece);
    }
    sound.samples.extend(vec![0.0; 24_000]);
    resampled(&sound, RATE).unwrap()
}

#[test]
fn a_real_recogniser_writes_down_what_is_said() {
    let settings = RecogniserSettings { preset: Some(Preset::Pocketsphinx), ..RecogniserSettings::default() };
    let recogniser = match Recogniser::new(&settings) {
        Ok(recogniser) => recogniser.unwrap(),
        Err(why) => {
            eprintln!("skipped: {why}; apt-get install pocketsphinx pocketsphinx-en-us");
            return;
        }
    };
    let right = ["capital of france".to_owned()];
    let heard = judge(&said("what is the capital of france"), &right, Some(&recogniser), None);
    assert_eq!(heard.outcome, Outcome::Right, "{heard:?}");
    let other = judge(&said("what day is it"), &right, Some(&recogniser), None);
    assert_eq!(other.outcome, Outcome::Wrong, "{other:?}");
    let silence = judge(&Pcm { rate: RATE, samples: vec![0.0; 48_000] }, &right, Some(&recogniser), None);
    assert_eq!(silence.outcome, Outcome::NothingUnderstood, "{silence:?}");
}
