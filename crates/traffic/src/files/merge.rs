//! Several captures as one: frames by time, and files in the order given where times are equal.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use earwitness_core::frame::Frame;
use earwitness_core::time::Timestamp;

use super::lane::{Bound, Drained, Lane};
use super::{Captures, Fetch, FileId, Progress};

/// Files that are kept open side by side, each with a thread that reads ahead. Where there are more, a file is opened
/// when the time of its first frame has come, so that a year of hourly captures needs one at a time.
const SIDE_BY_SIDE: usize = 16;

/// Nothing comes before it.
const START: Bound = (Timestamp::MIN, FileId(0));
/// Nothing of interest comes after it.
const END: Bound = (Timestamp::MAX, FileId(u32::MAX));

impl Captures {
    /// Gives `each` the frames of all files by time.
    pub(super) fn merge<F>(&mut self, progress: &mut dyn FnMut(Progress), each: &mut F) -> ControlFlow<()>
    where
        F: FnMut(&Frame<'_>, FileId) -> ControlFlow<()>,
    {
        let many = self.files.len() > SIDE_BY_SIDE;
        let mut lanes: Vec<Option<Lane>> = Vec::new();
        let mut heads = BinaryHeap::new();
        for file in self.ids() {
            let fetch = match (many, self.is_pipe(file)) {
                (false, _) => Fetch::Ahead,
                (true, true) => Fetch::Here,
                (true, false) => Fetch::Look,
            };
            let mut lane = self.lane(file, fetch);
            if let Some(at) = self.peek(&mut lane) {
                heads.push(Reverse((at, file)));
            }
            lanes.push(lane.filter(|_| !many || self.is_pipe(file)));
        }
        let mut open = lanes.iter().flatten().count();
        while let Some(Reverse((at, file))) = heads.pop() {
            let Some(place) = lanes.get_mut(file.index()) else { continue };
            let mut lane = if let Some(lane) = place.take() {
                lane
            } else {
                // It had been closed after a look at its first frame.
                let fetch = if open < SIDE_BY_SIDE { Fetch::Ahead } else { Fetch::Here };
                let mut lane = self.lane(file, fetch);
                let Some(now) = self.peek(&mut lane) else { continue };
                let Some(lane) = lane else { continue };
                open += 1;
                if now > at {
                    // It has been written anew meanwhile.
                    *place = Some(lane);
                    heads.push(Reverse((now, file)));
                    continue;
                }
                lane
            };
            let mut pause = self.pause(file, progress);
            let drained = match heads.peek() {
                Some(&Reverse(bound)) => lane.drain::<true, F>(bound, &mut pause, each),
                None => lane.drain::<false, F>(END, &mut pause, each),
            };
            match drained {
                Drained::Reached(at) => {
                    heads.push(Reverse((at, file)));
                    *place = Some(lane);
                }
                Drained::Ended => {
                    open = open.saturating_sub(1);
                    self.close(file, &lane);
                }
                Drained::Stopped => {
                    self.close(file, &lane);
                    for (lane, file) in lanes.iter().zip(self.ids()) {
                        if let Some(lane) = lane {
                            self.close(file, lane);
                        }
                    }
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// The time of a lane's next frame; a lane without one is closed.
    fn peek(&mut self, lane: &mut Option<Lane>) -> Option<Timestamp> {
        let reading = lane.as_mut()?;
        let nobody = &mut |_: &Frame<'_>, _: FileId| ControlFlow::Continue(());
        match reading.drain::<true, _>(START, &mut |_| {}, nobody) {
            Drained::Reached(at) => Some(at),
            Drained::Ended | Drained::Stopped => {
                let reading = lane.take()?;
                self.close(reading.file(), &reading);
                None
            }
        }
    }
}
