"""A client of the chat protocol, written from docs/protocol.md alone.

It knows nothing of the Rust code: frames are plain dictionaries, and what the
page promises is held against what arrives. Besides `websockets` it needs only
the standard library.
"""

import asyncio
import json
import urllib.error
import urllib.request

import websockets

DEADLINE_S = 20


class Refused(Exception):
    """A request was answered with `error`."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]
        self.error = error


class Client:
    """One connection. Replies are matched by id; all else is kept in order."""

    def __init__(self, socket, greeting):
        self._socket = socket
        self._replies = {}
        self._next_id = 1
        self._resume = {}
        self._arrived = asyncio.Condition()
        self.greeting = greeting
        self.welcome = None
        self.events = []
        self.notices = []
        self.heads = {}
        self.asked = set()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url):
        """Connects and takes the greeting, which comes before any request."""
        socket = await websockets.connect(url, subprotocols=["chat.v1"], max_size=4 << 20)
        assert socket.subprotocol == "chat.v1", socket.subprotocol
        greeting = json.loads(await asyncio.wait_for(socket.recv(), DEADLINE_S))
        assert greeting["type"] == "server" and greeting["protocol"] == 1, greeting
        return cls(socket, greeting)

    @classmethod
    async def enter(cls, url, **hello):
        """Connects and says `hello`."""
        client = await cls.connect(url)
        client._resume = hello.get("resume", {})
        client.welcome = await client.ask("hello", **hello)
        return client

    async def ask(self, kind, /, **fields):
        """Makes a request and waits for its one reply."""
        number, self._next_id = self._next_id, self._next_id + 1
        self.asked.add(kind)
        reply = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        await self._socket.send(json.dumps({"type": kind, "id": number, **fields}))
        frame = await asyncio.wait_for(reply, DEADLINE_S)
        if frame["type"] == "error":
            raise Refused(frame)
        return frame

    async def tell(self, kind, /, **fields):
        """Sends a frame that has no reply unless it fails."""
        self.asked.add(kind)
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def event(self, **wanted):
        """The first event that has these fields; waits for it."""
        return await self._first(self.events, wanted)

    async def notice(self, **wanted):
        """The first notice that has these fields; waits for it."""
        return await self._first(self.notices, wanted)

    async def closed(self):
        """Waits until the server has closed; gives the code and the reason."""
        await asyncio.wait_for(self._socket.wait_closed(), DEADLINE_S)
        return self._socket.close_code, self._socket.close_reason

    async def close(self):
        await self._socket.close()

    async def _first(self, frames, wanted):
        def found():
            for frame in frames:
                if all(frame.get(key) == value for key, value in wanted.items()):
                    return frame
            return None

        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: found() is not None), DEADLINE_S)
            except asyncio.TimeoutError:
                raise AssertionError(f"no frame with {wanted} among {frames}") from None
        return found()

    async def _read(self):
        try:
            async for text in self._socket:
                await self._take(json.loads(text))
        except websockets.ConnectionClosed:
            pass
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(ConnectionError("closed before the reply came"))

    async def _take(self, frame):
        async with self._arrived:
            waiting = self._replies.pop(frame.get("id"), None)
            if waiting is not None:
                if frame["type"] == "welcome":
                    for room in frame["rooms"]:
                        self._begin(room, self._resume.get(room["room"], room["head"]))
                elif frame["type"] == "joined":
                    self._begin(frame, frame["head"])
                waiting.set_result(frame)
            elif "seq" in frame and "author" in frame:
                self._in_order(frame)
                self.events.append(frame)
            elif frame["type"] == "gap":
                self.heads[frame["room"]] = frame["to"]
                self.events.append(frame)
            else:
                if frame["type"] == "joined":
                    self._begin(frame, frame["head"])
                self.notices.append(frame)
            self._arrived.notify_all()

    def _begin(self, room, cursor):
        """Events of the room come after this cursor from now on."""
        self.heads[room["room"]] = cursor

    def _in_order(self, event):
        """Each event of a room once, by rising seq, without holes."""
        room, seq = event["room"], event["seq"]
        if room in self.heads:
            assert seq == self.heads[room] + 1, (seq, self.heads[room], event)
        self.heads[room] = seq


def http(method, url, body=None, token=None, **headers):
    """One HTTP request: status, headers, body."""
    request = urllib.request.Request(url, data=body, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
