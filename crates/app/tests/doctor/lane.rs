//! Three machines on a switch, and one behind it: `router` has the internet's address, `me` is where the doctor sits.

use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::shell::{must, shell, wait};

/// An address of the internet.
pub(crate) const FAR: &str = "198.51.100.80";
const SPACES: [&str; 5] = ["switch", "router", "me", "a", "b"];
static COUNT: AtomicU32 = AtomicU32::new(0);

/// The namespaces; gone when dropped.
pub(crate) struct Lane {
    name: String,
    running: Vec<Child>,
}

impl Lane {
    /// All on one switch; the way to the internet leads through `router`, or through `me`.
    pub(crate) fn new(gateway_is_me: bool) -> Self {
        let name = format!("ed{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let lane = Self { name, running: Vec::new() };
        for space in SPACES {
            must(&format!("ip netns add {0} && ip -n {0} link set lo up", lane.space(space)));
        }
        lane.must_in("switch", "ip link add br0 type bridge && ip link set br0 up");
        for (number, space) in ["router", "me", "a", "b"].iter().enumerate() {
            let (switch, other) = (lane.space("switch"), lane.space(space));
            must(&format!("ip link add p{number} netns {switch} type veth peer name eth0 netns {other}"));
            lane.must_in("switch", &format!("ip link set p{number} master br0 up"));
            lane.must_in(space, &format!("ip link set eth0 up; ip address add 192.168.7.{}/24 dev eth0", number + 1));
        }
        let (gateway, way) = if gateway_is_me { ("me", "192.168.7.2") } else { ("router", "192.168.7.1") };
        if gateway_is_me {
            // The internet is behind this machine, over a wire of its own.
            let (me, router) = (lane.space("me"), lane.space("router"));
            lane.must_in("router", "ip address flush dev eth0");
            must(&format!("ip link add wan netns {me} type veth peer name wan netns {router}"));
            lane.must_in("me", "ip link set wan up; ip address add 203.0.113.2/24 dev wan; ip route add default via 203.0.113.1");
            lane.must_in(
                "router",
                "ip link set wan up; ip address add 203.0.113.1/24 dev wan; ip route add 192.168.7.0/24 via 203.0.113.2",
            );
        }
        lane.must_in("router", &format!("ip address add {FAR}/32 dev lo"));
        lane.must_in(gateway, "echo 1 > /proc/sys/net/ipv4/ip_forward");
        for space in ["me", "a", "b"].iter().filter(|it| **it != gateway) {
            lane.must_in(space, &format!("ip route add default via {way}"));
        }
        lane
    }

    fn space(&self, space: &str) -> String {
        format!("{}-{space}", self.name)
    }

    fn must_in(&self, space: &str, script: &str) {
        let done = Command::new("ip").args(["netns", "exec", &self.space(space), "sh", "-c", script]).output().unwrap();
        assert!(done.status.success(), "{space}: {script}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Lets machines talk with the internet for as long as the lane lives, and waits until they do.
    pub(crate) fn talk(&mut self, spaces: &[&str]) {
        for space in spaces {
            let ping = ["netns", "exec", &self.space(space), "busybox", "ping", "-c", "1", "-W", "1", FAR];
            wait(&format!("{space} reaches the internet"), || Command::new("ip").args(ping).output().unwrap().status.success());
            let script = format!("while :; do busybox ping -c 1 -W 1 {FAR}; busybox sleep 0.2; done");
            let child = Command::new("ip")
                .args(["netns", "exec", &self.space(space), "sh", "-c", &script])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
            self.running.push(child.unwrap());
        }
    }

    /// `earwitness doctor` on `me`, through these words before it.
    pub(crate) fn doctor(&self, before: &[&str], arguments: &[&str]) -> Output {
        Command::new("ip")
            .args(["netns", "exec", &self.space("me")])
            .args(before)
            .arg(env!("CARGO_BIN_EXE_earwitness"))
            .arg("doctor")
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

/// The check of this name in a report.
pub(crate) fn check(report: &Value, name: &str) -> Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no check `{name}`: {report}")).clone()
}

impl Drop for Lane {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        for space in SPACES {
            let space = self.space(space);
            for pid in String::from_utf8_lossy(&shell(&format!("ip netns pids {space}")).stdout).lines() {
                let _ = Command::new("kill").args(["-9", pid.trim()]).output();
            }
            let _ = shell(&format!("ip netns del {space}"));
        }
    }
}
