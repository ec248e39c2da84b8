"""The room: a sound server whose null sink is the air. What is played into it is heard by whoever reads its monitor."""

import os
import subprocess
import sys
from pathlib import Path

from parts.wires import run, wait_for

HERE = Path(__file__).resolve().parent.parent


def environment(keep):
    """What a program needs to find the room, and nothing of a person's own sound server."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PULSE_")}
    hidden = keep.home / "pulse"
    own |= {
        "PULSE_SERVER": f"unix:{keep.home}/room.sock",
        "PULSE_SINK": "room",
        "PULSE_SOURCE": "room.monitor",
        "PULSE_COOKIE": str(hidden / "cookie"),
        "HOME": str(hidden),
        "XDG_RUNTIME_DIR": str(hidden),
        "XDG_CONFIG_HOME": str(hidden),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return own


def furnish(keep, noisy):
    """Starts the server, and the ear; and the noise of a quiet room, if it is to have any."""
    (keep.home / "pulse").mkdir(mode=0o700, exist_ok=True)
    env = environment(keep)
    keep.start(
        "room",
        [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
            "--log-level=notice",
            f"--load=module-native-protocol-unix auth-anonymous=1 socket={keep.home}/room.sock",
            "--load=module-null-sink sink_name=room rate=48000 channels=1 format=s16le",
        ],
        env=env,
    )

    def ready():
        asked = subprocess.run(["pactl", "info"], env=env, capture_output=True, check=False, timeout=10)
        return asked.returncode == 0

    wait_for("the room", ready, 20)
    run("pactl", "set-default-sink", "room", env=env)
    # The sink renders ahead as far as its slowest reader allows, and what the monitor gave out is not taken back:
    # with slow readers alone, the beginning of each sound is silence for all of them. The ear is quick.
    keep.start("ear", [sys.executable, HERE / "ear.py", keep.home], env=env)
    wait_for("the ear", lambda: (keep.home / "ear.times").exists() and (keep.home / "ear.times").stat().st_size > 0, 20)
    if noisy:
        keep.start("noise", [sys.executable, HERE / "things" / "noise.py"], env=env)
