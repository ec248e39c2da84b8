//! Octets to and from a sound server.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pulseaudio::protocol::{DESCRIPTOR_SIZE, Descriptor, DescriptorFlags, encode_descriptor};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Address, Event, Incoming, TIMEOUT, Trouble};
use earwitness_base::clock;

/// Samples are sent in pieces of this size at most, octets: the protocol's own limit is that of a pool's block.
const PIECE: usize = 32 << 10;

enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Unix(socket) => socket.as_fd(),
            Self::Tcp(socket) => socket.as_fd(),
        }
    }

    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(socket) => socket.read(octets),
            Self::Tcp(socket) => socket.read(octets),
        }
    }

    fn write_all(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Unix(socket) => socket.write_all(octets),
            Self::Tcp(socket) => socket.write_all(octets),
        }
    }
}

/// A connected socket and what was read of it.
pub(super) struct Wire {
    socket: Socket,
    read: Incoming,
}

impl Wire {
    pub(super) fn connect(address: &Address) -> Result<Self, Trouble> {
        let socket = connect(address).map_err(|error| Trouble::Unreachable(address.to_string(), error.to_string()))?;
        Ok(Self { socket, read: Incoming::default() })
    }

    pub(super) fn write(&mut self, octets: &[u8]) -> Result<(), Trouble> {
        self.socket.write_all(octets).map_err(|error| lost(&error))
    }

    /// Sends samples to a channel.
    pub(super) fn write_samples(&mut self, channel: u32, octets: &[u8]) -> Result<(), Trouble> {
        for piece in octets.chunks(PIECE) {
            let length = u32::try_from(piece.len()).unwrap_or(0);
            let mut head = [0; DESCRIPTOR_SIZE];
            encode_descriptor(&mut head, &Descriptor { length, channel, offset: 0, flags: DescriptorFlags::empty() });
            self.write(&head)?;
            self.write(piece)?;
        }
        Ok(())
    }

    /// The next message; `None` when the time is over before it is complete.
    pub(super) fn next(&mut self, timeout: Duration, version: u16) -> Result<Option<Event>, Trouble> {
        let until = clock::since_boot() + timeout;
        loop {
            if let Some(event) = self.read.event(version)? {
                return Ok(Some(event));
            }
            let left = until.saturating_sub(clock::since_boot());
            if !self.readable(left)? {
                return Ok(None);
            }
            let mut octets = [0; 16 << 10];
            match self.socket.read(&mut octets) {
                Ok(0) => return Err(Trouble::Lost("the connection was closed".to_owned())),
                Ok(count) => self.read.add(octets.get(..count).unwrap_or_default()),
                Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
                Err(error) => return Err(lost(&error)),
            }
        }
    }

    fn readable(&self, timeout: Duration) -> Result<bool, Trouble> {
        let mut fds = [PollFd::from_borrowed_fd(self.socket.fd(), PollFlags::IN)];
        let time =
            Timespec { tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX), tv_nsec: i64::from(timeout.subsec_nanos()) };
        match poll(&mut fds, Some(&time)) {
            Ok(count) => Ok(count > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(lost(&error.into())),
        }
    }
}

fn lost(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Trouble::NoAnswer,
        _ => Trouble::Lost(error.to_string()),
    }
}

fn connect(address: &Address) -> io::Result<Socket> {
    match address {
        Address::Unix(path) => {
            let socket = UnixStream::connect(path)?;
            socket.set_write_timeout(Some(TIMEOUT))?;
            Ok(Socket::Unix(socket))
        }
        Address::Tcp(host, port) => {
            let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
            for place in (host.as_str(), *port).to_socket_addrs()? {
                match TcpStream::connect_timeout(&place, TIMEOUT) {
                    Ok(socket) => {
                        socket.set_nodelay(true)?;
                        socket.set_write_timeout(Some(TIMEOUT))?;
                        return Ok(Socket::Tcp(socket));
                    }
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}
