//! What a person must know of a reading, and why there is none.

use std::fmt;

use earwitness_base::words::duration;
use earwitness_traffic::files::{self, OpenError};

/// Something that the reader of a report must know. What was read is reported all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// A capture file that is damaged, odd or cannot be read.
    File(files::Trouble),
    /// Captures that lie apart in time.
    Apart {
        /// How often one begins a day or more after all before it.
        times: u32,
        /// After how long at most, nanoseconds.
        longest: i64,
    },
    /// The reading was stopped.
    Stopped,
    /// The captures would have to be read again, and that was not possible, because they are pipes or grow.
    OnceOnly(Reason),
    /// The captures were read again, and held something else.
    Changed(Reason),
}

/// Why the captures have to be read a second time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The windows of the burst detector begin at the earliest frame, which was not the first.
    EarlierFrame,
    /// The gateway was named by an address that turned out to belong to a MAC address.
    GatewayAddress,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::EarlierFrame => {
                "a frame is stamped earlier than the first one, where the windows of the burst detector would have to begin"
            }
            Self::GatewayAddress => "the MAC address of the gateway had to be found first",
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(trouble) => trouble.fmt(out),
            Self::Apart { times, longest } => {
                let (places, up_to) =
                    if *times == 1 { ("1 place".to_owned(), "") } else { (format!("{times} places"), "up to ") };
                let longest = duration(*longest);
                write!(
                    out,
                    "the captures lie apart in time: in {places} one begins {up_to}{longest} after the one before it; nothing is known of the time between them"
                )
            }
            Self::Stopped => out.write_str("reading was stopped; this report covers what was read until then"),
            Self::OnceOnly(why) => write!(out, "{why}; that needs a second reading, so save it to a file first"),
            Self::Changed(why) => {
                write!(out, "{why}; the second reading that this needs was not complete, so it is left out")
            }
        }
    }
}

/// Why there are no findings.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No file could be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Files were opened, and not even the beginning of one was a capture.
    #[error("{}nothing could be read; there is no report", lines(.0))]
    Nothing(Vec<Trouble>),
}

/// A line for each trouble.
fn lines(troubles: &[Trouble]) -> String {
    troubles.iter().fold(String::new(), |text, it| text + &it.to_string() + "\n")
}
