//! What goes wrong, done to the appliance and its home.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use earwitness::appliance::Input;
use earwitness_core::event::{Gap, Mended, Stop, What};
use earwitness_core::time::{SECOND, Window};
use earwitness_sound::player::PlayerEvent;

use super::faults::Fault;
use super::life::Life;
use super::seen::PowerCut;

impl Life {
    /// Lets a fault happen; while nothing runs, only to the home.
    pub(crate) fn happen(&mut self, fault: Fault) {
        self.counts.faults += 1;
        let (before, source) = (self.link && self.source, || "cat".to_owned());
        match fault {
            Fault::Link(up) => {
                self.link = up;
                if !up {
                    self.step(Input::Happened(What::Gap(Gap::Deaf { said: "eth0 is down".to_owned() })));
                }
            }
            Fault::Source(runs) => {
                self.source = runs;
                let ended = What::Gap(Gap::Ended { source: source(), said: "exit status: 1".to_owned() });
                let come = What::Mended(Mended::FramesCome { source: source() });
                self.step(Input::Happened(if runs { come } else { ended }));
            }
            Fault::FramesLost(frames) => self.step(Input::Lost { frames }),
            Fault::SoundServer(there) => self.sound_server = there,
            Fault::Glitch => self.glitch = true,
            Fault::Busy => self.seen.busy.set(true),
            Fault::Microphone(hears) => {
                self.microphone = hears;
                self.step(Input::Player(PlayerEvent::Microphone(
                    (!hears).then(|| "the microphone has given no signal".to_owned()),
                )));
            }
            Fault::OtherSound => {
                let window = Window { from: self.now().plus(-SECOND), until: self.now() };
                self.step(Input::Player(PlayerEvent::Other { window, level: -20.0 }));
            }
            Fault::Disk(works) => self.disk.refuse(!works),
            Fault::DiskSpace(there) => self.disk.fill(!there),
            Fault::ClockStep(by) => self.set_clock(by),
            Fault::SourceClock(by) => self.step(Input::Happened(What::SourceClock { by })),
            Fault::PowerCut(actions) if self.appliance.is_some() => self.seen.fuse.set(Some(actions)),
            Fault::PowerCut(_) => {}
            Fault::Ask(request) => self.ask(request),
            Fault::Reload(layout) => {
                self.layout = self.layout.max(layout);
                self.end(What::Reloaded);
            }
            Fault::Restart => self.end(What::Stopped(Stop::Asked)),
        }
        let all_capture = self.link && self.source;
        if all_capture != before {
            self.step(Input::Sources { all_capture });
        }
    }

    /// Ends it in good order; the loop starts it again.
    fn end(&mut self, why: What) {
        let Some(appliance) = self.appliance.take() else { return };
        let now = self.now();
        let may_fail = self.disk.may_fail();
        let ended = catch_unwind(AssertUnwindSafe(move || appliance.close(why, now)));
        self.play();
        self.sounding.clear();
        match ended {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => assert!(may_fail, "it cannot end: {error:#}"),
            Err(why) if why.is::<PowerCut>() => self.lose_power(),
            Err(why) => resume_unwind(why),
        }
    }
}
