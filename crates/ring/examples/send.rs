//! Sends numbered frames out of an interface as fast as asked: `send IFACE OCTETS FRAMES FRAMES_PER_SECOND [TAGS]` (0: as fast as it can).
//! TAGS are octets in hexadecimal that stand behind the addresses, such as `81000007`. Prints how many the kernel took, in how many seconds.
//! For tests and measurements inside network namespaces.

use std::io;
use std::time::{Duration, Instant};

/// `PACKET_QDISC_BYPASS`.
const QDISC_BYPASS: libc::c_int = 20;
/// Frames handed over at once.
const BATCH: usize = 64;

#[expect(clippy::disallowed_methods, reason = "a sender keeps a rate")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "the count is the result")]
fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [interface, octets, frames, rate, tags @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: send IFACE OCTETS FRAMES FRAMES_PER_SECOND [TAGS]"));
    };
    let tags: Vec<u8> = tags
        .concat()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).map_err(io::Error::other))
        .collect::<io::Result<_>>()?;
    let number = |text: &String| text.parse::<u64>().map_err(io::Error::other);
    let (octets, frames, rate) = (number(octets)?, number(frames)?, number(rate)?);
    let socket = open(interface)?;
    let length = usize::try_from(octets.max(60)).map_err(io::Error::other)?;
    let mut batch = vec![vec![0_u8; length]; BATCH];
    for frame in &mut batch {
        // To a group that nobody is in, from an address of no maker, of the protocol number for experiments (IEEE 802a).
        let head = [&[0x03, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1], tags.as_slice(), &[0x88, 0xb5]].concat();
        frame[..head.len()].copy_from_slice(&head);
    }
    let begun = now();
    let (mut sent, mut refused) = (0_u64, 0_u64);
    while sent < frames {
        let due = if rate == 0 {
            frames
        } else {
            let passed = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            frames.min(u64::try_from(u128::from(passed) * u128::from(rate) / 1_000_000_000).unwrap_or(frames))
        };
        let count = usize::try_from(due - sent).unwrap_or(BATCH).min(BATCH);
        if count < BATCH / 2 && due < frames {
            #[expect(clippy::disallowed_methods, reason = "a sender keeps a rate")]
            std::thread::sleep(Duration::from_micros(100));
            continue;
        }
        for (place, frame) in batch.iter_mut().enumerate() {
            frame[tags.len() + 14..tags.len() + 22].copy_from_slice(&(sent + place as u64).to_be_bytes());
        }
        match send(socket, &mut batch[..count]) {
            Ok(taken) => sent += taken,
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => refused += 1,
            Err(error) => return Err(error),
        }
    }
    println!("{sent} sent, {refused} times refused, {:.3} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn open(interface: &str) -> io::Result<libc::c_int> {
    let name = std::ffi::CString::new(interface).map_err(io::Error::other)?;
    // SAFETY: `name` ends in a zero and lives through the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    // SAFETY: takes three integers.
    let socket = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    if index == 0 || socket < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all octets zero is an address.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET.cast_unsigned().try_into().unwrap_or(0);
    address.sll_ifindex = index.cast_signed();
    let one: libc::c_int = 1;
    // SAFETY: reads an integer that lives through the call. Where it is not possible, frames go through the queue.
    unsafe { libc::setsockopt(socket, libc::SOL_PACKET, QDISC_BYPASS, (&raw const one).cast(), 4) };
    // SAFETY: reads an address that lives through the call.
    let bound =
        unsafe { libc::bind(socket, (&raw const address).cast(), libc::socklen_t::try_from(size_of_val(&address)).unwrap_or(0)) };
    if bound < 0 { Err(io::Error::last_os_error()) } else { Ok(socket) }
}

fn send(socket: libc::c_int, frames: &mut [Vec<u8>]) -> io::Result<u64> {
    let mut pieces: Vec<libc::iovec> =
        frames.iter_mut().map(|frame| libc::iovec { iov_base: frame.as_mut_ptr().cast(), iov_len: frame.len() }).collect();
    let mut messages: Vec<libc::mmsghdr> = pieces
        .iter_mut()
        .map(|piece| {
            // SAFETY: all octets zero is an empty message.
            let mut message: libc::mmsghdr = unsafe { std::mem::zeroed() };
            message.msg_hdr.msg_iov = piece;
            message.msg_hdr.msg_iovlen = 1;
            message
        })
        .collect();
    let count = libc::c_uint::try_from(messages.len()).unwrap_or(0);
    // SAFETY: `count` messages are there, and what they point to lives through the call.
    let taken = unsafe { libc::sendmmsg(socket, messages.as_mut_ptr(), count, 0) };
    u64::try_from(taken).map_err(|_| io::Error::last_os_error())
}
