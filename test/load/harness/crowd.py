"""Busy clients that live through a failover and write down what it cost each of them; a process of their own."""

import heapq
import itertools
import multiprocessing
import selectors
import signal
import socket
import struct
import time
from dataclasses import dataclass, field

from .failure import Failure
from .routes import TRUSTED

DATABASE = "bench"
_PROTOCOL_3_0 = 196608
# After an error or a lost connection a client waits so long, as real ones do.
BACK_OFF = 0.1
# Each client has so many ids to write, from its number on.
IDS = 10_000_000
NO_ANSWER = "none"


@dataclass
class Answer:
    """What came of one message: an SQLSTATE or None, the first value, the command tag, and the transaction status afterwards."""

    state: str = None
    message: str = ""
    value: str = None
    tag: str = ""
    status: str = "I"
    sent: float = 0.0
    at: float = 0.0
    dropped: bool = False


@dataclass
class Trouble:
    """An error: what the client was doing (`read`, `write`, `transaction`), since when, and what it was told when."""

    client: int
    what: str
    begun: float
    at: float
    state: str
    message: str


@dataclass
class Record:
    """What a crowd went through."""

    operations: int = 0
    acknowledged: list = field(default_factory=list)  # (id, when)
    troubles: list = field(default_factory=list)
    dropped: list = field(default_factory=list)  # (client, when)
    last: dict = field(default_factory=dict)  # client -> when its last operation succeeded


class Life:
    """What one client does: a generator of messages that is sent the answer to each."""

    def __init__(self, number, first_id, record):
        self._number, self._next, self._record = number, first_id + number * IDS, record
        self._kept = None
        self._extended = number % 2 == 1
        self.over = False
        self.doing = None

    def run(self):
        turn = self._number
        while not self.over:
            self.doing = ("read", "write", "read", "transaction")[turn % 4]
            yield from {"read": self._read, "write": self._write, "transaction": self._transaction}[self.doing]()
            turn += 1

    def _read(self):
        wanted = self._kept
        answer = yield self._message(f"select count(*) from kept where id = {wanted or 0}")
        if answer.state:
            self._trouble(answer.sent, answer)
        elif wanted is not None and answer.value != "1":
            answer.state, answer.message = "wrong", f"acknowledged row {wanted} is not there"
            self._trouble(answer.sent, answer)
        else:
            self._success(answer)

    def _write(self):
        row = self._id()
        answer = yield self._message(f"insert into kept values ({row})")
        if answer.state:
            self._trouble(answer.sent, answer)
        else:
            self._acknowledged(row, answer)

    def _transaction(self):
        row = self._id()
        begun = None
        for sql in ("begin", f"insert into kept values ({row})", f"select count(*) from kept where id = {row}", "commit"):
            answer = yield self._message(sql)
            begun = begun or answer.sent
            if answer.state or (sql == "commit" and answer.tag != "COMMIT"):
                answer.state = answer.state or "rolled-back"
                self._trouble(begun, answer)
                if answer.status != "I" and not answer.dropped:
                    yield self._message("rollback")
                return
        self._acknowledged(row, answer)

    def _message(self, sql):
        text = sql.encode() + b"\0"
        if not self._extended:
            return b"Q" + struct.pack(">I", len(text) + 4) + text
        return (b"P" + struct.pack(">I", len(text) + 7) + b"\0" + text + b"\0\0" + b"B\0\0\0\x0c" + b"\0\0" + bytes(6)
                + b"E\0\0\0\x09\0\0\0\0\0" + b"S\0\0\0\4")

    def _id(self):
        self._next += 1
        return self._next

    def _success(self, answer):
        self._record.operations += 1
        self._record.last[self._number] = answer.at

    def _acknowledged(self, row, answer):
        self._kept = row
        self._record.acknowledged.append((row, answer.at))
        self._success(answer)

    def _trouble(self, begun, answer):
        self._record.troubles.append(Trouble(self._number, self.doing, begun, answer.at, answer.state, answer.message))


class Connection:
    """One client's connection: sends a message of its life, gathers the reply, and connects anew when it is lost."""

    def __init__(self, port, life, number, crowd):
        self._port, self._number, self._crowd = port, number, crowd
        self._life = life
        self._steps = life.run()
        self._next = next(self._steps)
        self._waiting = self._welcome = False
        self._connect()

    def _connect(self):
        self._buffer = b""
        self._waiting = self._welcome = False
        self._answer = Answer()
        self._socket = socket.socket()
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.connect(("127.0.0.1", self._port))
            parameters = f"user\0{TRUSTED}\0database\0{DATABASE}\0application_name\0load\0\0".encode()
            self._socket.sendall(struct.pack(">II", len(parameters) + 8, _PROTOCOL_3_0) + parameters)
        except OSError:
            self._socket.close()
            self._crowd.later(self._connect)
            return
        self._socket.setblocking(False)
        self._crowd.watch(self._socket, self._readable)

    def _readable(self):
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        self._buffer += data
        while len(self._buffer) >= 5:
            size = struct.unpack(">I", self._buffer[1:5])[0] + 1
            if len(self._buffer) < size:
                return
            kind, body, self._buffer = self._buffer[:1], self._buffer[5:size], self._buffer[size:]
            self._take(kind, body)

    def _take(self, kind, body):
        answer = self._answer
        if kind == b"D" and answer.value is None:
            length = struct.unpack(">i", body[2:6])[0]
            answer.value = body[6:6 + length].decode() if length >= 0 else None
        elif kind == b"C":
            answer.tag = body.rstrip(b"\0").decode()
        elif kind == b"E":
            fields = dict((x[:1], x[1:]) for x in body.split(b"\0") if x)
            answer.state, answer.message = fields.get(b"C", b"").decode(), fields.get(b"M", b"").decode(errors="replace")
        elif kind == b"Z":
            answer.status, answer.at = body.decode(), time.monotonic()
            self._ready(answer)

    def _ready(self, answer):
        if not self._welcome:
            self._welcome = True
            self._send()
            return
        self._waiting = False
        self._step(answer)
        if self._next is not None:
            if answer.state:
                self._crowd.later(self._send)
            else:
                self._send()

    def _send(self):
        if self._next is None or self._socket.fileno() < 0:
            return
        self._waiting = True
        self._answer = Answer(sent=time.monotonic())
        try:
            self._socket.send(self._next)
        except OSError:
            self._lost()

    def _lost(self):
        answer = self._answer
        answer.state, answer.at, answer.dropped = answer.state or "dropped", time.monotonic(), True
        asked, self._waiting = self._waiting, False
        self._crowd.forget(self._socket)
        self._socket.close()
        if self._welcome:
            self._crowd.record.dropped.append((self._number, answer.at))
        if asked:
            self._step(answer)
        if self._next is not None:
            self._crowd.later(self._connect)

    def _step(self, answer):
        try:
            self._next = self._steps.send(answer)
        except StopIteration:
            self._next = None
            self._crowd.ended()

    def close(self, now):
        """Ends the client; a statement without an answer is trouble, too."""
        if self._waiting:
            self._crowd.record.troubles.append(Trouble(self._number, self._life.doing, self._answer.sent, now, NO_ANSWER, "no answer when all ended"))
        self._next = None
        try:
            self._socket.close()
        except OSError:
            pass


class Crowd:
    """Runs in a process of its own and is spoken to over a pipe: `progress` and `stop`."""

    def __init__(self, port, clients, first_id, pipe):
        self.record = Record()
        self._pipe = pipe
        self._selector = selectors.DefaultSelector()
        self._timers, self._order = [], itertools.count()
        self._living = clients
        self._stopping = None
        self._selector.register(pipe, selectors.EVENT_READ, self._command)
        self._lives = [Life(x, first_id, self.record) for x in range(clients)]
        self._connections = [Connection(port, life, number, self) for number, life in enumerate(self._lives)]

    def run(self, patience=10):
        while self._living and not (self._stopping and time.monotonic() > self._stopping + patience):
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2]()
            pause = min(0.2, max(0.0, self._timers[0][0] - time.monotonic())) if self._timers else 0.2
            for key, _ in self._selector.select(pause):
                key.data()
        for connection in self._connections:
            connection.close(time.monotonic())
        self._pipe.send(self.record)

    def watch(self, sock, readable):
        self._selector.register(sock, selectors.EVENT_READ, readable)

    def forget(self, sock):
        self._selector.unregister(sock)

    def later(self, task):
        heapq.heappush(self._timers, (time.monotonic() + BACK_OFF, next(self._order), task))

    def ended(self):
        self._living -= 1

    def _command(self):
        if self._pipe.recv() == "progress":
            last = self.record.last
            self._pipe.send((min(last.values()) if len(last) == len(self._lives) else 0.0, len(self.record.acknowledged)))
        else:
            self._stopping = time.monotonic()
            for life in self._lives:
                life.over = True


class Clients:
    """The crowd as its starter sees it."""

    def __init__(self, port, clients, first_id):
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_live, args=(port, clients, first_id, theirs, self._pipe), daemon=True)
        self._process.start()
        theirs.close()

    def all_since(self, moment, seconds):
        """Waits until every client had a success after `moment`; tells whether that happened in time."""
        deadline = time.monotonic() + seconds
        while self._ask("progress")[0] <= moment:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def stop(self):
        """Has the clients end what they are at, and returns what they went through."""
        try:
            return self._ask("stop", 30)
        finally:
            self._process.join(5)
            self.kill()

    def kill(self):
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ask(self, command, seconds=10):
        try:
            self._pipe.send(command)
            if self._pipe.poll(seconds):
                return self._pipe.recv()
        except (EOFError, OSError) as problem:
            raise Failure(f"the clients' process has ended: {problem}") from problem
        raise Failure(f"the clients' process does not answer within {seconds} s")


def _live(port, clients, first_id, pipe, other_end):
    other_end.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    try:
        Crowd(port, clients, first_id, pipe).run()
    except (EOFError, BrokenPipeError):
        pass  # nobody is left to tell
