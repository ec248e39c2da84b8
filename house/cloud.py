#!/usr/bin/env python3
"""The stand-in cloud: TLS 1.3 receivers of everything that the house sends, and the log of what audio truly arrived.

Devices sit behind address translation, so they are told apart by the name they ask for (SNI). Names that begin with
`voice.` are voice services: they speak the Wyoming protocol over the connection that the device opened, listen until the
speaker is silent, and then end the stream, as a real service does. All others take what is sent and give what is asked.

The log (JSON Lines, written at once) is the ground truth:
  {"kind":"connection", "device", "at_ns", "open":true|false}
  {"kind":"stream", "device", "begin_ns", "end_ns", "chunks", "audio_octets", "seconds", "first_chunk_seconds", "ended"}
  {"kind":"trade", "device", "at_ns", "name", "up", "down"}     octets that another service took and gave, when it had taken them
  {"kind":"rtp", "device", "at_ns", "packets", "octets"}        one a second with packets
"""

import argparse
import array
import asyncio
import json
import math
import ssl
import sys
import time
import wave

RATE = 16_000
OCTETS_A_SECOND = RATE * 2
# Full scale is 32,768; a silent room is exactly 0, speech is in the thousands.
LOUD = 250
# A service takes the command as over after so much silence, gives up without any speech, and listens no longer than the cap, if it has none of its own.
SILENCE = 0.8
PATIENCE = 3.0
CAP = 10.0
# A connection on which nothing goes on is closed after so long, and opened anew by the device.
LIFE = 180.0
# A stream in which nothing came for so long is over.
IDLE = 1.0
# Largest event that is taken, and largest upload or download of the other services, octets.
LARGEST = 8 << 20


def loudness(samples):
    """Root of the mean square."""
    values = array.array("h", samples[: len(samples) // 2 * 2])
    return math.sqrt(sum(it * it for it in values[::4]) / max(1, len(values[::4])))


class Log:
    """What arrived, a line each."""

    def __init__(self, path):
        self.out = open(path, "a", buffering=1, encoding="utf-8")

    def write(self, kind, device, **facts):
        self.out.write(json.dumps({"kind": kind, "device": device, **facts}) + "\n")


class Voice:
    """A voice service at work for one device."""

    def __init__(self, device, reader, writer, log, reply, cap):
        self.device, self.reader, self.writer, self.log, self.reply, self.cap = device, reader, writer, log, reply, cap
        self.stream = None
        self.answering = False
        self.until = time.monotonic() + LIFE

    async def serve(self):
        await self.send("run-satellite")
        try:
            while True:
                event, payload = await self.receive()
                if event == "audio-chunk":
                    self.heard(payload)
                elif event in ("audio-stop", "run-pipeline"):
                    self.close("device stopped" if event == "audio-stop" else "device began anew")
        finally:
            self.close("connection closed")

    async def receive(self):
        """The next event; between two pieces of a stream it waits only so long."""
        while True:
            patience = IDLE if self.stream else max(IDLE, self.until - time.monotonic())
            try:
                head = await asyncio.wait_for(self.reader.readline(), patience)
                break
            except asyncio.TimeoutError:
                if self.stream is None:
                    raise ConnectionError("lived long enough") from None
                self.close("fell silent")
        if not head:
            raise ConnectionError("closed")
        told = json.loads(head)
        sizes = [told.get("data_length") or 0, told.get("payload_length") or 0]
        if max(sizes) > LARGEST:
            raise ConnectionError("an event larger than any")
        await self.reader.readexactly(sizes[0])
        return told["type"], await self.reader.readexactly(sizes[1])

    def heard(self, samples):
        now = time.time_ns()
        seconds = len(samples) / OCTETS_A_SECOND
        if self.stream is None:
            self.stream = {
                "begin_ns": now,
                "chunks": 0,
                "audio_octets": 0,
                "first_chunk_seconds": seconds,
                "spoke": False,
                "quiet": 0.0,
                "told": None,
            }
        it = self.stream
        it["end_ns"], it["chunks"], it["audio_octets"] = now, it["chunks"] + 1, it["audio_octets"] + len(samples)
        if loudness(samples[-2048:]) >= LOUD:
            it["spoke"], it["quiet"] = True, 0.0
        else:
            it["quiet"] += min(seconds, 0.1)
        if it["told"] is None:
            total = it["audio_octets"] / OCTETS_A_SECOND
            it["told"] = (
                "speech ended"
                if it["spoke"] and it["quiet"] >= SILENCE
                else "no speech" if not it["spoke"] and it["quiet"] >= PATIENCE else "cap" if total >= self.cap else None
            )
            if it["told"] and not self.answering:
                self.answering = True
                asyncio.get_running_loop().create_task(self.answer())

    async def answer(self):
        """Ends the stream, and speaks, if it is to speak."""
        try:
            await self.send("voice-stopped")
            await self.send("transcript", {"text": "what time is it"})
            if self.reply:
                rate, samples = self.reply
                form = {"rate": rate, "width": 2, "channels": 1}
                await asyncio.sleep(0.4)
                await self.send("audio-start", form)
                for at in range(0, len(samples), 4096):
                    await self.send("audio-chunk", form, samples[at : at + 4096])
                await self.send("audio-stop")
        except OSError:
            pass
        finally:
            self.answering = False

    async def send(self, event, data=None, payload=b""):
        line = {"type": event, "version": "1.2", "data": data or {}}
        if payload:
            line["payload_length"] = len(payload)
        self.writer.write(json.dumps(line).encode() + b"\n" + payload)
        await self.writer.drain()

    def close(self, why):
        """Writes down what a stream amounted to."""
        if self.stream is None:
            return
        it, self.stream = self.stream, None
        told = it.pop("told")
        del it["spoke"], it["quiet"]
        self.log.write(
            "stream",
            self.device,
            seconds=it["audio_octets"] / OCTETS_A_SECOND,
            ended=why if why == "device stopped" else told or why,
            **it,
        )


async def trade(reader, writer, taken_in):
    """Takes so many octets and gives so many, as often as asked: eight octets say how many of each. `taken_in` is told both once the first are there."""
    while True:
        head = await reader.readexactly(8)
        taken, given = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
        if max(taken, given) > LARGEST:
            return
        left = taken
        while left > 0:
            piece = await reader.read(min(left, 65_536))
            if not piece:
                return
            left -= len(piece)
        taken_in(taken, given)
        while given > 0:
            piece = bytes(min(given, 16_384))
            writer.write(piece)
            given -= len(piece)
            await writer.drain()


class Rtp(asyncio.DatagramProtocol):
    """Counts the datagrams of a camera, by the second."""

    def __init__(self, device, log):
        self.device, self.log, self.second = device, log, None

    def datagram_received(self, data, addr):
        second = time.time_ns() // 1_000_000_000
        if self.second is None or self.second[0] != second:
            self.flush()
            self.second = [second, 0, 0]
        self.second[1] += 1
        self.second[2] += len(data)

    def flush(self):
        if self.second:
            self.log.write(
                "rtp", self.device, at_ns=self.second[0] * 1_000_000_000, packets=self.second[1], octets=self.second[2]
            )


def contexts(arguments):
    """TLS with the name that was asked for kept beside the connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(arguments.cert, arguments.key)

    def named(connection, name, _):
        connection.asked_for = name or ""

    context.sni_callback = named
    return context


async def main():
    parse = argparse.ArgumentParser(description=__doc__)
    for name in ("cert", "key", "log"):
        parse.add_argument(f"--{name}", required=True)
    parse.add_argument("--reply", help="a WAV that voice services answer with")
    parse.add_argument("--talking", default="", help="names of the devices that are answered, separated by commas")
    parse.add_argument("--rtp", default="", help="device=port, separated by commas")
    parse.add_argument("--cap", default="", help="device=seconds, separated by commas: when its service stops listening")
    arguments = parse.parse_args()
    log, reply = Log(arguments.log), None
    if arguments.reply:
        with wave.open(arguments.reply) as sound:
            reply = sound.getframerate(), sound.readframes(sound.getnframes())
    talking = set(filter(None, arguments.talking.split(",")))
    caps = {device: float(seconds) for device, _, seconds in (it.partition("=") for it in arguments.cap.split(",") if it)}

    async def serve(reader, writer):
        name = getattr(writer.get_extra_info("ssl_object"), "asked_for", "")
        service, _, rest = name.partition(".")
        device = rest.partition(".")[0]
        log.write("connection", device, at_ns=time.time_ns(), name=name, open=True)
        try:
            if service == "voice":
                answer = reply if device in talking else None
                await Voice(device, reader, writer, log, answer, caps.get(device, CAP)).serve()
            else:
                await trade(
                    reader, writer, lambda up, down: log.write("trade", device, at_ns=time.time_ns(), name=name, up=up, down=down)
                )
        except (OSError, EOFError, ValueError, KeyError) as why:
            print(f"{device}: {type(why).__name__} {why}", file=sys.stderr, flush=True)
        finally:
            log.write("connection", device, at_ns=time.time_ns(), name=name, open=False)
            writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", 443, ssl=contexts(arguments), limit=1 << 20)
    loop = asyncio.get_running_loop()
    for it in filter(None, arguments.rtp.split(",")):
        device, _, port = it.partition("=")
        await loop.create_datagram_endpoint(lambda device=device: Rtp(device, log), ("0.0.0.0", int(port)))
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
