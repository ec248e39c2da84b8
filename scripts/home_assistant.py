#!/usr/bin/env python3
"""Home Assistant itself, with its MQTT integration, at a broker on loopback: whether it shows what earwitness tells it.

Usage: scripts/home_assistant.py [MESSAGES.json], by default those of the form `entity` in crates/mqtt/tests/golden.

Run it with a Python that has Home Assistant 2024.3.3, the last for Python 3.11; where there is none it ends with status 77 and says so:
    python3.11 -m venv ha && ha/bin/pip install homeassistant==2024.3.3 'josepy<2' paho-mqtt==1.6.1 mutagen janus==1.0.0
    ha/bin/python scripts/home_assistant.py
"""
import asyncio
import importlib.util
import json
import logging
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "crates/mqtt/tests/golden/entity.json"
KITCHEN, AWAY = "02005e005301", "02005e005302"
EXPECTED = {
    f"binary_sensor.earwitness_{KITCHEN}_uploading": "on",
    f"sensor.earwitness_{KITCHEN}_seconds_today": "12.3",
    f"sensor.earwitness_{KITCHEN}_verdict": "reacts to sound",
    f"event.earwitness_{KITCHEN}_upload": "unknown",
    f"binary_sensor.earwitness_{AWAY}_uploading": "unavailable",
    f"sensor.earwitness_{AWAY}_seconds_today": "unavailable",
    f"sensor.earwitness_{AWAY}_verdict": "unavailable",
    f"event.earwitness_{AWAY}_upload": "unavailable",
    "switch.earwitness_probing": "on",
    "button.earwitness_test": "unknown",
    "button.earwitness_pause": "unknown",
    "sensor.earwitness_state": "probing is allowed",
    "sensor.earwitness_answer": "no order yet",
}


def skip(why):
    print(f"not tried: {why}")
    sys.exit(77)


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


def publish(port, messages, retain=True):
    import paho.mqtt.client as paho

    client = paho.Client()
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in messages:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        client.publish(topic, text, qos=1, retain=retain).wait_for_publish()
    client.loop_stop()
    client.disconnect()


async def until(what, holds):
    for _ in range(300):
        if holds():
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"waited in vain until {what}")


async def tried(folder, port, messages):
    import paho.mqtt.client as paho
    from homeassistant import bootstrap, runner
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.helpers import device_registry

    (folder / "configuration.yaml").write_text(
        f"homeassistant:\n  name: home\nhttp:\n  server_host: 127.0.0.1\n  server_port: {free_port()}\n"
    )
    # Parts that need more than is installed, such as cameras, are not set up; the errors that say so are of no interest.
    logging.disable(logging.CRITICAL)
    hass = await bootstrap.async_setup_hass(runner.RuntimeConfig(config_dir=str(folder), skip_pip=True))
    await hass.async_start()
    where = {"broker": "127.0.0.1", "port": port, "discovery": True}
    await hass.config_entries.async_add(
        ConfigEntry(version=1, minor_version=1, domain="mqtt", title="broker", data=where, source="user", options={})
    )

    def ours():
        return {it.entity_id: it.state for it in hass.states.async_all() if "earwitness" in it.entity_id}

    run = hass.async_add_executor_job
    await run(publish, port, list(messages.items()))
    await until(f"all entities stand as expected: {ours()}", lambda: ours() == EXPECTED)
    devices = device_registry.async_get(hass).devices
    connections = {mac for it in devices.values() for kind, mac in it.connections if kind == "mac"}
    assert connections == {"02:00:5e:00:53:01", "02:00:5e:00:53:02"}, connections

    upload = {"event_type": "upload", "begin": "2026-01-31T22:00:00Z", "seconds": 4.3, "receiver": "example.com"}
    await run(publish, port, [(f"earwitness/devices/{KITCHEN}/upload", upload)], False)
    event = f"event.earwitness_{KITCHEN}_upload"
    await until("the upload is an event", lambda: hass.states.get(event).attributes.get("receiver") == "example.com")

    orders = []
    client = paho.Client()
    client.on_message = lambda _client, _data, message: orders.append((message.topic, message.payload.decode()))
    client.connect("127.0.0.1", port)
    client.subscribe([("earwitness/+/press", 1), ("earwitness/+/set", 1)])
    client.loop_start()
    await asyncio.sleep(1)
    await hass.services.async_call("switch", "turn_off", {"entity_id": "switch.earwitness_probing"}, blocking=True)
    for button in ("test", "pause"):
        await hass.services.async_call("button", "press", {"entity_id": f"button.earwitness_{button}"}, blocking=True)
    wanted = [("earwitness/probing/set", "OFF"), ("earwitness/test/press", "PRESS"), ("earwitness/pause/press", "PRESS")]
    await until(f"orders are given: {orders}", lambda: orders == wanted)
    client.loop_stop()

    await run(publish, port, [("earwitness/status", "offline")])
    await until("nothing is available", lambda: set(ours().values()) == {"unavailable"})
    await run(publish, port, [(topic, "") for topic in messages if AWAY in topic])
    await until("the device is forgotten", lambda: not any(AWAY in it for it in ours()) and len(devices) == 2)
    await hass.async_stop(force=True)


def main():
    for module in ("homeassistant", "paho", "janus"):
        if importlib.util.find_spec(module) is None:
            skip(f"this Python has no {module}")
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if mosquitto is None:
        skip("there is no mosquitto; apt-get install mosquitto")
    messages = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else GOLDEN).read_text())
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Path(folder, "mosquitto.conf")
        settings.write_text(f"user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n")
        broker = subprocess.Popen([mosquitto, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            asyncio.run(tried(Path(folder), port, messages))
        except Exception:  # Home Assistant logs what nobody catches, and its log is off.
            traceback.print_exc()
            sys.exit(1)
        finally:
            broker.terminate()
            broker.wait()
    print(f"Home Assistant shows {len(EXPECTED)} entities as expected, takes an event, gives orders, and forgets a device")


main()
