"""Stands in for Lambda and CloudFormation: runs the handler of a script, and has its responses.

Arguments: the files whose texts together are the function. Reads a command a line (JSON), prints a
result a line; what the function prints goes to the standard error.
"""
import contextlib
import http.server
import json
import queue
import sys
import threading
import time
import types
import xml.sax.saxutils

import boto3
from botocore.awsrequest import AWSResponse

RESULTS = sys.stdout
responses = queue.Queue()
unanswered = []  # HTTP statuses that the next responses get
calls = []
faults = {}


class CloudFormation(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = unanswered.pop(0) if unanswered else 200
        if status == 200:
            responses.put(json.loads(body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *what):
        pass


class Context:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self):
        return (self.end - time.monotonic()) * 1000


class Body:
    def __init__(self, text):
        self.text = text.encode()

    def stream(self, **options):
        yield self.text


def refusal(service, code, message):
    error = f"<Error><Code>{code}</Code><Message>{xml.sax.saxutils.escape(message)}</Message></Error>"
    if service == "secrets-manager":
        return json.dumps({"__type": code, "message": message})
    if service == "ec2":
        return f"<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>"
    return f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"


def on_its_way(request, event_name, **more):
    """Called before each request of the function: notes it, and answers in AWS's place."""
    service, action = event_name.split(".")[1:3]
    service = service.replace("route-53", "route53")  # as permissions spell it
    calls.append(f"{service}:{action}")
    fault = faults.get(f"{service}:{action}")
    if fault is None or fault["times"] == 0:
        return None
    fault["times"] -= 1
    if "hang" in fault:
        time.sleep(fault["hang"])
    body = fault.get("body") or refusal(service, fault.get("code"), fault.get("message", ""))
    return AWSResponse(request.url, fault.get("status", 400), {}, Body(body))


def invoke(handler, server, seconds, event):
    calls.clear()
    event = dict(event)
    event["ResponseURL"] = f"http://127.0.0.1:{server.server_port}/"
    session = boto3.DEFAULT_SESSION
    session.events.register("before-send", on_its_way)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            handler(event, Context(seconds))
    finally:
        session.events.unregister("before-send", on_its_way)
    answer = responses.get_nowait()
    return {"answer": answer, "calls": sorted(set(calls))}


def run(command, handler, server):
    does = command.pop("do")
    if does == "invoke":
        return invoke(handler, server, command["seconds"], command["event"])
    if does == "call":
        client = boto3.client(command["service"], region_name=command["region"])
        return getattr(client, command["action"])(**command["with"])
    if does == "fault":
        command.setdefault("times", -1)
        faults[command["at"]] = command
    elif does == "unanswered":
        unanswered[:] = command["statuses"]
    elif does == "forget":
        faults.clear()
        unanswered.clear()
        while not responses.empty():
            responses.get()
    return {}


def main(files):
    boto3.setup_default_session()
    module = types.ModuleType("index")
    text = "\n\n".join(open(file, encoding="utf-8").read() for file in files)
    exec(compile(text, "index.py", "exec"), module.__dict__)
    module.PAUSE = 0.05  # nothing here is slow
    server = http.server.HTTPServer(("127.0.0.1", 0), CloudFormation)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for line in sys.stdin:
        try:
            result = {"result": run(json.loads(line), module.handler, server)}
        except Exception as e:
            result = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(result, default=str), file=RESULTS, flush=True)


main(sys.argv[1:])
