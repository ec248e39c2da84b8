//! Where sound servers are.

use std::env;
use std::fmt;
use std::path::PathBuf;

use super::Trouble;

/// Port of the native protocol over TCP.
const PORT: u16 = 4713;
/// Length of a cookie, octets.
const COOKIE: usize = 256;

/// Where a sound server listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// A socket in the file system.
    Unix(PathBuf),
    /// Host and port, as connected to.
    Tcp(String, u16),
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
            Self::Tcp(host, port) => write!(out, "tcp:{host}:{port}"),
        }
    }
}

impl Address {
    /// Reads an address as `PULSE_SERVER` has it: `unix:/path`, a path, `tcp:host`, `tcp:host:port`, each perhaps after the
    /// machine's identity in braces.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let wrong = || Trouble::Address(text.to_owned());
        let rest = match text.strip_prefix('{') {
            Some(rest) => rest.split_once('}').ok_or_else(wrong)?.1,
            None => text,
        };
        if let Some(path) = rest.strip_prefix("unix:").or_else(|| rest.starts_with('/').then_some(rest)) {
            return if path.starts_with('/') { Ok(Self::Unix(PathBuf::from(path))) } else { Err(wrong()) };
        }
        let host = ["tcp:", "tcp4:", "tcp6:"].iter().find_map(|kind| rest.strip_prefix(kind)).ok_or_else(wrong)?;
        let (host, port) = match host.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
                (host, port.strip_prefix(':'))
            }
            None => host.rsplit_once(':').map_or((host, None), |(host, port)| (host, Some(port))),
        };
        let port = port.map_or(Ok(PORT), str::parse).map_err(|_| wrong())?;
        if host.is_empty() { Err(wrong()) } else { Ok(Self::Tcp(host.to_owned(), port)) }
    }

    /// Whether it is worth a try: a socket that is not there is not.
    pub(super) fn may_exist(&self) -> bool {
        match self {
            Self::Unix(path) => path.exists(),
            Self::Tcp(..) => true,
        }
    }
}

/// Where a server is looked for if none is named: as `PULSE_SERVER` says and nowhere else; or in the run-time folders, and the
/// system-wide one.
pub(super) fn usual() -> Vec<Address> {
    if let Ok(servers) = env::var("PULSE_SERVER") {
        let named: Vec<_> = servers.split_whitespace().filter_map(|text| Address::parse(text).ok()).collect();
        if !named.is_empty() {
            return named;
        }
    }
    let user = rustix::process::getuid().as_raw();
    let folders = [
        env::var_os("PULSE_RUNTIME_PATH").map(|folder| PathBuf::from(folder).join("native")),
        env::var_os("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("pulse/native")),
        Some(PathBuf::from(format!("/run/user/{user}/pulse/native"))),
        Some(PathBuf::from("/run/pulse/native")),
        Some(PathBuf::from("/var/run/pulse/native")),
    ];
    let mut found: Vec<Address> = Vec::new();
    for address in folders.into_iter().flatten().map(Address::Unix) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The user's cookie, or zeros, which a server for everybody accepts.
pub(super) fn cookie() -> Vec<u8> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let files = [
        env::var_os("PULSE_COOKIE").map(PathBuf::from),
        home.as_ref().map(|home| home.join(".config/pulse/cookie")),
        home.as_ref().map(|home| home.join(".pulse-cookie")),
    ];
    let read = |path: PathBuf| std::fs::read(path).ok().filter(|cookie| cookie.len() == COOKIE);
    files.into_iter().flatten().find_map(read).unwrap_or_else(|| vec![0; COOKIE])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_servers_own_programs_read_them() {
        let unix = |path: &str| Ok(Address::Unix(PathBuf::from(path)));
        assert_eq!(Address::parse("unix:/run/x/native"), unix("/run/x/native"));
        assert_eq!(Address::parse("/run/x/native"), unix("/run/x/native"));
        assert_eq!(Address::parse("{0123abcd}unix:/run/x"), unix("/run/x"));
        assert_eq!(Address::parse("tcp:kitchen"), Ok(Address::Tcp("kitchen".to_owned(), 4_713)));
        assert_eq!(Address::parse("tcp:kitchen:4000"), Ok(Address::Tcp("kitchen".to_owned(), 4_000)));
        assert_eq!(Address::parse("tcp6:[::1]:4000"), Ok(Address::Tcp("::1".to_owned(), 4_000)));
        assert_eq!(Address::parse("tcp6:[::1]"), Ok(Address::Tcp("::1".to_owned(), 4_713)));
        for wrong in ["", "kitchen", "unix:relative", "tcp:", "tcp:a:b", "{x", "tcp:[::1"] {
            assert_eq!(Address::parse(wrong), Err(Trouble::Address(wrong.to_owned())), "{wrong}");
        }
    }
}
