//! The native protocol of `PulseAudio`, which `PipeWire` speaks too: one connection, commands and their replies, and what the server
//! sends by itself. No system library.
//!
//! Everything waits with a deadline, so that a server that hangs is noticed. The server is the user's own and is trusted not to lie; it
//! is not trusted to stay, nor to speak the protocol well (`incoming`).

mod address;
mod incoming;
mod wire;

use std::collections::VecDeque;
use std::ffi::CString;
use std::time::Duration;

use earwitness_core::time::Timestamp;
use pulseaudio::protocol::{
    AuthParams, AuthReply, Command, CommandReply, MAX_VERSION, Prop, Props, PulseError, SetClientNameReply,
    encode_command_message,
};

pub(crate) use self::address::Address;
pub use self::incoming::{Event, Incoming, read};
use self::wire::Wire;
use earwitness_base::clock;

/// How long a server may take to answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);
/// Most events that wait while a reply is awaited; more, and the oldest are dropped.
const MOST_WAITING: usize = 4_096;

/// Why the server cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// The text is no address.
    #[error("{0:?} is no sound server: give unix:/path/of/socket, a path, or tcp:host:port")]
    Address(String),
    /// No server is running for this user: where one was looked for.
    #[error(
        "no sound server was found: start PulseAudio or PipeWire, or set server or PULSE_SERVER (tried {})",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    )]
    NoServer(Vec<Address>),
    /// The server cannot be reached: address and reason.
    #[error("the sound server at {0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// The connection ended or failed in use.
    #[error("the sound server went away: {0}")]
    Lost(String),
    /// The server did not answer within five seconds.
    #[error("the sound server does not answer")]
    NoAnswer,
    /// The server refused.
    #[error("{}", refused(*.0))]
    Refused(PulseError),
    /// The server sent what cannot be read.
    #[error("the sound server sent something unreadable: {0}")]
    Unreadable(String),
}

fn refused(why: PulseError) -> String {
    match why {
        PulseError::NoEntity => "the sound server has no device of that name".to_owned(),
        PulseError::AccessDenied | PulseError::AuthKey => {
            "the sound server denies access: run as the user it belongs to, or point PULSE_COOKIE to its cookie".to_owned()
        }
        error => format!("the sound server refused: {error:?}"),
    }
}

/// A connection to a sound server.
pub(crate) struct Connection {
    wire: Wire,
    version: u16,
    next: u32,
    waiting: VecDeque<Event>,
}

impl Connection {
    /// Connects to the server at this address, or to the first that is found, under a name for people.
    pub(crate) fn open(server: Option<&str>, name: &str) -> Result<Self, Trouble> {
        let addresses = match server {
            Some(text) => vec![Address::parse(text)?],
            None => address::usual(),
        };
        let mut last = Trouble::NoServer(addresses.clone());
        for address in addresses {
            if server.is_none() && !address.may_exist() {
                continue;
            }
            match Self::greet(&address, name) {
                Ok(connection) => return Ok(connection),
                Err(trouble) => last = trouble,
            }
        }
        Err(last)
    }

    fn greet(address: &Address, name: &str) -> Result<Self, Trouble> {
        let wire = Wire::connect(address)?;
        let mut connection = Self { wire, version: MAX_VERSION, next: 0, waiting: VecDeque::new() };
        let auth = AuthParams { version: MAX_VERSION, supports_shm: false, supports_memfd: false, cookie: address::cookie() };
        let reply: AuthReply = connection.call(&Command::Auth(auth))?;
        connection.version = reply.version.min(MAX_VERSION);
        let mut props = Props::new();
        let text = |text: &str| CString::new(text.replace('\0', "")).unwrap_or_default();
        props.set(Prop::ApplicationName, text(name));
        props.set(Prop::ApplicationProcessId, text(&std::process::id().to_string()));
        let _: SetClientNameReply = connection.call(&Command::SetClientName(props))?;
        tracing::info!(%address, version = connection.version, "connected to the sound server");
        Ok(connection)
    }

    /// Sends a command and says its number, which the reply bears.
    pub(crate) fn send(&mut self, command: &Command) -> Result<u32, Trouble> {
        let number = self.next;
        self.next = self.next.wrapping_add(1) & 0x7fff_ffff;
        let mut octets = Vec::new();
        encode_command_message(&mut octets, number, command, self.version)
            .map_err(|error| Trouble::Unreadable(error.to_string()))?;
        self.wire.write(&octets)?;
        Ok(number)
    }

    /// Sends samples to a playback stream.
    pub(crate) fn play(&mut self, channel: u32, octets: &[u8]) -> Result<(), Trouble> {
        self.wire.write_samples(channel, octets)
    }

    /// The next thing that the server sent; `None` when `timeout` is over before.
    pub(crate) fn next(&mut self, timeout: Duration) -> Result<Option<Event>, Trouble> {
        match self.waiting.pop_front() {
            Some(event) => Ok(Some(event)),
            None => self.wire.next(timeout, self.version),
        }
    }

    /// Sends a command and waits for its reply. What else comes meanwhile is kept for [`Self::next`].
    pub(crate) fn call<R: CommandReply>(&mut self, command: &Command) -> Result<R, Trouble> {
        let body = self.answered(command)?;
        self.read(&body)
    }

    /// Sends a command that is answered without content.
    pub(crate) fn order(&mut self, command: &Command) -> Result<(), Trouble> {
        self.answered(command).map(drop)
    }

    /// Reads the content of a reply.
    pub(crate) fn read<R: CommandReply>(&self, body: &[u8]) -> Result<R, Trouble> {
        read(body, self.version)
    }

    fn answered(&mut self, command: &Command) -> Result<Vec<u8>, Trouble> {
        let number = self.send(command)?;
        let until = clock::since_boot() + TIMEOUT;
        loop {
            let left = until.saturating_sub(clock::since_boot());
            match self.wire.next(left, self.version)? {
                Some(Event::Reply(of, body)) if of == number => return Ok(body),
                Some(Event::Refused(of, error)) if of == number => return Err(Trouble::Refused(error)),
                Some(event) => {
                    if self.waiting.len() >= MOST_WAITING {
                        self.waiting.pop_front();
                    }
                    self.waiting.push_back(event);
                }
                None => return Err(Trouble::NoAnswer),
            }
        }
    }
}

/// Nanoseconds since the epoch of a time in a reply.
#[must_use]
pub(crate) fn stamp(time: std::time::SystemTime) -> Timestamp {
    let passed = time.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX))
}
