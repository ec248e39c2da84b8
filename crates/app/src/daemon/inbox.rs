//! Messages of other threads to the one that owns the machine: a bounded queue, and a descriptor that is ready when something lies in it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

use rustix::event::{EventfdFlags, eventfd};

/// Messages that wait at most; who has more to say waits.
const WAITING: usize = 64;

/// The receiving end.
#[derive(Debug)]
pub(super) struct Inbox<T> {
    messages: Receiver<T>,
    bell: Arc<OwnedFd>,
}

/// A sending end.
#[derive(Debug)]
pub(super) struct Outbox<T> {
    messages: SyncSender<T>,
    bell: Arc<OwnedFd>,
}

impl<T> Clone for Outbox<T> {
    fn clone(&self) -> Self {
        Self { messages: self.messages.clone(), bell: Arc::clone(&self.bell) }
    }
}

/// Both ends.
pub(super) fn inbox<T>() -> io::Result<(Outbox<T>, Inbox<T>)> {
    let (sender, receiver) = sync_channel(WAITING);
    let bell = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
    Ok((Outbox { messages: sender, bell: Arc::clone(&bell) }, Inbox { messages: receiver, bell }))
}

impl<T> Outbox<T> {
    /// Sends; says whether anybody still listens.
    pub(super) fn send(&self, message: T) -> bool {
        let sent = self.messages.send(message).is_ok();
        // A counter that is full has rung already.
        let _ = rustix::io::write(&self.bell, &1_u64.to_ne_bytes());
        sent
    }
}

impl<T> Inbox<T> {
    /// Ready for reading when a message waits.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }

    /// The next message, without waiting.
    pub(super) fn next(&self) -> Option<T> {
        match self.messages.try_recv() {
            Ok(message) => Some(message),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                let mut rung = [0; 8];
                let _ = rustix::io::read(&self.bell, &mut rung);
                // What was sent between the look and the reading has rung in vain.
                self.messages.try_recv().ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    #[test]
    fn the_bell_rings_for_each_message_and_is_silent_after_the_last() {
        let (outbox, inbox) = inbox::<u32>().unwrap();
        let rings = || {
            let wait = Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut [PollFd::new(&inbox.fd(), PollFlags::IN)], Some(&wait)).unwrap() == 1
        };
        assert!(!rings());
        let other = outbox.clone();
        std::thread::spawn(move || (0..3).for_each(|number| assert!(other.send(number)))).join().unwrap();
        assert!(rings());
        assert_eq!(std::iter::from_fn(|| inbox.next()).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(!rings());
        drop(inbox);
        assert!(!outbox.send(4), "nobody listens any more");
    }
}
