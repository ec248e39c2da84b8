//! Signals, as messages: stop, and read the configuration again.

use std::io;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Message;
use super::inbox::Outbox;
use earwitness_base::clock;

/// A signal to stop that comes so soon after the first asks for the same: a service manager, a terminal and a shell may send it twice.
pub(crate) const SAME_REQUEST: Duration = Duration::from_secs(1);

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    Stop,
    Reload,
}

/// Has signals sent as messages from now on. A SIGINT or SIGTERM a second or more after the first, which
/// then hangs, ends the program at once; sooner it is the same request, which a service manager and a terminal may send twice.
pub(super) fn listen(outbox: &Outbox<Message>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let outbox = outbox.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut asked_before = None;
        for signal in signals.forever() {
            let asked = if signal == SIGHUP { Asked::Reload } else { Asked::Stop };
            if asked == Asked::Stop {
                let now = clock::since_boot();
                let first = *asked_before.get_or_insert(now);
                if now.saturating_sub(first) >= SAME_REQUEST {
                    // 128 and the number of the signal, as shells report it.
                    std::process::exit(128 + signal);
                }
                if now > first {
                    continue;
                }
            }
            if !outbox.send(Message::Signal(asked)) {
                return;
            }
        }
    })?;
    Ok(())
}
