//! A laptop: pages, videos, and files sent away.

use std::net::IpAddr;

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use crate::chance::Chance;
use crate::host::{Host, Server, later};
use crate::session::Session;
use crate::truth::Upload;

/// A laptop in use.
#[derive(Clone, Copy, Debug)]
pub struct Laptop {
    /// Shortest and longest time between pages, seconds.
    pub pages: (i64, i64),
    /// Octets of a page's largest object.
    pub object: usize,
    /// Octets of a piece of video, one every four seconds while a video runs; 0 for none.
    pub video: usize,
    /// Octets of a file that is sent away now and then; 0 for none.
    pub file: usize,
}

impl Device for Laptop {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let now = host.join(from, None);
        let mut chance = host.chance.fork("laptop");
        let mut at = later(now, 2, 6, &mut chance);
        while at + 15 * SECOND < until {
            match chance.below(8) {
                0 if self.video > 0 => at = self.watch(host, at, until, &mut chance),
                1 if self.file > 0 => self.send_file(host, at, &mut chance),
                _ => self.browse(host, at, &mut chance),
            }
            at = later(at, self.pages.0, self.pages.1, &mut chance);
        }
        Vec::new()
    }
}

impl Laptop {
    /// One page: a first server, then a few more, each asked for several objects.
    pub(crate) fn browse(&self, host: &mut Host, at: i64, chance: &mut Chance) {
        let site = chance.below(40);
        for part in 0..=chance.below(3) {
            let name = format!("{}.site-{site}.example", ["www", "static", "media"][usize::try_from(part).unwrap_or(0) % 3]);
            let server = site_server(&name, site, part, chance);
            let asked = at + i64::try_from(part).unwrap_or(0) * chance.between(80, 300) * MILLISECOND;
            let opened = host.look_up(asked, &server);
            let mut session = Session::open(opened, &name, &["h2", "http/1.1"], chance);
            let mut next = opened;
            for _ in 0..chance.length(1, 7) {
                session.ask(next, chance.length(180, 900), chance.between(5, 120) * MILLISECOND, &self.object(chance));
                next += chance.exponential(250 * MILLISECOND);
            }
            session.close(next + chance.between(5, 12) * SECOND);
            host.converse(&server, session);
        }
    }

    fn object(&self, chance: &mut Chance) -> Vec<usize> {
        let octets = chance.length(400, self.object.max(401));
        let mut records = vec![chance.length(120, 500)];
        records.extend(std::iter::repeat_n(8_192, octets / 8_192));
        records.push(octets % 8_192 + 1);
        records
    }

    /// A video: one piece every four seconds for up to a minute. Says when it is over.
    fn watch(&self, host: &mut Host, at: i64, until: i64, chance: &mut Chance) -> i64 {
        let server = site_server("video.stream.example", 7, 9, chance);
        let opened = host.look_up(at, &server);
        let mut session = Session::open(opened, server.name, &["h2"], chance);
        let mut next = opened;
        let end = (at + chance.between(20, 60) * SECOND).min(until - 5 * SECOND);
        while next < end {
            let octets = self.video * chance.length(70, 130) / 100;
            let records = vec![16_384; octets / 16_384 + 1];
            session.ask(next, chance.length(200, 400), 20 * MILLISECOND, &records);
            next += 4 * SECOND + chance.bell(0, 100 * MILLISECOND);
        }
        session.close(next);
        host.converse(&server, session);
        next
    }

    pub(crate) fn send_file(&self, host: &mut Host, at: i64, chance: &mut Chance) {
        let server = site_server("files.cloud.example", 9, 9, chance);
        let opened = host.look_up(at, &server);
        let mut session = Session::open(opened, server.name, &["h2"], chance);
        let mut left = self.file * chance.length(50, 150) / 100;
        while left > 0 {
            session.say(opened, left.min(16_384));
            left -= left.min(16_384);
        }
        session.ask(opened + MILLISECOND, 60, 80 * MILLISECOND, &[300]);
        session.close(opened + 4 * SECOND);
        host.converse(&server, session);
    }
}

fn site_server<'a>(name: &'a str, site: u64, part: u64, chance: &mut Chance) -> Server<'a> {
    let last = u8::try_from(100 + (site * 3 + part) % 150).unwrap_or(100);
    Server { name, address: IpAddr::from([203, 0, 113, last]), port: 443, delay: chance.between(5, 45) * MILLISECOND }
}
