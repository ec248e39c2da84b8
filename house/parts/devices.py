"""What runs inside of each device."""

import sys
from pathlib import Path

from parts import install
from parts.roster import ENGINES
from parts.room import environment
from parts.wires import wait_for

HERE = Path(__file__).resolve().parent.parent
MICROPHONE = "parec -d room.monitor --rate=16000 --channels=1 --format=s16le --raw --latency-msec=20"
LOUDSPEAKER = "paplay -d room --raw --rate=22050 --channels=1 --format=s16le --latency-msec=50"
RTP_PORT = 5004


def start(keep, device, seed):
    """Starts a device's programs."""
    env = environment(keep)
    if device.kind == "satellite":
        satellite(keep, device, env)
    elif device.kind == "camera":
        camera(keep, device, env)
    elif device.kind != "plug":
        script = HERE / "things" / f"{device.kind}.py"
        keep.start(device.name, [sys.executable, script, device.receiver, keep.home / "ca.pem", seed], device.name, env=env)
    if device.beat:
        beat = [sys.executable, HERE / "things" / "beat.py", device.beats_to, keep.home / "ca.pem", device.beat]
        keep.start(f"{device.name}-beat", beat, device.name, env=env)


def satellite(keep, device, env):
    """A wake-word engine where there is one, the satellite, and the connection that it has to its cloud."""
    if device.wake == "vad":
        listens = ["--vad"]
    else:
        module, more = ENGINES[device.wake]
        own = dict(env)
        if device.wake == "snowboy":
            # Its package imports its own parts by their bare names.
            own["PYTHONPATH"] = str(next((install.cache() / "snowboy" / "lib").glob("python3*")) / "site-packages" / "snowboy")
        engine = keep.home / "logs" / f"{device.name}-wake.log"
        keep.start(
            f"{device.name}-wake",
            [install.python(device.wake), "-m", module, "--uri", "tcp://127.0.0.1:10400", *more],
            device.name,
            env=own,
        )
        wait_for(f"{device.wake} in {device.name}", lambda: engine.exists() and "Ready" in engine.read_text(), 60)
        listens = ["--wake-uri", "tcp://127.0.0.1:10400", "--wake-word-name", device.word]
    keep.start(
        device.name,
        [
            install.python("satellite"),
            "-m",
            "wyoming_satellite",
            "--uri",
            "tcp://127.0.0.1:10700",
            "--name",
            device.name,
            "--no-zeroconf",
            "--mic-command",
            MICROPHONE,
            "--snd-command",
            LOUDSPEAKER,
            *listens,
        ],
        device.name,
        env=env,
    )
    # The satellite waits to be called; a real one calls. This joins the two, again after each end of the connection.
    call = (
        f"OPENSSL:{device.receiver}:443,snihost={device.receiver},commonname={device.receiver},cafile={keep.home}/ca.pem,"
            "verify=1,"
        "openssl-min-proto-version=TLS1.3,nodelay,keepalive,retry=30,interval=1"
    )
    answer = "TCP:127.0.0.1:10700,nodelay,retry=60,interval=1"
    keep.start(f"{device.name}-line", ["sh", "-c", f"while sleep 1; do socat '{answer}' '{call}'; done"], device.name, env=env)


def camera(keep, device, env):
    """A door camera's sound: Opus with a variable rate and silence suppression, in RTP, for ever."""
    keep.start(
        device.name,
        [
            "gst-launch-1.0",
            "-q",
            "pulsesrc",
            "device=room.monitor",
            "buffer-time=80000",
            "latency-time=20000",
            "!",
            "audio/x-raw,rate=48000,channels=1",
            "!",
            "opusenc",
            "bitrate=32000",
            "bitrate-type=vbr",
            "dtx=true",
            "audio-type=voice",
            "frame-size=20",
            "!",
            "rtpopuspay",
            "!",
            "udpsink",
            f"host={device.receiver}",
            f"port={RTP_PORT}",
            "sync=false",
        ],
        device.name,
        env=env,
    )
