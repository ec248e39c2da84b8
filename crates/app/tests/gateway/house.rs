//! A gateway, a server on the internet and devices, each in a network namespace.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::shell::{must, shell, text, wait};

/// Address of the gateway on the uplink, of the server beside it, and of the server on the internet.
pub(crate) const WAN: &str = "198.51.100.2";
pub(crate) const BESIDE: &str = "198.51.100.10";
pub(crate) const SERVER: &str = "203.0.113.80";

/// What tells whether an address, a route, a rule or a setting is left.
const LOOKS: [&str; 7] = [
    "ip -d address show | sed -E 's/ (valid|preferred)_lft [0-9]+sec//g'",
    "ip -d link show",
    "ip route show table all",
    "ip -6 route show table all",
    "bridge -d link show",
    "nft list ruleset",
    "cd /proc/sys/net && grep -r . ipv4/ip_forward ipv4/conf ipv6/conf 2>/dev/null | sort",
];

static COUNT: AtomicU32 = AtomicU32::new(0);

/// What the wired tests need.
pub(crate) const WIRED: [&str; 6] = ["ip", "nft", "dnsmasq", "udhcpc", "busybox", "iperf3"];

/// The namespaces; gone when dropped.
pub(crate) struct House {
    name: String,
    folder: tempfile::TempDir,
    running: Vec<Child>,
    /// Put before `PATH` of the program.
    pub(crate) shims: Option<PathBuf>,
}

impl House {
    /// `gw` with `wan`, `lan1`, `lan2`; `cloud` behind `wan`; `c1` and `c2` behind the others. All ports of the home are off.
    pub(crate) fn new() -> Self {
        let name = format!("ew{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let house = Self { name, folder: tempfile::tempdir().unwrap(), running: Vec::new(), shims: None };
        for space in SPACES {
            must(&format!("ip netns add {}", house.space(space)));
            house.must_in(space, "ip link set lo up");
        }
        for (gateway, other) in [("wan", "cloud"), ("lan1", "c1"), ("lan2", "c2")] {
            let (own, peer) = (house.space("gw"), house.space(other));
            must(&format!("ip link add {gateway} netns {own} type veth peer name eth0 netns {peer}"));
            house.must_in(other, "ip link set eth0 up");
            // Its first time on changes what `ip link` prints for ever (the queue); that is nobody's doing.
            house.must_in("gw", &format!("ip link set {gateway} up; ip link set {gateway} down"));
        }
        house.must_in("gw", &format!("ip address add {WAN}/24 dev wan; ip link set wan up; ip route add default via {BESIDE}"));
        house.must_in("cloud", &format!("ip address add {BESIDE}/24 dev eth0; ip address add {SERVER}/32 dev lo"));
        house.must_in(
            "gw",
            "nft 'table inet others { chain input { type filter hook input priority 0; policy accept; tcp dport 9 counter drop; }; }'; \
             nft 'table ip nat { chain post { type nat hook postrouting priority 100; oifname \"tun9\" masquerade; }; }'",
        );
        wait("the uplink has its address", || {
            house.in_space("gw", "ip -6 addr show dev wan | grep -q 'scope link $'").status.success()
        });
        house
    }

    pub(crate) fn space(&self, space: &str) -> String {
        format!("{}-{space}", self.name)
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Runs a script in a namespace.
    pub(crate) fn in_space(&self, space: &str, script: &str) -> Output {
        Command::new("ip").args(["netns", "exec", &self.space(space), "sh", "-c", script]).stdin(Stdio::null()).output().unwrap()
    }

    /// The same, which must succeed.
    pub(crate) fn must_in(&self, space: &str, script: &str) -> String {
        let done = self.in_space(space, script);
        assert!(done.status.success(), "{space}: {script}: {}", text(&done));
        text(&done)
    }

    /// Starts a server in a namespace; it ends with the house.
    pub(crate) fn serve(&mut self, space: &str, program: &str, arguments: &[&str]) {
        let child = Command::new("ip")
            .args(["netns", "exec", &self.space(space), program])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running.push(child);
    }

    /// Names and a place to measure against, on the internet.
    pub(crate) fn serve_cloud(&mut self) {
        let name = format!("--address=/cloud.example/{SERVER}");
        self.serve(
            "cloud",
            "dnsmasq",
            &[
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--pid-file",
                "--local=/example/",
                &name,
            ],
        );
        self.serve("cloud", "iperf3", &["--server", "--bind", SERVER]);
        wait("the cloud's servers", || {
            self.in_space("cloud", "ss -Hlnt | grep -q :5201 && ss -Hlnt | grep -q :53").status.success()
        });
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, section: &str) {
        fs::write(self.path("home.toml"), format!("[gateway]\n{section}\n")).unwrap();
    }

    /// `earwitness gateway` in the gateway's namespace.
    pub(crate) fn command(&self, task: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.space("gw"), "env"]);
        if let Some(shims) = &self.shims {
            let path = std::env::var("PATH").unwrap();
            command.arg(format!("PATH={}:{path}", shims.display())).arg(format!("SHIMS={}", shims.display()));
        }
        command.args([env!("CARGO_BIN_EXE_earwitness"), "gateway"]).args(task.split(' '));
        if !task.starts_with("down") && !task.starts_with("status") {
            command.arg("--config").arg(self.path("home.toml"));
        }
        command.arg("--run").arg(self.path("run")).stdin(Stdio::null());
        command
    }

    pub(crate) fn gateway(&self, task: &str) -> Output {
        self.command(task).output().unwrap()
    }

    /// The same, which must succeed.
    pub(crate) fn must_gateway(&self, task: &str) -> String {
        let done = self.gateway(task);
        assert!(
            done.status.success(),
            "{task}: {}\nlog: {}",
            text(&done),
            fs::read_to_string(self.path("run/gateway.log")).unwrap_or_default()
        );
        text(&done)
    }

    /// Everything that a gateway could leave in the kernel.
    pub(crate) fn state(&self) -> String {
        // Standard error aside: `ip` wonders there about the namespaces of other tests that go meanwhile.
        LOOKS.map(|look| format!("## {look}\n{}", String::from_utf8_lossy(&self.in_space("gw", look).stdout))).concat()
    }

    /// A device asks for an address as any does. Gives what it was told.
    pub(crate) fn lease(&self, device: &str) -> String {
        let script = self.path("udhcpc.sh");
        fs::write(
            &script,
            "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nip address replace $ip/$mask dev $interface\nip route replace default via $router\n\
             echo \"address=$ip router=$router dns=$dns lease=$lease domain=$domain\"\n",
        )
        .unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let script = script.display();
        let output = self.must_in(device, &format!("udhcpc -i eth0 -f -n -q -t 30 -T 1 -x hostname:{device} -s {script}"));
        output.lines().find(|line| line.starts_with("address=")).unwrap_or_else(|| panic!("no lease: {output}")).to_owned()
    }

    /// Whether one may reach an address.
    pub(crate) fn reaches(&self, device: &str, address: &str) -> bool {
        self.in_space(device, &format!("busybox ping -c 1 -W 1 {address}")).status.success()
    }

    /// Processes of the gateway's namespace by the beginning of their command line.
    pub(crate) fn processes(&self, part: &str) -> Vec<i32> {
        let inside = must(&format!("ip netns pids {}", self.space("gw")));
        let is_it = |pid: &i32| {
            fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|it| String::from_utf8_lossy(&it).replace('\0', " ").contains(part))
        };
        inside.lines().filter_map(|line| line.trim().parse().ok()).filter(is_it).collect()
    }
}

const SPACES: [&str; 4] = ["gw", "cloud", "c1", "c2"];

/// Ends a process at once.
pub(crate) fn kill(pid: i32) {
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).output();
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.gateway("down");
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        for space in SPACES {
            let space = self.space(space);
            for pid in String::from_utf8_lossy(&shell(&format!("ip netns pids {space}")).stdout).lines() {
                kill(pid.trim().parse().unwrap_or(i32::MAX));
            }
            let _ = shell(&format!("ip netns del {space}"));
        }
    }
}

/// A folder with a stand-in for a program that does what the script says, then the real thing.
pub(crate) fn shim(folder: &Path, program: &str, script: &str) {
    fs::create_dir_all(folder).unwrap();
    let real = shell(&format!("command -v {program}"));
    let file = folder.join(program);
    fs::write(&file, format!("#!/bin/sh\nreal={}\n{script}\nexec $real \"$@\"\n", text(&real).trim())).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Asserts that two states are the same; says which lines are not.
pub(crate) fn same(now: &str, before: &str, what: &str) {
    assert!(before.contains("## nft") && before.contains("table inet others"), "nothing was looked at: {before}");
    let only =
        |this: &str, other: &str| this.lines().filter(|line| !other.lines().any(|it| it == *line)).collect::<Vec<_>>().join("\n");
    assert!(now == before, "{what}: new:\n{}\ngone:\n{}", only(now, before), only(before, now));
}
