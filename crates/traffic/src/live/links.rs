//! Which interfaces there are, by rtnetlink (RFC 3549; `linux/rtnetlink.h`, `linux/if_link.h`): right in any network namespace, without files.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, bind, recv, socket_with};

/// `NLMSG_ERROR`, `NLMSG_DONE`, `RTM_NEWLINK`, `RTM_GETLINK`.
const ERROR: u16 = 2;
const DONE: u16 = 3;
const NEW_LINK: u16 = 16;
const GET_LINK: u16 = 18;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP: u16 = 0x301;
/// `RTMGRP_LINK`.
const CHANGES: u32 = 1;
/// Octets of `struct nlmsghdr` and of `struct ifinfomsg`.
const HEADER: usize = 16;
const INFO: usize = 16;
/// Interfaces that are looked at; a machine with more has its first ones followed.
const MOST: usize = 4_096;
/// How long the kernel may take to answer.
const TIMEOUT: Duration = Duration::from_millis(500);

/// An interface as the kernel describes it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Link {
    /// Its number; another one when it is made again.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Somebody switched it on (`IFF_UP`).
    pub up: bool,
    /// It has a carrier (`IFF_RUNNING`).
    pub running: bool,
    /// Kind of hardware (`ARPHRD_...`).
    pub hardware: u16,
    /// Longest packet, link header not counted.
    pub mtu: u32,
    /// The bridge or bond that it is a part of.
    pub master: Option<u32>,
    /// The interface whose frames it picks from: of VLAN interfaces and the like, in the same namespace.
    pub below: Option<u32>,
    /// `bridge`, `veth`, `vlan` and so on; empty for hardware.
    pub kind: String,
}

impl Link {
    /// Link type of its frames in capture files, if they can be captured here.
    #[must_use]
    pub const fn link_type(&self) -> Option<u32> {
        // ARPHRD_ETHER, ARPHRD_LOOPBACK; ARPHRD_NONE (tunnels: no link header); ARPHRD_IEEE80211, ARPHRD_IEEE80211_RADIOTAP.
        match self.hardware {
            1 | 772 => Some(1),
            65_534 => Some(101),
            801 => Some(105),
            803 => Some(127),
            _ => None,
        }
    }
}

/// Why the frames of `name` would be counted twice: the interface among `names` on which they pass too.
#[must_use]
pub(super) fn shadowed<'a>(links: &'a [Link], names: &[&str], name: &str) -> Option<&'a Link> {
    let by_index = |index: u32| links.iter().find(|link| link.index == index);
    let mut at = links.iter().find(|link| link.name == name)?;
    // As many steps as there could be storeys.
    for _ in 0..16 {
        at = at.master.or(at.below).and_then(by_index)?;
        if at.name != name && names.contains(&at.name.as_str()) {
            return Some(at);
        }
    }
    None
}

/// Longest name of an interface (`IFNAMSIZ` less the zero at its end), octets.
const LONGEST_NAME: usize = 15;

/// Whether there can be an interface of that name that may be captured.
///
/// # Errors
/// With why not, and what to do.
pub fn check_name(name: &str) -> Result<(), String> {
    if name == "any" {
        return Err("`any` shows frames that pass a bridge up to three times, which would be counted as sent three times; name the bridge or \
                    the interface towards the devices instead (`earwitness capture --list` shows them)"
            .to_owned());
    }
    let odd = |letter: char| matches!(letter, '/' | ':' | '\0') || letter.is_ascii_whitespace();
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains(odd) || matches!(name, "." | "..") {
        return Err(format!(
            "{name:?} cannot be the name of an interface; `earwitness capture --list` shows those that are there"
        ));
    }
    Ok(())
}

/// Why nothing can be heard now on an interface of a list, and what to do.
#[must_use]
pub fn cannot_hear(links: &[Link], name: &str) -> Option<String> {
    match links.iter().find(|link| link.name == name) {
        None => Some(format!("there is no interface {name}; `earwitness capture --list` shows those that are there")),
        Some(link) if !link.up => Some(format!("{name} is down; `sudo ip link set {name} up` switches it on")),
        Some(_) => None,
    }
}

/// A door to the kernel's list of interfaces.
#[derive(Debug)]
pub struct Links {
    ask: OwnedFd,
    news: OwnedFd,
    asked: u32,
}

impl Links {
    /// Opens it; needs no privilege.
    pub fn open() -> io::Result<Self> {
        let ask = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
        set_socket_timeout(&ask, Timeout::Recv, Some(TIMEOUT))?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let news = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
        bind(&news, &SocketAddrNetlink::new(0, CHANGES))?;
        Ok(Self { ask, news, asked: 0 })
    }

    /// What requests are written to.
    #[must_use]
    pub fn requests(&self) -> BorrowedFd<'_> {
        self.ask.as_fd()
    }

    /// Ready when something about the interfaces has changed.
    #[must_use]
    pub fn news(&self) -> BorrowedFd<'_> {
        self.news.as_fd()
    }

    /// Forgets what has changed, so that [`Links::news`] waits for the next change.
    pub fn forget_news(&self) {
        let mut message = [0; 8192];
        // Bounded, should somebody change interfaces faster than they can be read; too many at once (ENOBUFS) count as one.
        for _ in 0..256 {
            if matches!(recv(&self.news, &mut message, RecvFlags::empty()), Err(rustix::io::Errno::AGAIN)) {
                break;
            }
        }
    }

    /// All interfaces of this network namespace.
    pub fn list(&mut self) -> io::Result<Vec<Link>> {
        self.asked = self.asked.wrapping_add(1);
        let mut request = Vec::with_capacity(HEADER + INFO + 8);
        request.extend_from_slice(&40_u32.to_ne_bytes());
        request.extend_from_slice(&GET_LINK.to_ne_bytes());
        request.extend_from_slice(&DUMP.to_ne_bytes());
        request.extend_from_slice(&self.asked.to_ne_bytes());
        request.extend_from_slice(&[0; 4 + INFO]);
        // IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS.
        request.extend_from_slice(&8_u16.to_ne_bytes());
        request.extend_from_slice(&29_u16.to_ne_bytes());
        request.extend_from_slice(&8_u32.to_ne_bytes());
        // Not `send`: a process that may send could put frames on a network through a packet socket.
        rustix::io::write(&self.ask, &request)?;
        let (mut links, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            let (_, count) = recv(&self.ask, buffer.as_mut_slice(), RecvFlags::empty())?;
            if parse_links(buffer.get(..count).unwrap_or_default(), self.asked, &mut links)? {
                return Ok(links);
            }
        }
    }
}

/// Adds the interfaces that the kernel tells of in a datagram, in answer to the request of this number; whether they were the last.
pub fn parse_links(mut rest: &[u8], asked: u32, links: &mut Vec<Link>) -> io::Result<bool> {
    while let Some((kind, number, body, behind)) = message(rest) {
        rest = behind;
        if number != asked {
            continue;
        }
        match kind {
            DONE => return Ok(true),
            ERROR => return Err(io::Error::other("the kernel does not list its interfaces")),
            NEW_LINK if links.len() < MOST => links.extend(link(body)),
            _ => {}
        }
    }
    Ok(false)
}

/// The message at the start of some octets: its type, number and body, and what follows it.
fn message(octets: &[u8]) -> Option<(u16, u32, &[u8], &[u8])> {
    let &[l0, l1, l2, l3, t0, t1, _, _, n0, n1, n2, n3] = octets.first_chunk()?;
    let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3])).ok()?;
    let body = octets.get(HEADER..length)?;
    let behind = octets.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((u16::from_ne_bytes([t0, t1]), u32::from_ne_bytes([n0, n1, n2, n3]), body, behind))
}

/// The attributes in some octets.
fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let &[l0, l1, t0, t1] = rest.first_chunk()?;
        let length = usize::from(u16::from_ne_bytes([l0, l1]));
        let value = rest.get(4..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        // The upper two bits are flags.
        Some((u16::from_ne_bytes([t0, t1]) & 0x3fff, value))
    })
}

fn link(body: &[u8]) -> Option<Link> {
    let &[_, _, h0, h1, i0, i1, i2, i3, f0, f1, f2, f3] = body.first_chunk()?;
    let flags = u32::from_ne_bytes([f0, f1, f2, f3]);
    let mut link = Link {
        index: u32::from_ne_bytes([i0, i1, i2, i3]),
        up: flags & 0x1 != 0,
        running: flags & 0x40 != 0,
        hardware: u16::from_ne_bytes([h0, h1]),
        ..Link::default()
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).trim_end_matches('\0').to_owned();
    let word = |value: &[u8]| value.first_chunk().map(|octets| u32::from_ne_bytes(*octets));
    let (mut other, mut elsewhere) = (None, false);
    // IFLA_IFNAME, IFLA_MTU, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO with IFLA_INFO_KIND, IFLA_LINK_NETNSID.
    for (kind, value) in attributes(body.get(INFO..)?) {
        match kind {
            3 => link.name = text(value),
            4 => link.mtu = word(value).unwrap_or(0),
            5 => other = word(value),
            10 => link.master = word(value),
            18 => link.kind = attributes(value).find(|(kind, _)| *kind == 1).map(|(_, value)| text(value)).unwrap_or_default(),
            37 => elsewhere = true,
            _ => {}
        }
    }
    // The other end of a veth pair is told in the same way, but is another interface.
    let picks = matches!(link.kind.as_str(), "vlan" | "macvlan" | "macvtap" | "ipvlan" | "ipvtap");
    link.below = other.filter(|_| picks && !elsewhere);
    (!link.name.is_empty()).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_is_listed() {
        let mut links = Links::open().unwrap();
        for _ in 0..2 {
            let list = links.list().unwrap();
            let loopback = list.iter().find(|link| link.name == "lo").unwrap();
            assert_eq!((loopback.index, loopback.link_type(), loopback.hardware), (1, Some(1), 772));
            assert!(loopback.mtu >= 1500, "{loopback:?}");
        }
    }

    #[test]
    fn a_port_of_a_named_bridge_and_a_vlan_of_a_named_interface_are_found() {
        let link = |index, name: &str, master, below| Link { index, name: name.into(), master, below, ..Link::default() };
        let links = [
            link(1, "br", None, None),
            link(2, "port", Some(1), None),
            link(3, "eth", None, None),
            link(4, "eth.7", Some(1), Some(3)),
            link(5, "loop-a", Some(6), None),
            link(6, "loop-b", Some(5), None),
        ];
        let found = |names: &[&str], name| shadowed(&links, names, name).map(|link| link.index);
        assert_eq!(found(&["br", "port"], "port"), Some(1));
        assert_eq!(found(&["br", "port"], "br"), None);
        assert_eq!(found(&["port", "eth"], "port"), None);
        assert_eq!(found(&["br", "eth.7"], "eth.7"), Some(1));
        assert_eq!(found(&["loop-a"], "loop-a"), None);
        assert_eq!(found(&["gone"], "gone"), None);
    }

    #[test]
    fn names_that_no_interface_can_have_are_refused() {
        for name in ["eth0", "br-lan.20", "wlp0s20f3", "fifteen-octets_"] {
            check_name(name).unwrap();
        }
        for name in ["", ".", "..", "bad/x", "bad name", "eth0:1", "sixteen-octets_x", "any"] {
            assert!(check_name(name).unwrap_err().contains("--list"), "{name:?}");
        }
    }

    #[test]
    fn what_keeps_an_interface_from_hearing_is_said_with_what_to_do() {
        let link = |name: &str, up, running| Link { name: name.into(), up, running, ..Link::default() };
        let links = [link("on", true, true), link("off", false, false), link("loose", true, false)];
        let reason = |name| cannot_hear(&links, name);
        assert_eq!(reason("on"), None);
        assert!(reason("off").unwrap().contains("ip link set off up"));
        assert_eq!(reason("loose"), None, "whoever is at its other end may come");
        assert!(reason("gone").unwrap().contains("no interface gone"));
    }

    #[test]
    fn damaged_messages_are_left_out() {
        for length in 0..48 {
            let octets = vec![0xff; length];
            assert!(message(&octets).is_none());
            assert!(link(&octets).is_none());
        }
    }
}
