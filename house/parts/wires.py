"""The network: a bridge and a gateway with address translation, a cloud behind it, one namespace a device.

Everything lies inside of namespaces. None of them has a link to the machine's own network, so nothing has a way out.
"""

import os
import subprocess
import time
from pathlib import Path

from parts.roster import ADDRESSES, BRIDGE, CLOUD, GATEWAY

RULES = f"""
table ip home {{
    chain out {{
        type nat hook postrouting priority 100;
        oifname "wan0" masquerade
    }}
    chain through {{
        type filter hook forward priority 0; policy drop;
        iifname "{BRIDGE}" oifname "wan0" accept
        ct state established,related accept
    }}
}}
"""

LEASE = """#!/bin/sh
# Takes a lease: address and way out. Names are asked of the gateway.
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr replace "$ip/${mask:-24}" dev "$interface"
ip route replace default via "$router"
"""


def run(*command, **more):
    """Runs a command that must succeed; its complaint is in the error."""
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True, check=False, timeout=30, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def unoffload(namespace, link):
    """Frames as they are on a wire: the kernel must not glue them together."""
    run("ip", "netns", "exec", namespace, "ethtool", "-K", link, "tso", "off", "gso", "off", "gro", "off")


def cable(home_end, home_link, far_end, far_link, mac=None):
    """A cable between two namespaces."""
    address = ["address", mac] if mac else []
    run("ip", "-n", home_end, "link", "add", home_link, "type", "veth", "peer", "name", far_link, *address, "netns", far_end)
    unoffload(home_end, home_link)
    unoffload(far_end, far_link)
    run("ip", "-n", home_end, "link", "set", home_link, "up")
    run("ip", "-n", far_end, "link", "set", far_link, "up")


def lay(keep):
    """Gateway and cloud."""
    gateway, cloud = keep.namespace("gw"), keep.namespace("cloud")
    for name in (gateway, cloud):
        run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", gateway, "link", "add", BRIDGE, "address", "02:e0:00:00:00:01", "type", "bridge", "forward_delay", "0")
    run("ip", "-n", gateway, "addr", "add", f"{GATEWAY}/24", "dev", BRIDGE)
    run("ip", "-n", gateway, "link", "set", BRIDGE, "up")
    cable(gateway, "wan0", cloud, "eth0")
    run("ip", "-n", gateway, "addr", "add", "198.51.100.1/24", "dev", "wan0")
    for address in sorted({CLOUD, *ADDRESSES.values()}):
        run("ip", "-n", cloud, "addr", "add", f"{address}/24", "dev", "eth0")
    run("ip", "netns", "exec", gateway, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
    run("ip", "netns", "exec", gateway, "nft", "-f", "-", input=RULES)
    keep.start(
        "dnsmasq",
        [
            "dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--pid-file=",
            "--user=root",
            "--group=root",
            "--no-resolv",
            "--no-hosts",
            f"--interface={BRIDGE}",
            "--except-interface=lo",
            "--bind-interfaces",
            "--dhcp-range=10.77.0.100,10.77.0.199,1h",
            "--dhcp-authoritative",
            f"--dhcp-leasefile={keep.home}/leases",
            "--no-ping",
            *(f"--address=/{name}.example/{address}" for name, address in ADDRESSES.items()),
        ],
        "gw",
    )
    script = keep.home / "lease.sh"
    script.write_text(LEASE)
    script.chmod(0o755)


def plug_in(keep, device):
    """A namespace for a device, on the bridge, with an address by DHCP under its name."""
    namespace = keep.namespace(device.name)
    resolv = Path(f"/etc/netns/{namespace}")
    resolv.mkdir(parents=True, exist_ok=True)
    (resolv / "resolv.conf").write_text(f"nameserver {GATEWAY}\n")
    run("ip", "-n", namespace, "link", "set", "lo", "up")
    port = f"p-{device.name}"
    cable(f"{keep.prefix}-gw", port, namespace, "eth0", device.mac)
    run("ip", "-n", f"{keep.prefix}-gw", "link", "set", port, "master", BRIDGE)
    keep.start(
        f"{device.name}-dhcp",
        [
            "udhcpc",
            "-f",
            "-i",
            "eth0",
            "-x",
            f"hostname:{device.name}",
            "-s",
            keep.home / "lease.sh",
            "-t",
            "5",
            "-T",
            "1",
            "-A",
            "1",
        ],
        device.name,
        env=dict(os.environ),
    )


def wait_for(what, test, seconds):
    """Waits for a condition, not for a time."""
    until = time.monotonic() + seconds
    while not test():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not come within {seconds} s")
        time.sleep(0.1)


def wait_for_leases(keep, devices, seconds=30):
    """Until each device has an address."""
    for device in devices:
        namespace = f"{keep.prefix}-{device.name}"
        wait_for(
            f"an address for {device.name}",
            lambda at=namespace: "10.77.0." in run("ip", "-n", at, "-4", "addr", "show", "dev", "eth0"),
            seconds,
        )
