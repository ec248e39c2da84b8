//! Sounds that last longer than the sound server's own buffer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::experiment::Order;
use earwitness_core::lot::Lot;
use earwitness_core::probe::Heard;
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::timeline::{Condition, Digest, NoiseKind, Part, Script};
use earwitness_sound::hear::Device;
use earwitness_sound::player::{Player, PlayerEvent, Said};
use earwitness_sound::speak::Trouble;
use earwitness_sound::speak::sounds::Long;

use crate::server::{Room, until};
use crate::witness::Witness;
use crate::{library, loudspeaker, microphone, stimulus};

/// So much music, in pieces.
fn music(length: i64) -> Long {
    let part = Part::Noise { kind: NoiseKind::Music, length, seed: Some(3) };
    library().long(&Script::new(vec![part]).unwrap(), &Lot::new(1), 0).unwrap()
}

/// Longer than what a server may have of a sound at once, and than the minute that repeats.
#[test]
fn music_that_comes_piece_by_piece_arrives_without_a_gap() {
    let Some(room) = Room::start() else { return };
    let witness = Witness::start(&room);
    let mut sound = music(90 * SECOND);
    let (mut account, mut sent) = (sound.account(), Vec::new());
    let began = clock::now();
    let played = loudspeaker(&room, "room")
        .stream(&mut sound, &AtomicBool::new(false), &mut |piece| {
            account.add(piece);
            sent.extend_from_slice(piece);
        })
        .unwrap();
    assert_eq!((played.length, sent.len(), played.limited), (90 * SECOND, 90 * 48_000, 0));
    assert!((300 * MILLISECOND..3 * SECOND).contains(&played.onset.since(began)), "{played:?}");
    assert!(played.drift.abs() < 100 * MILLISECOND, "{played:?}");
    let timeline = account.timeline().unwrap().unwrap();
    assert_eq!((timeline.samples(), timeline.digest()), (90 * 48_000, Digest::of(&sent)));
    clock::sleep(Duration::from_millis(500));
    let heard = witness.samples();
    let loud = |samples: &[i16]| samples.iter().position(|sample| sample.abs() > 100).unwrap();
    let from = loud(&heard) - loud(&sent);
    let same = heard[from..].iter().zip(&sent).take_while(|(heard, sent)| heard == sent).count();
    assert_eq!(same, sent.len(), "it differs from there on, {} s after its beginning", same / 48_000);
}

#[test]
fn a_long_sound_is_stopped_within_a_second_and_says_what_had_sounded() {
    let Some(room) = Room::start() else { return };
    let mut speaker = loudspeaker(&room, "room");
    let (stop, mut sound, mut sent) = (AtomicBool::new(false), music(8 * 3_600 * SECOND), Vec::new());
    let mut account = sound.account();
    let count = AtomicUsize::new(0);
    let (result, waited) = std::thread::scope(|scope| {
        let playing = scope.spawn(|| {
            speaker.stream(&mut sound, &stop, &mut |piece| {
                account.add(piece);
                sent.extend_from_slice(piece);
                count.store(sent.len(), Ordering::Relaxed);
            })
        });
        until("it to sound for two seconds", || count.load(Ordering::Relaxed) >= 96_000);
        stop.store(true, Ordering::Relaxed);
        let stopped = clock::since_boot();
        (playing.join().unwrap(), clock::since_boot().saturating_sub(stopped))
    });
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    let Err(Trouble::BrokenOff(why, played)) = result else { panic!("{result:?}") };
    assert!(why.contains("stopped") && (2 * SECOND..20 * SECOND).contains(&played.length), "{why} {}", played.length);
    let timeline = account.timeline().unwrap().unwrap();
    assert_eq!((timeline.samples(), timeline.digest()), (sent.len() as u64, Digest::of(&sent)));
    assert!(timeline.is_broken_off() && timeline.length().abs_diff(played.length) < 100_000, "{timeline:?}");
    // The device is opened again.
    let mut short = music(SECOND);
    assert_eq!(speaker.stream(&mut short, &AtomicBool::new(false), &mut |_| {}).unwrap().length, SECOND);
}

/// A minute of music and more, played while a microphone listens to this sink.
fn played_beside(room: &Room, sink: &str) -> Said {
    let music = Part::Noise { kind: NoiseKind::Music, length: 62 * SECOND, seed: Some(3) };
    let library = library().with_scripts([("music".to_owned(), Script::new(vec![music]).unwrap())].into());
    let (send, events) = std::sync::mpsc::channel();
    let microphone = microphone(room, Device::Monitor, sink);
    let send = move |event| {
        let _ = send.send(event);
    };
    let player = Player::new(loudspeaker(room, "room"), Some(microphone), library, Lot::new(1), send).unwrap();
    player.say(Order { round: 1, stimulus: stimulus("script:music"), condition: Condition::default(), length: SECOND }).unwrap();
    let end = clock::since_boot() + Duration::from_secs(100);
    loop {
        if let PlayerEvent::Said(said) = events.recv_timeout(end.saturating_sub(clock::since_boot())).unwrap() {
            return said;
        }
    }
}

#[test]
fn the_end_of_a_long_sound_is_looked_for_by_the_microphone() {
    let Some((heard_room, deaf_room)) = Room::start().zip(Room::start()) else { return };
    let (heard, not) = std::thread::scope(|threads| {
        let not = threads.spawn(|| played_beside(&deaf_room, "other"));
        (played_beside(&heard_room, "room"), not.join().unwrap())
    });
    assert_eq!((heard.spoken.trouble, heard.spoken.heard, heard.spoken.length), (None, Heard::Yes, 62 * SECOND), "{heard:?}");
    assert!(heard.level.is_some_and(|it| (-60.0..0.0).contains(&it)), "{heard:?}");
    assert_eq!((not.spoken.trouble, not.spoken.heard), (None, Heard::No), "{not:?}");
    assert!(not.trouble.is_some_and(|it| it.contains("was not heard by the microphone")));
}
