//! System calls, each wrapped once.

use std::ffi::c_int;
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

fn done(result: c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Octets of a value, for the kernel.
fn length_of<T>() -> libc::socklen_t {
    // Options and addresses have a few dozen octets.
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}

/// A raw packet socket that receives nothing: with a protocol, it would get the frames of every interface until it is bound.
pub(crate) fn packet_socket() -> io::Result<OwnedFd> {
    // SAFETY: takes three integers and touches no memory.
    let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    done(fd)?;
    // SAFETY: the kernel has just given us this descriptor, so nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Plain data of the kernel's interface: any octets are a value of it, and it has no padding that matters.
///
/// # Safety
/// Only for integers and `repr(C)` structures of integers and pointers.
pub(crate) unsafe trait Plain: Copy {}
// SAFETY: an integer.
unsafe impl Plain for c_int {}
// SAFETY: a structure of integers (`linux/if_packet.h`).
unsafe impl Plain for libc::tpacket_req3 {}
// SAFETY: a structure of integers (`linux/if_packet.h`).
unsafe impl Plain for libc::tpacket_stats_v3 {}
// SAFETY: a structure of integers (`linux/if_packet.h`).
unsafe impl Plain for libc::packet_mreq {}
// SAFETY: a length and a pointer (`linux/filter.h`); whoever makes one answers for the pointer.
unsafe impl Plain for libc::sock_fprog {}

pub(crate) fn set_option<T: Plain>(fd: BorrowedFd<'_>, level: c_int, name: c_int, value: &T) -> io::Result<()> {
    // SAFETY: the kernel reads `length_of::<T>()` octets from `value`, which lives through the call.
    done(unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, std::ptr::from_ref(value).cast(), length_of::<T>()) })
}

pub(crate) fn option<T: Plain>(fd: BorrowedFd<'_>, level: c_int, name: c_int, empty: T) -> io::Result<T> {
    let (mut value, mut length) = (empty, length_of::<T>());
    // SAFETY: the kernel writes at most `length` octets into `value`, which lives through the call; any octets are a value of a `Plain` type.
    done(unsafe { libc::getsockopt(fd.as_raw_fd(), level, name, (&raw mut value).cast(), &raw mut length) })?;
    Ok(value)
}

/// Attaches the one-instruction filter that keeps `octets` of every frame; 0 keeps no frame.
pub(crate) fn keep(fd: BorrowedFd<'_>, octets: u32) -> io::Result<()> {
    // BPF_RET | BPF_K.
    let mut filter = [libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: octets }];
    let program = libc::sock_fprog { len: 1, filter: filter.as_mut_ptr() };
    // The kernel copies the filter during the call.
    set_option(fd, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &program)
}

/// Binds to an interface, for frames of every protocol.
pub(crate) fn bind(fd: BorrowedFd<'_>, index: u32) -> io::Result<()> {
    let every = libc::ETH_P_ALL.cast_unsigned().to_be_bytes();
    let address = libc::sockaddr_ll {
        sll_family: libc::AF_PACKET.cast_unsigned().try_into().unwrap_or(0),
        sll_protocol: u16::from_ne_bytes([every[2], every[3]]),
        sll_ifindex: index.cast_signed(),
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    };
    // SAFETY: the kernel reads `length_of::<sockaddr_ll>()` octets from `address`, which lives through the call.
    done(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), length_of::<libc::sockaddr_ll>()) })
}

/// `SIOCETHTOOL` (`linux/sockios.h`), in the type that this C library's `ioctl` takes: `libc` declares it in glibc's only.
const ETHTOOL: libc::Ioctl = 0x8946;

/// `ETHTOOL_G...` of a switch that is on or off (`linux/ethtool.h`).
pub(crate) fn ethtool_switch(fd: BorrowedFd<'_>, name: [libc::c_char; libc::IFNAMSIZ], command: u32) -> io::Result<bool> {
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    let mut value = Value { command, data: 0 };
    let mut request =
        libc::ifreq { ifr_name: name, ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_data: (&raw mut value).cast() } };
    // SAFETY: the kernel reads `request` and writes eight octets at most behind its pointer, which are `value`'s; both live through the call.
    done(unsafe { libc::ioctl(fd.as_raw_fd(), ETHTOOL, &raw mut request) })?;
    Ok(value.data != 0)
}

/// Waits for a frame or an error; says whether there is one.
pub(crate) fn poll(fd: BorrowedFd<'_>, milliseconds: c_int) -> io::Result<bool> {
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN | libc::POLLERR, revents: 0 };
    // SAFETY: one entry is announced and one is there.
    let ready = unsafe { libc::poll(&raw mut entry, 1, milliseconds) };
    match done(ready) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error),
        Ok(()) => Ok(ready > 0),
    }
}
