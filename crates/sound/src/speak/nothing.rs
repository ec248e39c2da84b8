//! No loudspeaker: sounds take their time in silence.

use earwitness_core::sound::Pcm;

use super::{Loudspeaker, Played, Trouble};
use earwitness_base::clock;

/// Plays nothing, as long as the sound would have taken.
pub(super) struct Nothing;

impl Loudspeaker for Nothing {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        let onset = clock::now();
        clock::sleep(std::time::Duration::from_nanos(sound.length().unsigned_abs()));
        Ok(Played { onset, error: 0, length: sound.length(), sent: Vec::new() })
    }

    fn name(&self) -> String {
        "none".to_owned()
    }

    fn audible(&self) -> bool {
        false
    }
}
