"""Puts what the house is made of where it belongs: Debian packages, and one Python environment for each voice program."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"

# Package, and a program or file that shows that it is there.
PACKAGES = {
    "iproute2": "ip",
    "nftables": "nft",
    "dnsmasq-base": "dnsmasq",
    "udhcpc": "udhcpc",
    "ethtool": "ethtool",
    "socat": "socat",
    "tcpdump": "tcpdump",
    "openssl": "openssl",
    "pulseaudio": "pulseaudio",
    "pulseaudio-utils": "parec",
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "pocketsphinx": "pocketsphinx_batch",
    "pocketsphinx-en-us": "",
    "sox": "sox",
}
FULL = {
    "gstreamer1.0-tools": "gst-launch-1.0",
    "gstreamer1.0-plugins-base": "",
    "gstreamer1.0-plugins-good": "",
    "gstreamer1.0-pulseaudio": "",
    "build-essential": "make",
    "swig": "swig",
    "libatlas-base-dev": "",
    "portaudio19-dev": "",
}
ENVIRONMENTS = {"satellite": False, "porcupine": False, "tools": False, "openwakeword": True, "snowboy": True}


class Missing(Exception):
    """Something is not installed; says what to do."""


def cache():
    """Where environments live: outside of the checkout, the same for all houses."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("EARWITNESS_HOUSE_CACHE") or Path(base) / "earwitness-house")


def python(environment):
    """The interpreter of an environment."""
    return cache() / environment / "bin" / "python"


def installed(package):
    """Whether Debian knows it as installed."""
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return "ok installed" in asked.stdout


def lacking_packages(form):
    """Debian packages that a form of the house needs and the machine does not have."""
    wanted = dict(PACKAGES, **(FULL if form == "full" else {}))
    return [name for name, program in wanted.items() if not ((program and shutil.which(program)) or installed(name))]


def stamp(environment):
    """What an environment was made from."""
    wanted = (REQUIREMENTS / f"{environment}.txt").read_bytes()
    return hashlib.sha256(wanted + sys.version.encode()).hexdigest()


def lacking_environments(form):
    """Environments that are missing, or were made from other versions."""
    wanted = [name for name, full in ENVIRONMENTS.items() if form == "full" or not full]

    def is_made(name):
        made = cache() / name / "made-from"
        return made.exists() and made.read_text() == stamp(name)

    return [name for name in wanted if not is_made(name)]


def check(form):
    """Says what is missing, before anything is begun."""
    lacking = lacking_packages(form) + lacking_environments(form)
    if lacking:
        raise Missing(f"not installed: {', '.join(lacking)}; run: house/house install --{form}")


def install(form):
    """Installs what is missing; says so, and does nothing, where all is there."""
    packages = lacking_packages(form)
    if packages:
        install_packages(packages)
    for name in lacking_environments(form):
        make_environment(name)
    print(f"house: the {form} form is installed; environments in {cache()}")


def install_packages(packages):
    """By apt, without starting any service."""
    if os.geteuid() != 0:
        raise Missing("as root: apt-get install --no-install-recommends " + " ".join(packages))
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "-q"]
    try:
        print("house: apt-get install", *packages)
        subprocess.run([*apt, "update"], env=quiet, check=True, timeout=600, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "install", "--no-install-recommends", *packages],
            env=quiet,
            check=True,
            timeout=1800,
            stdout=subprocess.DEVNULL,
        )
    finally:
        if ours:
            policy.unlink()


def make_environment(name):
    """A Python environment with exactly the versions, and the archives by their hashes, that are written down."""
    if sys.version_info[:2] != (3, 11):
        raise Missing("the voice programs need Python 3.11: run python3.11 house/house install")
    home = cache() / name
    print(f"house: making {home}")
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=120)
    # Snowboy's archive carries an object of another machine: -B makes everything anew.
    build = dict(os.environ, MAKEFLAGS="-B", PIP_DISABLE_PIP_VERSION_CHECK="1")
    wanted = ["--require-hashes", "--no-deps", "-r", str(REQUIREMENTS / f"{name}.txt")]
    subprocess.run([home / "bin" / "pip", "install", "-q", *wanted], env=build, check=True, timeout=900)
    (home / "made-from").write_text(stamp(name))
