#!/usr/bin/env python3
"""Build one large capture of a busy home by repeating given captures.

Many lanes run at once. Each lane plays one given capture after another, drawn by lot with a fixed seed, with times of its
own; its device gets the lane's MAC address and private IPv4 address, everybody else on the link becomes one gateway. The
lanes are merged by time into a classic pcap file (little-endian, Ethernet), until it holds the wanted number of octets.

    scripts/big_capture.py --size 1G /tmp/big.pcap CAPTURES...
    scripts/big_capture.py --size 300M --small /tmp/small.pcap CAPTURES...

Input: pcap (both byte orders, micro- and nanoseconds) and pcapng (both byte orders), Ethernet only; a directory stands for
the captures in it. Plain Python 3, no packages.
"""

import argparse
import bisect
import heapq
import itertools
import os
import random
import struct
import sys
from collections import Counter

GATEWAY_MAC = bytes.fromhex("00005e005301")
ETHERNET = 1


def main():
    args = arguments()
    sources = load(args)
    if not sources:
        sys.exit("no Ethernet capture among the files given: name pcap or pcapng files, or a directory that holds some")
    total = sum(len(source.frames) for source in sources)
    print(f"{len(sources)} captures, {total:,} frames; {args.lanes} lanes, seed {args.seed}", file=sys.stderr)
    lanes = [lane(number, sources, args) for number in range(args.lanes)]
    frames, octets, last = write(args, heapq.merge(*lanes, key=lambda frame: frame[0]))
    seconds = (last - args.start * 10**9) / 1e9
    print(f"{args.out}: {octets:,} octets, {frames:,} frames, {seconds:,.0f} s", file=sys.stderr)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="capture to write")
    parser.add_argument("captures", nargs="+", help="captures to repeat, or directories of them")
    parser.add_argument("--size", type=octets_of, default=10**9, help="octets to write: 1G, 100M, 5000000 (default 1G)")
    parser.add_argument("--lanes", type=int, default=24, help="devices that send at once (default 24)")
    parser.add_argument("--seed", type=int, default=1, help="what the lot is drawn with (default 1)")
    parser.add_argument("--small", action="store_true", help="keep frames of at most 90 octets only: the hard case for a reader")
    parser.add_argument("--max-gap", type=float, default=10.0, help="silence inside a capture is cut to this many seconds (default 10)")
    parser.add_argument("--turn", type=float, default=600.0, help="a lane plays at most this many seconds of a capture at once (default 600)")
    parser.add_argument("--start", type=int, default=1_767_268_800, help="Unix time of the first frame, seconds")
    parser.add_argument("--us", action="store_true", help="microsecond time stamps instead of nanoseconds")
    args = parser.parse_args()
    if not 1 <= args.lanes <= 250:
        parser.error("--lanes must lie between 1 and 250")
    return args


def octets_of(text):
    factor = {"k": 10**3, "M": 10**6, "G": 10**9}.get(text[-1:], 0)
    return int(float(text[:-1]) * factor) if factor else int(text)


# ---- reading ----------------------------------------------------------------------------------------------------------


class Source:
    """One capture: its frames as (nanoseconds since its first, octets on the wire, octets), and whose they are."""

    def __init__(self, frames, max_gap):
        self.frames = without_long_silence(frames, max_gap)
        self.mac, self.address = device_of(self.frames)


def load(args):
    """Reads the captures; those that cannot be used are named and left out."""
    paths = []
    for given in args.captures:
        if os.path.isdir(given):
            paths += sorted(os.path.join(given, name) for name in os.listdir(given))
        else:
            paths.append(given)
    sources = []
    for path in paths:
        with open(path, "rb") as file:
            octets = file.read()
        frames = list(frames_of(octets))
        if args.small:
            frames = [frame for frame in frames if frame[1] <= 90]
        if len(frames) < 2:
            print(f"{path}: no use, it holds {len(frames)} Ethernet frames of the wanted kind", file=sys.stderr)
            continue
        sources.append(Source(frames, int(args.max_gap * 1e9)))
    return sources


def frames_of(octets):
    """Yields (ns, wire length, frame) of a pcap or pcapng file, Ethernet only, until it ends or breaks."""
    magic = octets[:4]
    classic = {
        b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
        b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1),
    }
    if magic in classic:
        return classic_frames(octets, *classic[magic])
    if magic == b"\x0a\x0d\x0d\x0a":
        return ng_frames(octets)
    return iter(())


def classic_frames(octets, order, unit):
    if len(octets) < 24 or struct.unpack_from(order + "I", octets, 20)[0] & 0xFFFF != ETHERNET:
        return
    header, at = struct.Struct(order + "IIII"), 24
    while at + 16 <= len(octets):
        seconds, fraction, kept, wire = header.unpack_from(octets, at)
        frame = octets[at + 16 : at + 16 + kept]
        if len(frame) < kept:
            return
        at += 16 + kept
        if kept >= 14:
            yield seconds * 10**9 + fraction * unit, wire, frame


def ng_frames(octets):
    order, interfaces, at = "<", [], 0
    while at + 12 <= len(octets):
        if octets[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order, interfaces = "<" if octets[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, length = struct.unpack_from(order + "II", octets, at)
        if length < 12 or at + length > len(octets):
            return
        body = octets[at + 8 : at + length - 4]
        at += length
        if kind == 1:
            link = struct.unpack_from(order + "H", body)[0]
            interfaces.append((link, *resolution(order, body[8:])))
        elif kind == 6 and len(body) >= 20:
            number, high, low, kept, wire = struct.unpack_from(order + "IIIII", body)
            if number >= len(interfaces) or interfaces[number][0] != ETHERNET or kept < 14:
                continue
            _, per_second, offset = interfaces[number]
            ticks = high << 32 | low
            yield ticks * 10**9 // per_second + offset * 10**9, wire, body[20 : 20 + kept]


def resolution(order, options):
    """Ticks per second and offset in seconds, from the options of an interface block."""
    per_second, offset = 10**6, 0
    while len(options) >= 4:
        code, length = struct.unpack_from(order + "HH", options)
        if code == 0:
            break
        value = options[4 : 4 + length]
        if code == 9 and length == 1:
            per_second = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == 14 and length == 8:
            offset = struct.unpack(order + "q", value)[0]
        options = options[4 + (length + 3) // 4 * 4 :]
    return per_second, offset


def without_long_silence(frames, max_gap):
    """Times from 0 on, ascending, no gap above `max_gap`: some of these clocks jump by years."""
    now, before, shifted = 0, frames[0][0], []
    for at, wire, frame in frames:
        now += min(max(at - before, 0), max_gap)
        before = at
        shifted.append((now, wire, frame))
    return shifted


def device_of(frames):
    """The MAC address and IPv4 address that most frames have in common as sender: a MAC that sends for one address only."""
    senders, pairs = {}, Counter()
    for _, _, frame in frames:
        mac = frame[6:12]
        if frame[12:14] == b"\x08\x00" and len(frame) >= 34:
            address = frame[26:30]
            senders.setdefault(mac, set()).add(address)
            pairs[mac, address] += 1
    own = [(count, pair) for pair, count in pairs.items() if len(senders[pair[0]] - {bytes(4)}) <= 2 and pair[1] != bytes(4)]
    if own:
        return max(own)[1]
    macs = Counter(frame[6:12] for _, _, frame in frames)
    return macs.most_common(1)[0][0], None


# ---- writing ----------------------------------------------------------------------------------------------------------


def lane(number, sources, args):
    """Plays captures drawn by lot, one after another, for ever, as the device of this lane."""
    chance = random.Random(f"{args.seed}/{number}")
    mac = bytes.fromhex("00005e0053") + bytes([number + 2 & 0xFF])
    address = bytes([10, 0, number, 2])
    now = args.start * 10**9 + chance.randrange(5 * 10**9)
    while True:
        source = chance.choice(sources)
        rewritten = Rewrite(source.mac, source.address, mac, address)
        first, end = excerpt(source.frames, int(args.turn * 1e9), chance)
        start = last = source.frames[first][0]
        for at, wire, frame in itertools.islice(source.frames, first, end):
            last = at
            yield now + at - start, wire, rewritten(frame)
        now += last - start + chance.randrange(10**9, 5 * 10**9)


def excerpt(frames, turn, chance):
    """Where to start and end in a capture: all of it, or a stretch of `turn` nanoseconds drawn by lot."""
    length = frames[-1][0]
    if length <= turn:
        return 0, len(frames)
    start = chance.randrange(length - turn)
    time_of = lambda frame: frame[0]
    return bisect.bisect_left(frames, start, key=time_of), bisect.bisect_left(frames, start + turn, key=time_of)


class Rewrite:
    """Gives a frame of one capture the addresses of a lane, with right checksums."""

    def __init__(self, own_mac, own_address, mac, address):
        self.macs = {own_mac: mac}
        self.own_mac, self.mac = own_mac, mac
        self.own_address, self.address = own_address, address
        self.shift = 0
        if own_address:
            old, new = struct.unpack(">HH", own_address), struct.unpack(">HH", address)
            self.shift = sum(old) - sum(new)

    def mac_of(self, mac):
        known = self.macs.get(mac)
        if known is None:
            # Group addresses stay; every other sender or receiver is the gateway.
            known = self.macs[mac] = mac if mac[0] & 1 else GATEWAY_MAC
        return known

    def __call__(self, frame):
        head = self.mac_of(frame[:6]) + self.mac_of(frame[6:12])
        kind = frame[12:14]
        if kind != b"\x08\x00" or len(frame) < 34 or not self.own_address:
            if kind == b"\x08\x06" and len(frame) >= 42:
                return head + frame[12:22] + self.arp(frame[22:42]) + frame[42:]
            return head + frame[12:]
        source, target = frame[26:30], frame[30:34]
        if source == self.own_address:
            source = self.address
        elif target == self.own_address:
            target = self.address
        else:
            return head + frame[12:]
        end = 14 + (frame[14] & 15) * 4
        checksum = self.moved(frame[24:26])
        upper = frame[34:]
        # Transport checksums cover the addresses: TCP at 16, UDP at 6 (0 = none), in a first fragment only.
        place = {6: 16, 17: 6}.get(frame[23])
        if place is not None and not (frame[20] & 0x1F or frame[21]):
            place += end - 34
            old = upper[place : place + 2]
            if len(old) == 2 and not (frame[23] == 17 and old == b"\0\0"):
                upper = upper[:place] + self.moved(old) + upper[place + 2 :]
        return b"".join((head, frame[12:24], checksum, source, target, upper))

    def arp(self, body):
        mac, address, to_mac, to_address = body[:6], body[6:10], body[10:16], body[16:20]
        move = lambda old: self.address if old == self.own_address else old
        to_mac = to_mac if to_mac == bytes(6) else self.mac_of(to_mac)
        return self.mac_of(mac) + move(address) + to_mac + move(to_address)

    def moved(self, checksum):
        """The checksum after the device's address was replaced (RFC 1624, equation 3)."""
        value = (~(checksum[0] << 8 | checksum[1]) & 0xFFFF) - self.shift
        while value < 0:
            value += 0xFFFF
        while value > 0xFFFF:
            value = (value & 0xFFFF) + (value >> 16)
        return struct.pack(">H", ~value & 0xFFFF)


def write(args, merged):
    magic, unit = (0xA1B2C3D4, 1000) if args.us else (0xA1B23C4D, 1)
    header = struct.Struct("<IIII").pack
    octets = frames = last = 0
    pieces = []
    with open(args.out, "wb") as file:
        octets += file.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 262_144, ETHERNET))
        for at, wire, frame in merged:
            seconds, nanos = divmod(at, 10**9)
            pieces.append(header(seconds, nanos // unit, len(frame), wire))
            pieces.append(frame)
            octets += 16 + len(frame)
            frames, last = frames + 1, at
            if len(pieces) >= 8192 or octets >= args.size:
                file.write(b"".join(pieces))
                pieces.clear()
                if octets >= args.size:
                    break
    return frames, octets, last


if __name__ == "__main__":
    main()
