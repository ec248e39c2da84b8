//! Plays to a real sound server and listens to it: what the loudspeaker and the microphone tell is held against a recording of another
//! program.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test, and what was skipped is said"
)]

mod long;
mod reply;
mod server;
mod witness;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::experiment::Order;
use earwitness_core::lot::Lot;
use earwitness_core::probe::{Heard, SoundKind, Stimulus, Void};
use earwitness_core::sound::Pcm;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::timeline::Condition;
use earwitness_sound::hear::{self, Microphone, Search, State};
use earwitness_sound::player::{Player, PlayerEvent};
use earwitness_sound::speak::sounds::{self, Library};
use earwitness_sound::speak::{self, Loudspeaker, Trouble};

use self::server::{Room, until};
use self::witness::Witness;

fn loudspeaker(room: &Room, sink: &str) -> Box<dyn Loudspeaker> {
    let settings = speak::LoudspeakerSettings {
        server: Some(room.server()),
        name: Some(sink.to_owned()),
        ..speak::LoudspeakerSettings::default()
    };
    speak::open(&settings).unwrap()
}

fn microphone(room: &Room, device: hear::Device, name: &str) -> Microphone {
    let settings = hear::MicrophoneSettings { device, name: Some(name.to_owned()), server: Some(room.server()) };
    let microphone = Microphone::open(&settings).unwrap().unwrap();
    assert_ne!(microphone.wait(Duration::from_secs(20)), State::Opening);
    microphone
}

fn library() -> Library {
    Library::new(&sounds::SoundSettings::default()).unwrap()
}

fn stimulus(name: &str) -> Stimulus {
    Stimulus { name: name.to_owned(), kind: SoundKind::Speech }
}

fn rendered(name: &str, length: i64, number: u64) -> Pcm {
    library().render(&stimulus(name), length, &Lot::new(1), number).unwrap()
}

fn player(room: &Room, microphone: Option<Microphone>) -> (Player, Receiver<PlayerEvent>) {
    let (send, events) = channel();
    let send = move |it| {
        let _ = send.send(it);
    };
    (Player::new(loudspeaker(room, "room"), microphone, library(), Lot::new(1), send).unwrap(), events)
}

fn order(round: u32, length: i64) -> Order {
    Order { round, stimulus: stimulus("alexa"), condition: Condition::default(), length }
}

/// The next event of this kind; half a minute at most.
fn wait_for_event<T>(from: &Receiver<PlayerEvent>, mut kind: impl FnMut(&PlayerEvent) -> Option<T>) -> T {
    let end = clock::since_boot() + Duration::from_secs(30);
    loop {
        let it = from.recv_timeout(end.saturating_sub(clock::since_boot())).expect("it is told in time");
        eprintln!("told: {it:?}");
        if let Some(found) = kind(&it) {
            return found;
        }
    }
}

fn said(it: &PlayerEvent) -> Option<earwitness_sound::player::Said> {
    if let PlayerEvent::Said(said) = it { Some(said.clone()) } else { None }
}

#[test]
fn the_onset_is_that_of_another_programs_recording() {
    if let Some(room) = Room::start() {
        hold_against_witness(&room);
    }
}

#[test]
fn the_onset_is_that_of_another_programs_recording_in_another_server() {
    if let Some(room) = Room::other() {
        hold_against_witness(&room);
    }
}

fn hold_against_witness(room: &Room) {
    let microphone = microphone(room, hear::Device::Monitor, "room");
    let witness = Witness::start(room);
    let mut speaker = loudspeaker(room, "room");
    let (mut by_ear, mut by_device) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let sound = rendered(if number % 4 == 3 { "pink-noise" } else { "alexa" }, 3 * SECOND / 2, number);
        let played = speaker.play(&sound).unwrap();
        let Search::Heard(heard) = microphone.find(&sound, played.onset, SECOND) else { panic!("round {number} was not heard") };
        let truth = witness.onset(&sound, played.onset);
        by_ear.push(heard.onset.since(truth) as f64 / 1e6);
        by_device.push(played.onset.since(truth) as f64 / 1e6);
        assert!((heard.level_dbfs + 24.0).abs() < 1.5, "{heard:?}");
        assert!(heard.correlation > 0.9, "{heard:?}");
        assert!(played.error < 60 * MILLISECOND && heard.error < 60 * MILLISECOND, "{played:?} {heard:?}");
    }
    for (name, errors) in [("ear", &mut by_ear), ("device", &mut by_device)] {
        errors.sort_by(f64::total_cmp);
        println!("{name}: median {:.2} ms, {:.2} to {:.2} ms", errors[10], errors[0], errors[19]);
        assert!(errors.iter().all(|error| error.abs() < 20.0), "{name}: {errors:?}");
    }
}

#[test]
fn a_sink_that_is_removed_or_a_server_that_dies_makes_the_slot_void_and_the_next_one_works() {
    let Some(mut room) = Room::start() else { return };
    let (player, from) = player(&room, Some(microphone(&room, hear::Device::Monitor, "room")));
    player.say(order(0, 6 * SECOND)).unwrap();
    clock::sleep(Duration::from_millis(1_500));
    for module in room.modules("sink_name=room") {
        assert!(room.run("pactl", &["unload-module", &module]).status.success());
    }
    let first = wait_for_event(&from, said);
    assert_eq!((first.round, first.spoken.trouble), (0, Some(Void::Glitch)));
    assert!(first.trouble.unwrap().contains("gone"));
    let timelines = first.spoken.timelines.unwrap();
    let timeline = &timelines.timelines()[0].timeline;
    assert!(timeline.is_broken_off() && (SECOND / 2..2 * SECOND).contains(&timeline.length()), "{timeline:?}");
    // Without the sink, the next one comes to nothing as well, and says why.
    player.say(order(1, SECOND)).unwrap();
    let second = wait_for_event(&from, said);
    assert!(second.trouble.as_ref().unwrap().contains("no sink \"room\""), "{second:?}");
    let load = ["load-module", "module-null-sink", "sink_name=room", "rate=48000", "channels=1"];
    assert!(room.run("pactl", &load).status.success());
    wait_for_event(&from, |it| (*it == PlayerEvent::Microphone(None)).then_some(()));
    clock::sleep(Duration::from_secs(2));
    player.say(order(2, 2 * SECOND)).unwrap();
    let third = wait_for_event(&from, said);
    assert_eq!((third.spoken.trouble, third.spoken.heard), (None, Heard::Yes), "{third:?}");

    player.say(order(3, 6 * SECOND)).unwrap();
    clock::sleep(Duration::from_millis(1_500));
    room.restart();
    let fourth = wait_for_event(&from, said);
    assert_eq!((fourth.round, fourth.spoken.trouble), (3, Some(Void::Glitch)), "{fourth:?}");
    wait_for_event(&from, |it| (*it == PlayerEvent::Microphone(None)).then_some(()));
    clock::sleep(Duration::from_secs(2));
    player.say(order(4, 2 * SECOND)).unwrap();
    let fifth = wait_for_event(&from, said);
    assert_eq!((fifth.spoken.trouble, fifth.spoken.heard), (None, Heard::Yes), "{fifth:?}");
}

#[test]
fn a_silent_microphone_is_told_from_a_room_that_is_quiet() {
    let Some(room) = Room::start() else { return };
    let sound = rendered("alexa", 2 * SECOND, 0);
    // A microphone that gives nothing: nobody listened.
    let mute = microphone(&room, hear::Device::Source, "mute");
    // A monitor of a sink that plays nothing: it was not heard.
    let elsewhere = microphone(&room, hear::Device::Monitor, "other");
    let played = loudspeaker(&room, "room").play(&sound).unwrap();
    let deaf = mute.find(&sound, played.onset, SECOND);
    assert!(matches!(&deaf, Search::Deaf(why) if why.contains("muted")), "{deaf:?}");
    assert_eq!(elsewhere.find(&sound, played.onset, SECOND), Search::NotHeard);
    until("the silence to be noticed", || matches!(mute.state(), State::Silent(seconds) if seconds >= 10));
    assert!(!mute.alive() && elsewhere.alive());
    let nowhere = microphone(&room, hear::Device::Source, "nowhere");
    assert!(matches!(nowhere.state(), State::Lost(why) if why.contains("no device of that name")));
}

#[test]
fn another_sound_is_noticed_and_a_reply_has_its_beginning_and_end() {
    let Some(room) = Room::start() else { return };
    let (player, from) = player(&room, Some(microphone(&room, hear::Device::Monitor, "room")));
    // Something of its own, long after any probe.
    let other = rendered("speech", 2 * SECOND, 9);
    witness::write(&room.path("other.wav"), &other);
    let play = |name: &str| room.run("paplay", &["-d", "room", room.path(name).to_str().unwrap()]);
    assert!(play("other.wav").status.success());
    let window = wait_for_event(&from, |it| if let PlayerEvent::Other { window, .. } = it { Some(*window) } else { None });
    assert!(window.length() >= 100 * MILLISECOND, "{window:?}");

    // A probe alone is nothing else; a reply that begins a second after its end is.
    clock::sleep(Duration::from_secs(9));
    player.say(order(5, 2 * SECOND)).unwrap();
    let probe = wait_for_event(&from, said);
    assert_eq!(probe.spoken.heard, Heard::Yes, "{probe:?}");
    let reply = rendered("speech", 5 * SECOND / 2, 3);
    witness::write(&room.path("reply.wav"), &reply);
    let begun = clock::now();
    assert!(play("reply.wav").status.success());
    let ended = clock::now();
    let (round, window) = wait_for_event(&from, |it| match it {
        PlayerEvent::Reply { round, window, .. } => Some((*round, *window)),
        PlayerEvent::Other { window, .. } => panic!("our own probe was taken for another sound: {window:?}"),
        _ => None,
    });
    assert_eq!(round, 5);
    let near = |one: Timestamp, other: Timestamp| one.since(other).abs() < 700 * MILLISECOND;
    assert!(near(window.from, begun) && window.from >= begun.plus(-100 * MILLISECOND), "{window:?} {begun:?}");
    assert!(near(window.until, ended), "{window:?} {ended:?}");
    assert!(window.from >= probe.spoken.onset.plus(probe.spoken.length - SECOND));
}

#[test]
fn a_voice_over_our_own_is_noticed_and_ours_is_still_found() {
    let Some(room) = Room::start() else { return };
    let (player, from) = player(&room, Some(microphone(&room, hear::Device::Monitor, "room")));
    let other = rendered("pink-noise", 8 * SECOND, 9);
    witness::write(&room.path("other.wav"), &other);
    clock::sleep(Duration::from_secs(4));
    let mut other_player = room.command("paplay", &["-d", "room", room.path("other.wav").to_str().unwrap()]).spawn().unwrap();
    clock::sleep(Duration::from_secs(1));
    player.say(order(1, 3 * SECOND)).unwrap();
    let mut both = (None, None);
    wait_for_event(&from, |it| {
        match it {
            PlayerEvent::Said(said) => both.0 = Some(said.clone()),
            PlayerEvent::Other { window, .. } => both.1 = Some(*window),
            _ => {}
        }
        (both.0.is_some() && both.1.is_some()).then_some(())
    });
    other_player.wait().unwrap();
    let (said, other): (_, Window) = (both.0.unwrap(), both.1.unwrap());
    assert_eq!(said.spoken.heard, Heard::Yes, "{said:?}");
    assert!(other.from < said.spoken.onset, "{other:?}");
}

#[test]
fn devices_are_listed_by_the_names_that_settings_take() {
    let Some(room) = Room::start() else { return };
    let sinks = speak::list(&speak::LoudspeakerSettings { server: Some(room.server()), ..speak::LoudspeakerSettings::default() })
        .unwrap();
    assert!(sinks.iter().any(|sink| sink.name == "room") && sinks.iter().filter(|sink| sink.default).count() == 1, "{sinks:?}");
    let sources =
        hear::list(&hear::MicrophoneSettings { server: Some(room.server()), ..hear::MicrophoneSettings::default() }).unwrap();
    let kind = |name: &str| sources.iter().find(|it| it.name == name).map(|it| it.device);
    assert_eq!((kind("mute"), kind("room.monitor")), (Some(hear::Device::Source), Some(hear::Device::Monitor)));
    let nowhere =
        speak::LoudspeakerSettings { server: Some("unix:/nowhere/x".to_owned()), ..speak::LoudspeakerSettings::default() };
    let trouble = speak::open(&nowhere).unwrap().play(&rendered("tone", SECOND / 5, 0)).unwrap_err();
    assert!(matches!(&trouble, Trouble::Gone(what) if what.contains("/nowhere/x")), "{trouble}");
}
