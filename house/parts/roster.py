"""Who lives in the house: names, addresses, whom they call, and what drives them.

Addresses have the makers' real prefixes, so that whoever watches sees what it would see in a home. A satellite is the
program of its own makers; things that only talk (`things/`) are written here.
"""

from dataclasses import dataclass

CLOUD = "198.51.100.10"
GATEWAY = "10.77.0.1"
BRIDGE = "br-home"


@dataclass(frozen=True)
class Device:
    """One device: `kind` says what drives it, `wake` which engine listens in it, `hears` whether sound can reach it, and `beat` after how many
    seconds it shows a sign of life again, where it does."""

    name: str
    mac: str
    receiver: str
    kind: str
    wake: str = ""
    word: str = ""
    hears: bool = False
    small: bool = False
    beat: int = 0

    @property
    def beats_to(self):
        """Whom its signs of life go to: satellites have a service for it beside the one that listens."""
        return self.receiver.replace("voice.", "status.", 1)


DEVICES = (
    Device(
        "kitchen", "fc:65:de:10:00:01", "voice.kitchen.example", "satellite", "porcupine", "alexa", hears=True, small=True, beat=10
    ),
    Device("study", "dc:a6:32:10:00:02", "voice.study.example", "satellite", "openwakeword", "alexa", hears=True, beat=11),
    Device("bedroom", "b8:27:eb:10:00:03", "voice.bedroom.example", "satellite", "snowboy", "alexa", hears=True, beat=13),
    Device("hall", "e4:5f:01:10:00:04", "voice.hall.example", "satellite", "vad", hears=True, small=True, beat=12),
    Device("doorbell", "2c:aa:8e:10:00:05", "stream.doorbell.example", "camera", hears=True),
    Device("plug", "50:c7:bf:10:00:06", "devices.plug.example", "plug", beat=20),
    Device("tv", "8c:79:f5:10:00:07", "ads.tv.example", "tv", small=True),
    Device("laptop", "f4:d4:88:10:00:08", "www.laptop.example", "laptop"),
)

# Each maker has an address of its own; the television and the laptop share one, as customers of one carrier do.
ADDRESSES = {it.name: f"198.51.100.{20 + number}" for number, it in enumerate(DEVICES)} | {
    "tv": "198.51.100.40",
    "laptop": "198.51.100.40",
}

# Wake-word engines by their module; each one pins another version of the protocol, so each has an environment of its own.
ENGINES = {
    "porcupine": ("wyoming_porcupine1", ("--sensitivity", "0.7")),
    "openwakeword": ("wyoming_openwakeword", ("--preload-model", "alexa")),
    "snowboy": ("wyoming_snowboy", ("--sensitivity", "0.8")),
}


def living(form, without=()):
    """The devices of a form, `small` or `full`."""
    return [it for it in DEVICES if (form == "full" or it.small) and it.name not in without]
