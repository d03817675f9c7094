"""Walks through every request of the protocol against a running server.

    python3 walk.py ws://127.0.0.1:7878/ws

Fails at the first thing that is not as docs/protocol.md says, and if a request
that `help` lists was never made.
"""

import asyncio
import json
import sys

from chat_client import Client, Refused, http

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple horse battery"


async def refused(code, request):
    """The request is refused with this code."""
    try:
        reply = await request
    except Refused as refusal:
        assert refusal.code == code, f"{refusal} instead of {code}"
        assert refusal.error["message"], refusal.error
        return refusal.error
    raise AssertionError(f"{reply} instead of {code}")


async def coming_in(url):
    """Guests, accounts, tokens; what is answered before `hello`."""
    stranger = await Client.connect(url)
    assert (await stranger.ask("ping"))["type"] == "pong"
    await refused("unauthenticated", stranger.ask("rooms"))
    await refused("invalid", stranger.ask("hello"))
    await refused("bad_credentials", stranger.ask("hello", token="nobody's"))
    await refused("bad_credentials", stranger.ask("hello", name="nobody", password=PASSWORD))
    await stranger.close()

    ada = await Client.enter(url, name="ada", client="walk 1.0")
    assert ada.welcome["guest"] and ada.welcome["user"] == "ada"
    assert [room["room"] for room in ada.welcome["rooms"]] == ["lobby"]
    await refused("already_here", ada.ask("hello", name="ada"))
    registered = await ada.ask("register", password=PASSWORD)
    assert registered["user"] == "ada" and registered["token"] == ada.welcome["token"]

    other = await Client.connect(url)
    taken = await refused("name_taken", other.ask("hello", name="Ada"))
    assert "ada" in taken["message"]
    await refused("bad_credentials", other.ask("hello", name="ada", password=NEW_PASSWORD))
    other.welcome = await other.ask("hello", name="ada", password=PASSWORD)
    assert not other.welcome["guest"] and other.welcome["token"] != ada.welcome["token"]

    await refused("bad_credentials", ada.ask("password", old=NEW_PASSWORD, new=NEW_PASSWORD))
    assert (await ada.ask("password", old=PASSWORD, new=NEW_PASSWORD))["type"] == "ok"
    assert (await other.closed())[0] == 1008

    third = await Client.enter(url, name="ada", password=NEW_PASSWORD)
    assert (await third.ask("logout"))["type"] == "ok"
    assert (await third.closed())[0] == 1000
    late = await Client.connect(url)
    await refused("bad_credentials", late.ask("hello", token=third.welcome["token"]))
    await late.close()
    return ada, {third, other, stranger}


async def account(url, name):
    client = await Client.enter(url, name=name)
    await client.ask("register", password=PASSWORD)
    return client


async def rooms(url, ada, bob, eve):
    """Public, private and direct rooms, and what others get to know of them."""
    joined = await ada.ask("join", room="dev")
    assert (joined["kind"], joined["role"], joined["events"]) == ("public", "owner", [])
    assert (await bob.ask("join", room="dev"))["role"] == "member"
    await refused("not_found", bob.ask("join", room="nowhere", create=False))
    await refused("invalid", bob.ask("join", room="Dev"))

    topic = await ada.ask("topic", room="dev", topic="release on friday")
    again = await ada.ask("topic", room="dev", topic="release on friday")
    assert again["seq"] == topic["seq"]
    assert (await bob.event(type="topic", room="dev"))["topic"] == "release on friday"
    await refused("forbidden", bob.ask("topic", room="dev", topic="mine"))

    made = await ada.ask("create", room="ops", kind="private", topic="on call")
    assert (made["kind"], made["topic"], made["role"]) == ("private", "on call", "owner")
    await refused("conflict", bob.ask("create", room="ops", kind="public"))
    await refused("not_found", bob.ask("join", room="ops"))
    await refused("not_found", bob.ask("history", room="ops"))
    listed = await bob.ask("rooms", query="o", limit=100)
    assert "ops" not in [room["room"] for room in listed["rooms"]]
    await ada.ask("invite", room="ops", user="bob")
    assert (await bob.notice(type="invited", room="ops"))["by"] == "ada"
    fresh = await Client.enter(url, token=bob.welcome["token"])
    assert fresh.welcome["invites"] == [{"room": "ops", "by": "ada"}]
    await fresh.close()
    assert (await bob.ask("join", room="ops"))["kind"] == "private"
    assert (await ada.event(type="member", room="ops", change="joined"))["user"] == "bob"
    mine = await bob.ask("rooms", mine=True)
    assert [room["room"] for room in mine["rooms"]] == ["dev", "lobby", "ops"]
    members = await ada.ask("members", room="ops", limit=1)
    assert (members["total"], members["more"], members["members"][0]["name"]) == (2, True, "ada")
    members = await ada.ask("members", room="ops", after="ada")
    assert [(m["name"], m["role"], m["online"]) for m in members["members"]] == [("bob", "member", True)]

    direct = await ada.ask("direct", user="bob")
    assert (direct["room"], direct["kind"]) == ("@ada+bob", "direct")
    await bob.notice(type="joined", room="@ada+bob")
    sent = await bob.ask("send", room="@ada", text="just us two")
    assert sent["room"] == "@ada+bob"
    await ada.event(type="message", room="@ada+bob", text="just us two")
    await refused("not_found", eve.ask("history", room="@ada+bob"))
    await refused("invalid", ada.ask("direct", user="ada"))
    assert (await bob.ask("leave", room="ops"))["type"] == "left"
    await ada.event(type="member", room="ops", change="left")


async def moderation(ada, bob, eve):
    """Kick, ban, mute, roles, settings."""
    await eve.ask("join", room="dev")
    kicked = await ada.ask("kick", room="dev", user="eve", reason="spam")
    event = await eve.event(type="member", room="dev", change="kicked")
    assert (event["seq"], event["user"], event["reason"]) == (kicked["seq"], "eve", "spam")
    await refused("not_member", eve.ask("send", room="dev", text="hello?"))
    await eve.ask("join", room="dev")
    banned = await ada.ask("ban", room="dev", user="eve")
    await refused("banned", eve.ask("join", room="dev"))
    assert (await ada.ask("ban", room="dev", user="eve"))["seq"] == banned["seq"]
    await ada.ask("unban", room="dev", user="eve")
    await eve.ask("join", room="dev")
    await ada.ask("mute", room="dev", user="eve")
    await refused("muted", eve.ask("send", room="dev", text="hm"))
    await ada.ask("unmute", room="dev", user="eve")
    await eve.ask("send", room="dev", text="thanks")
    await refused("forbidden", eve.ask("kick", room="dev", user="ada"))
    await refused("invalid", ada.ask("kick", room="dev", user="ada"))
    await ada.ask("role", room="dev", user="bob", role="moderator")
    event = await eve.event(type="member", room="dev", change="role")
    assert (event["user"], event["role"]) == ("bob", "moderator")
    await ada.ask("settings", room="dev", guests=False)
    await refused("forbidden", bob.ask("settings", room="dev", guests=True))


async def messages(url, ada, bob):
    """Saying, repeating, changing; the past as it stands now."""
    first = await ada.ask("send", room="lobby", text="hi @bob", nonce="n-1")
    again = await ada.ask("send", room="lobby", text="hi @bob", nonce="n-1")
    assert again["duplicate"] and again["seq"] == first["seq"]
    await refused("conflict", ada.ask("send", room="lobby", text="ho", nonce="n-1"))
    event = await bob.event(type="message", room="lobby", seq=first["seq"])
    assert (event["author"], event["text"], event["nonce"]) == ("ada", "hi @bob", "n-1")
    target = first["seq"]
    answer = await bob.ask("send", room="lobby", text="hello", reply_to=target)
    await refused("not_found", bob.ask("send", room="lobby", text="x", reply_to=999))

    edited = await ada.ask("edit", room="lobby", target=target, text="hi all")
    assert (await ada.ask("edit", room="lobby", target=target, text="hi all"))["seq"] == edited["seq"]
    await refused("forbidden", bob.ask("edit", room="lobby", target=target, text="mine"))
    await bob.ask("react", room="lobby", target=target, emoji="👍")
    reacted = await ada.event(type="reacted", target=target)
    assert reacted["on"] and reacted["emoji"] == "👍"
    await ada.ask("pin", room="dev", target=(await ada.ask("send", room="dev", text="read me"))["seq"])

    page = await bob.ask("history", room="lobby", around=target, limit=10)
    entry = next(e for e in page["events"] if e["seq"] == target)
    assert (entry["text"], entry["rev"], entry["reactions"]) == ("hi all", edited["seq"], {"👍": ["bob"]})
    assert entry["changed"] == reacted["seq"] and entry["edited_at"]
    changed = await bob.ask("history", room="lobby", changed_after=answer["seq"])
    assert [e["seq"] for e in changed["events"]] == [target]
    thread = await bob.ask("history", room="lobby", thread=target)
    assert [e["seq"] for e in thread["events"]] == [target, answer["seq"]]
    await refused("invalid", bob.ask("history", room="lobby", before=3, after=1))

    found = await bob.ask("search", query="ALL hi")
    assert [hit["seq"] for hit in found["hits"]] == [target]
    deleted = await ada.ask("delete", room="lobby", target=target)
    assert (await ada.ask("delete", room="lobby", target=target))["seq"] == deleted["seq"]
    await refused("conflict", ada.ask("edit", room="lobby", target=target, text="back"))
    assert (await bob.ask("search", query="hi"))["hits"] == []
    again = await ada.ask("send", room="lobby", text="anything", nonce="n-1")
    assert again["duplicate"] and again["seq"] == target

    back = await Client.enter(
        url, token=bob.welcome["token"], epoch=bob.greeting["epoch"], resume={"lobby": target - 1}
    )
    event = await back.event(room="lobby", seq=target)
    assert event["deleted"] and "text" not in event and "nonce" not in event
    await back.event(type="deleted", target=target)
    await back.close()


async def markers(url, ada, bob):
    """Read markers, typing, presence."""
    head = (await ada.ask("send", room="lobby", text="@bob look"))["seq"]
    second = await Client.enter(url, token=bob.welcome["token"])
    state = next(room for room in second.welcome["rooms"] if room["room"] == "lobby")
    assert state["unread"] > 0 and state["mentions"] == 1
    await bob.ask("read", room="lobby", seq=head)
    moved = await second.notice(type="read", room="lobby")
    assert (moved["seq"], moved["unread"], moved["mentions"]) == (head, 0, 0)
    await bob.ask("read", room="lobby", seq=1, back=True)
    await refused("invalid", bob.ask("read", room="lobby", seq=head + 100))
    await bob.tell("typing", room="lobby")
    assert (await ada.notice(type="typing", room="lobby"))["user"] == "bob"
    await second.close()


async def programs(page, ada, bob):
    """Webhooks, files and the schema, over HTTP."""
    hook = await ada.ask("hook", room="dev", name="ci")
    assert [h["name"] for h in (await ada.ask("hooks", room="dev"))["hooks"]] == ["ci"]
    body = json.dumps({"text": "build failed"}).encode()
    for _ in range(2):
        status, _, _ = http("POST", page + hook["url"], body, Content_Type="application/json", Idempotency_Key="k1")
        assert status == 200, status
    event = await bob.event(type="message", room="dev", text="build failed")
    assert event["author"] == "ci" and event["hook"]
    await ada.ask("unhook", room="dev", name="ci")
    status, _, _ = http("POST", page + hook["url"], body, Content_Type="application/json")
    assert status == 404, status

    token = ada.welcome["token"]
    status, _, answer = http("POST", f"{page}/files?room=dev&name=plan.txt", b"the plan", token)
    assert status == 201, (status, answer)
    file = json.loads(answer)
    sent = await ada.ask("send", room="dev", files=[file["id"]])
    event = await bob.event(type="message", room="dev", seq=sent["seq"])
    assert event["files"][0]["name"] == "plan.txt" and event["files"][0]["size"] == 8
    status, headers, content = http("GET", page + file["url"], token=bob.welcome["token"])
    assert (status, content) == (200, b"the plan") and headers["X-Content-Type-Options"] == "nosniff"
    await refused("conflict", ada.ask("send", room="dev", files=[file["id"]]))
    status, _, _ = http("GET", page + file["url"])
    assert status == 401, status

    status, _, schema = http("GET", page + "/protocol.schema.json")
    assert status == 200 and {"client", "server"} <= set(json.loads(schema)["$defs"])


async def walk(url):
    page = url.replace("ws", "http", 1).removesuffix("/ws")
    ada, others = await coming_in(url)
    bob, eve = await account(url, "bob"), await account(url, "eve")
    for step, walked in (
        ("rooms", rooms(url, ada, bob, eve)),
        ("moderation", moderation(ada, bob, eve)),
        ("messages", messages(url, ada, bob)),
        ("markers", markers(url, ada, bob)),
        ("programs", programs(page, ada, bob)),
    ):
        await walked
        print(f"{step}: as the page says")
    listed = {row["type"] for row in (await ada.ask("help"))["requests"]}
    made = set().union(*(client.asked for client in {ada, bob, eve, *others}))
    assert listed == made, f"never made: {listed - made}; not listed: {made - listed}"
    print(f"all {len(listed)} requests were made")
    for client in (ada, bob, eve):
        await client.close()


if __name__ == "__main__":
    asyncio.run(walk(sys.argv[1]))
