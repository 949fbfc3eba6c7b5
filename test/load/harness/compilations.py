"""What Java compiles once a node is ready, by the log of its compilers."""

import re
from dataclasses import dataclass, field

OPTIONS = "-XX:+UnlockDiagnosticVMOptions -XX:+LogCompilation -XX:LogFile="
_OWN = "dev.heimdall."
_ATTRIBUTE = re.compile(r"(\w+)='([^']*)'")
# By the compiler that takes the time, as a rule.
_LAST_LEVEL = "4"


@dataclass
class Compiled:
    """Of a span of time: seconds of the last level, of them for what had been compiled at that level before, and where that was given up."""

    seconds: float = 0.0
    again_seconds: float = 0.0
    deoptimised: list = field(default_factory=list)

    def __str__(self):
        lines = [f"compiled at level {_LAST_LEVEL} for {self.seconds:.1f} s, of it {self.again_seconds:.1f} s again; deoptimised:"]
        return "\n".join(lines + [f"  {place}" for place in self.deoptimised])


def compiled(log, begin, seconds):
    """
    What the log has of `seconds` from `begin` on, in seconds since the epoch. Deoptimised is what met a branch, or a class, that Java had compiled without:
    the reason, the place (method and index of its bytecode) and the compiled method that it stood in; of our own code only.
    """
    found, start, known = Compiled(), None, set()
    task, trap, places = None, None, []

    def within(event):
        return begin <= start + float(event["stamp"]) < begin + seconds

    for line in log:
        if line.startswith("<hotspot_log "):
            start = int(_attributes(line)["time_ms"]) / 1000
        elif line.startswith("<task "):
            task = _attributes(line)
        elif line.startswith("<task_done") and task:
            took = float(_attributes(line)["stamp"]) - float(task["stamp"])
            if task.get("level", _LAST_LEVEL) == _LAST_LEVEL:
                if within(task):
                    found.seconds += took
                    found.again_seconds += took if task["method"] in known else 0
                known.add(task["method"])
            task = None
        elif line.startswith("<uncommon_trap thread"):
            trap, places = _attributes(line), []
        elif trap and line.startswith("<jvms"):
            places.append(_attributes(line))
        elif trap and line.startswith("</uncommon_trap"):
            if within(trap) and places and places[0]["method"].startswith(_OWN):
                found.deoptimised.append(f"{trap['reason']} {_name(places[0])}@{places[0]['bci']} in {_name(places[-1])}")
            trap = None
    return found


def _attributes(line):
    return dict(_ATTRIBUTE.findall(line))


def _name(place):
    return ".".join(place["method"].split(" ")[:2])
