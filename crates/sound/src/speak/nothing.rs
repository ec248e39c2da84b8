//! No loudspeaker: sounds take their time in silence.

use std::sync::atomic::AtomicBool;

use super::stream::nanos;
use super::wav::{passed, wait_until};
use super::{Loudspeaker, Played, STOPPED, Samples, Trouble};
use earwitness_base::clock;

/// Plays nothing, as long as the sound would have taken.
pub(super) struct Nothing;

impl Loudspeaker for Nothing {
    fn stream(&mut self, samples: &mut dyn Samples, stop: &AtomicBool, _: &mut dyn FnMut(&[i16])) -> Result<Played, Trouble> {
        let (onset, began) = (clock::now(), clock::since_boot());
        let length = nanos(samples.total(), samples.rate());
        let whole = wait_until(began, length, stop);
        let played = |length| Played { onset, error: 0, length, drift: 0, limited: 0, sent: Vec::new() };
        if whole { Ok(played(length)) } else { Err(Trouble::BrokenOff(STOPPED.to_owned(), Box::new(played(passed(began))))) }
    }

    fn name(&self) -> String {
        "none".to_owned()
    }

    fn audible(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use earwitness_core::sound::Pcm;
    use earwitness_core::time::{MILLISECOND, SECOND};

    use super::super::stream::Whole;
    use super::*;

    #[test]
    fn silence_takes_its_time_and_can_be_stopped() {
        let hour = Pcm { rate: 1_000, samples: vec![0.0; 3_600_000] };
        let stop = AtomicBool::new(false);
        let result = std::thread::scope(|scope| {
            let playing = scope.spawn(|| Nothing.stream(&mut Whole::new(&hour, 0.0), &stop, &mut |_| {}));
            clock::sleep(Duration::from_millis(100));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            playing.join().unwrap()
        });
        let Err(Trouble::BrokenOff(why, played)) = result else { panic!("{result:?}") };
        assert!(why == STOPPED && (100 * MILLISECOND..SECOND).contains(&played.length), "{played:?}");
        let short = Pcm { rate: 1_000, samples: vec![0.0; 50] };
        assert_eq!(Nothing.play(&short).unwrap().length, 50 * MILLISECOND);
    }
}
