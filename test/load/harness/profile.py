"""Where the event loop of a node spends its processor time, by samples of its stack."""

import collections
import re

# What the kernel was asked for, by the name of the call in the C library.
_CALLS = (("send", "kernel: send"), ("writev", "kernel: send"), ("recv", "kernel: recv"), ("epoll", "kernel: wait for events"))
# Whom the bytes go to, by the method that sends what was written.
_WHOM = {"ClientSession.flushNow": " to clients", "ServerConnection.flushNow": " to servers"}
_OURS = re.compile(r"dev/heimdall/engine/(.+)/[^/]+$")


def shares(lines, thread="heimdall-loop"):
    """Samples by what was at work, from lines of collapsed stacks (`frame;frame;frame count`): the kernel for us, Netty, or a package of the engine."""
    found = collections.Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if thread in frames[0]:
            found[_part(frames)] += int(count)
    return found


def _part(frames):
    kernel = next((i for i, frame in enumerate(frames) if frame.endswith("_[k]")), None)
    if kernel is not None:
        call = next((name for start, name in _CALLS if start in frames[kernel - 1]), "kernel: other")
        whom = next((name for frame in frames for method, name in _WHOM.items() if frame.endswith(method)), "")
        return call + (whom if call == "kernel: send" else "")
    for frame in reversed(frames):
        ours = _OURS.match(frame)
        if ours:
            return "engine: " + ours.group(1).replace("/", ".")
        if frame.startswith("io/netty/"):
            return "Netty: buffers" if frame.startswith("io/netty/buffer/") else "Netty: other"
    return "JVM"


def table(modes, least=0.01):
    """A Markdown table of the shares of each mode, the largest first; packages below `least` in all of them are one row."""
    parts = collections.Counter()
    for found in modes.values():
        total = sum(found.values()) or 1
        for part, count in found.items():
            parts[part] = max(parts[part], count / total)
    rows = [part for part, share in parts.most_common() if share >= least]
    lines = ["| % of the loop's time | " + " | ".join(modes) + " |", "|---|" + "--:|" * len(modes)]
    for part in rows:
        lines.append(f"| {part} | " + " | ".join(_percent(found, [part]) for found in modes.values()) + " |")
    rest = [part for part in parts if part not in rows]
    lines.append("| everything else | " + " | ".join(_percent(found, rest) for found in modes.values()) + " |")
    return "\n".join(lines)


def _percent(found, parts):
    return f"{100 * sum(found[x] for x in parts) / (sum(found.values()) or 1):.1f}"
