//! What devices are called by those who live with them, by what they told of themselves in earlier sessions, and by the router's leases.
//!
//! A session of twenty minutes hears few names: devices ask for an address once a day, and many never announce themselves.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_base::{outfile, text};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::private::Private;
use earwitness_store::{Announced, Reader};

/// The file with the names that a person gave, in the folder of the store.
const FILE: &str = "names.toml";

/// Longest name that a person gives, columns.
const WIDEST: usize = 40;

/// Most names that a person gives.
const MOST: usize = 1_024;

/// A file of names or leases longer than this is none of ours, octets.
const LONGEST: u64 = 1 << 20;

/// Where dnsmasq keeps its leases: on `OpenWrt`, Debian, Fedora.
const LEASES: [&str; 3] = ["/tmp/dhcp.leases", "/var/lib/misc/dnsmasq.leases", "/var/lib/dnsmasq/dnsmasq.leases"];

/// What devices are called. Prints nothing of it by `Debug`.
#[derive(Default)]
pub(crate) struct Names {
    given: BTreeMap<Mac, String>,
    announced: BTreeMap<DeviceId, Announced>,
    leased: BTreeMap<Mac, String>,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Names({} given)", self.given.len())
    }
}

impl Names {
    /// Reads what is known in the home of a store.
    ///
    /// # Errors
    /// When the store or the file of names cannot be read.
    pub(crate) fn read(reader: &Reader) -> anyhow::Result<Self> {
        let state = reader.path().parent().unwrap_or_else(|| Path::new("."));
        let leased = LEASES.iter().filter_map(|path| leases(Path::new(path))).flatten().collect();
        Ok(Self { given: given(state)?, announced: reader.announced()?, leased })
    }

    /// Puts the name that a person gave before all others; a device that told none gets what it told before, or what its lease says.
    pub(crate) fn fill_in(&self, findings: &mut Findings) {
        for device in &mut findings.devices {
            self.name(device);
        }
    }

    /// The same for one device.
    pub(crate) fn name(&self, device: &mut DeviceFindings) {
        if device.names.is_empty()
            && device.host_name.is_none()
            && let Some(before) = self.announced.get(&device.id)
        {
            device.host_name.clone_from(&before.host_name);
            device.names.clone_from(&before.names);
        }
        let DeviceId::Mac(mac) = device.id else { return };
        if device.names.is_empty() && device.host_name.is_none() {
            device.host_name = self.leased.get(&mac).cloned().map(Private::new);
        }
        if let Some(name) = self.given.get(&mac) {
            device.names.insert(0, Private::new(name.clone()));
        }
    }

    /// The name that a person gave.
    pub(crate) fn of(&self, device: DeviceId) -> Option<&str> {
        let DeviceId::Mac(mac) = device else { return None };
        self.given.get(&mac).map(String::as_str)
    }
}

/// The names that a person gave, from the folder of the store.
///
/// # Errors
/// When the file cannot be read or understood.
pub(crate) fn given(state: &Path) -> anyhow::Result<BTreeMap<Mac, String>> {
    let path = state.join(FILE);
    let Some(content) = content(&path).with_context(|| format!("{} cannot be read", path.display()))? else {
        return Ok(BTreeMap::new());
    };
    let written: BTreeMap<String, String> = toml::from_str(&content)
        .with_context(|| format!("{} holds no names: write lines such as \"02:00:5e:10:00:01\" = \"Kitchen\"", path.display()))?;
    let name = |(mac, name): (String, String)| {
        let mac = mac.parse().map_err(|_| anyhow::anyhow!("{}: {mac:?} is no MAC address", path.display()))?;
        Ok((mac, text::clean(&name, WIDEST)))
    };
    written.into_iter().take(MOST).map(name).collect()
}

/// Gives a device a name, or takes it away.
///
/// # Errors
/// When the name holds nothing, there are too many, or the file cannot be read or written.
pub(crate) fn give(state: &Path, mac: Mac, name: Option<&str>) -> anyhow::Result<()> {
    let mut names = given(state)?;
    match name.map(|name| text::clean(name.trim(), WIDEST)) {
        Some(name) if name.is_empty() => bail!("the name holds nothing that can be read"),
        Some(_) if names.len() >= MOST && !names.contains_key(&mac) => bail!("{MOST} devices have names: forget one (--forget)"),
        Some(name) => drop(names.insert(mac, name)),
        None if names.remove(&mac).is_none() => bail!("nobody gave {mac} a name"),
        None => {}
    }
    outfile::write_whole(&state.join(FILE), |out| {
        // A basic string of TOML has the escapes of JSON.
        names.iter().try_for_each(|(mac, name)| writeln!(out, "\"{mac}\" = {}", serde_json::Value::from(name.as_str())))
    })?;
    Ok(())
}

/// A text file; nothing where there is none.
fn content(path: &Path) -> std::io::Result<Option<String>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut content = String::new();
    file.take(LONGEST).read_to_string(&mut content)?;
    Ok(Some(content))
}

/// The host names of a file of dnsmasq's leases (`expiry MAC address name client-id`); nothing where it cannot be read, or is neither root's nor ours: in `/tmp`
/// everybody may lay one.
fn leases(path: &Path) -> Option<Vec<(Mac, String)>> {
    let owner = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return None;
    }
    let content = content(path).ok()??;
    Some(content.lines().take(MOST).filter_map(lease).collect())
}

fn lease(line: &str) -> Option<(Mac, String)> {
    let mut fields = line.split_whitespace().skip(1);
    let mac = fields.next()?.parse().ok()?;
    let name = fields.nth(1).filter(|name| *name != "*")?;
    Some((mac, text::clean(name, WIDEST)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::findings::{CaptureFacts, Role};
    use earwitness_core::time::{Timestamp, Window};
    use earwitness_report::labels;

    const MAC: Mac = Mac([2, 0, 0x5e, 0x10, 0, 1]);

    fn called(names: &Names) -> String {
        let at = Timestamp::from_nanos(0);
        let device = DeviceFindings::new(DeviceId::Mac(MAC), Role::Device, Window { from: at, until: at });
        let mut findings = Findings { capture: CaptureFacts::default(), devices: vec![device] };
        names.fill_in(&mut findings);
        labels::device(&findings.devices[0], Some("Acme"))
    }

    #[test]
    fn a_persons_name_comes_before_what_it_told_before_and_that_before_its_lease() {
        let mut names = Names::default();
        assert_eq!(called(&names), "Acme 10:00:01");
        names.leased.extend(lease("1798761600 02:00:5e:10:00:01 192.168.1.7 echo-dot 01:02:00"));
        assert_eq!(called(&names), "echo-dot");
        let host_name = Some(Private::new("kitchen.local".to_owned()));
        names.announced.insert(DeviceId::Mac(MAC), Announced { host_name, names: Vec::new() });
        assert_eq!(called(&names), "kitchen");
        names.given.insert(MAC, "Speaker in the kitchen".to_owned());
        assert_eq!(called(&names), "Speaker in the kitchen");
    }

    #[test]
    fn a_lease_without_a_name_or_of_another_kind_says_nothing() {
        for line in ["", "1798761600 02:00:5e:10:00:01 192.168.1.7 * *", "duid 00:01:00", "1 not-a-mac 192.168.1.7 x *"] {
            assert_eq!(lease(line), None, "{line}");
        }
    }

    #[test]
    fn what_was_given_is_there_again_and_can_be_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        assert!(given(folder.path()).unwrap().is_empty());
        give(folder.path(), MAC, Some("  Grandma's \"radio\"\n")).unwrap();
        assert_eq!(given(folder.path()).unwrap().get(&MAC).map(String::as_str), Some("Grandma's \"radio\""));
        assert!(give(folder.path(), MAC, Some(" ")).is_err());
        give(folder.path(), MAC, None).unwrap();
        assert!(given(folder.path()).unwrap().is_empty());
        assert!(give(folder.path(), MAC, None).unwrap_err().to_string().contains("nobody gave"));
    }

    #[test]
    fn a_file_that_holds_no_names_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for (content, says) in [
            ("kitchen", "holds no names"),
            ("kitchen = \"x\"", "no MAC address"),
            ("\"02:00:5e:10:00:01\" = 3", "holds no names"),
        ] {
            std::fs::write(folder.path().join(FILE), content).unwrap();
            let error = format!("{:#}", given(folder.path()).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
}
