//! Signals, as messages: stop, and read the configuration again.

use std::io;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Message;
use super::inbox::Outbox;

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    Stop,
    Reload,
}

/// Has signals sent as messages from now on. A second SIGINT or SIGTERM, should the first hang, ends the program at once.
pub(super) fn listen(outbox: &Outbox<Message>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let outbox = outbox.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let mut asked_before = false;
        for signal in signals.forever() {
            let asked = if signal == SIGHUP { Asked::Reload } else { Asked::Stop };
            if asked == Asked::Stop && std::mem::replace(&mut asked_before, true) {
                // 128 and the number of the signal, as shells report it.
                std::process::exit(128 + signal);
            }
            if !outbox.send(Message::Signal(asked)) {
                return;
            }
        }
    })?;
    Ok(())
}
