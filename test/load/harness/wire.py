"""The smallest PostgreSQL client that a measurement needs: trust log-in and simple queries over one blocking socket."""

import socket
import struct

from .failure import Failure

_PROTOCOL_3_0 = 196608


class Client:
    """One connection. `send` and `receive` are apart so that many clients can have a query on its way at once."""

    def __init__(self, port, user, database="bench", timeout=30):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        try:
            parameters = f"user\0{user}\0database\0{database}\0application_name\0load\0\0".encode()
            self._socket.sendall(struct.pack(">II", len(parameters) + 8, _PROTOCOL_3_0) + parameters)
            self.receive()
        except BaseException:
            self._socket.close()
            raise

    def query(self, sql):
        """Runs `sql` and returns its rows as lists of strings."""
        self.send(sql)
        return self.receive()

    def send(self, sql):
        text = sql.encode() + b"\0"
        self._socket.sendall(b"Q" + struct.pack(">I", len(text) + 4) + text)

    def receive(self):
        """Reads up to the next ready-for-query; the rows, or the server's error as a Failure."""
        rows, problem = [], None
        while True:
            kind, body = self._message()
            if kind == b"D":
                rows.append(_columns(body))
            elif kind == b"E":
                fields = dict((x[:1], x[1:]) for x in body.split(b"\0") if x)
                problem = Failure(f"{fields.get(b'C', b'').decode()} {fields.get(b'M', b'').decode(errors='replace')}")
                if fields.get(b"S") == b"FATAL":
                    raise problem
            elif kind == b"R" and struct.unpack(">I", body[:4])[0] != 0:
                raise Failure("the server asks for a password where trust was expected")
            elif kind == b"Z":
                if problem:
                    raise problem
                return rows

    def close(self):
        """Says goodbye and closes; a peer that is gone already does not matter."""
        try:
            self._socket.sendall(b"X\0\0\0\4")
        except OSError:
            pass
        self._socket.close()

    def _message(self):
        kind, length = struct.unpack(">cI", self._read(5))
        return kind, self._read(length - 4)

    def _read(self, count):
        while len(self._buffer) < count:
            data = self._socket.recv(8192)
            if not data:
                raise ConnectionError("the server closed the connection")
            self._buffer += data
        part, self._buffer = self._buffer[:count], self._buffer[count:]
        return part


def _columns(body):
    values, at = [], 2
    for _ in range(struct.unpack(">H", body[:2])[0]):
        length = struct.unpack(">i", body[at:at + 4])[0]
        at += 4
        values.append(None if length < 0 else body[at:at + length].decode())
        at += max(length, 0)
    return values
