"""A device's connection to its maker: TLS with its name, octets up and down as asked."""

import socket
import ssl
import sys
import time


class Line:
    """A TLS connection to a receiver."""

    def __init__(self, name, ca):
        context = ssl.create_default_context(cafile=ca)
        plain = socket.create_connection((name, 443), timeout=20)
        self.tls = context.wrap_socket(plain, server_hostname=name)

    def trade(self, up, down):
        """Sends so many octets and takes so many."""
        self.tls.sendall(up.to_bytes(4, "big") + down.to_bytes(4, "big"))
        while up > 0:
            piece = min(up, 16_384)
            self.tls.sendall(bytes(piece))
            up -= piece
        while down > 0:
            piece = self.tls.recv(min(down, 65_536))
            if not piece:
                raise ConnectionError("closed")
            down -= len(piece)

    def close(self):
        self.tls.close()


def live(talk):
    """Talks for ever; what goes wrong is said, and tried again after a moment."""
    while True:
        try:
            talk()
        except OSError as why:
            print(f"{type(why).__name__}: {why}", file=sys.stderr, flush=True)
        time.sleep(2)
