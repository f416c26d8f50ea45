"""Answers that write to the grader themselves: ``mlp_costs`` in handed-in notebooks.

Every one gets 0 points, although most of them know the right value: what they write
spoils the conversation, or says nothing that a returned value could not say.
"""

import gc
import io
import os
import sys
import time
from contextlib import suppress
from itertools import pairwise


def right(widths):
    """What should come back."""
    macs = sum(a * b for a, b in pairwise(widths))
    return {"parameters": macs + sum(widths[1:]), "macs": macs}


def server():
    """The variables of the loop that serves the grader, further up the stack."""
    frame = sys._getframe()
    while "outbox" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals


def frame_of(message):
    """A frame as the child would write it."""
    stream = io.BytesIO()
    sys.modules["child.wire"].write(stream, message)
    return stream.getvalue()


def everywhere(data):
    """Write to every descriptor that is open."""
    for descriptor in range(256):
        with suppress(OSError):
            os.write(descriptor, data)


def garbage(widths):
    everywhere(b"\x00\xff{}[]\n" * 9)
    return right(widths)


def guessed_identity(widths):
    for identity in ("", "0" * 16, None, 0, True, [], {"a": 1}):
        everywhere(frame_of({"id": identity, "value": right(widths), "passed": True}))
    return right(widths)


def verdict_in_place_of_a_value(widths):
    identity = server()["request"]["id"]
    everywhere(frame_of({"id": identity, "passed": True, "points": 99, "share": 1}))
    return right(widths)


def own_reply_and_a_second_one(widths):
    everywhere(frame_of({"id": server()["request"]["id"], "value": right(widths)}))
    return right(widths)


def own_reply_then_the_end(widths):
    everywhere(frame_of({"id": server()["request"]["id"], "value": right(widths)}))
    os._exit(0)


def replayed(widths, sent=[]):  # noqa: B006  # what lasts from call to call is meant
    if not sent:
        identity = server()["request"]["id"]
        sent.append(frame_of({"id": identity, "value": right(widths)}))
    everywhere(sent[0])
    os._exit(0)


def other_arguments(widths):
    """Say that the grader's own argument is to be another one."""
    message = {"id": server()["request"]["id"], "value": right((1, 1))}
    everywhere(frame_of(message | {"arguments": [(1, 1)]}))
    return right((1, 1))


def arguments_of_another_kind(widths):
    message = {"id": server()["request"]["id"], "value": 0, "arguments": 7}
    everywhere(frame_of(message))
    return 0


def frame_that_does_not_end(widths):
    everywhere(b"2000000 30000000\n{")
    time.sleep(60)


def frame_that_is_too_large(widths):
    everywhere(b"99999999999 99999999999\n")
    return right(widths)


def flood(widths):
    while True:
        everywhere(b"9" * 2**16)


def deep_frame(widths):
    text = b"[" * 10**6 + b"]" * 10**6
    everywhere(b"%d 0\n%s" % (len(text), text))
    return right(widths)


def many_lists(widths):
    text = b'{"id":[' + b"[]," * 600_000 + b"[]]}"
    everywhere(b"%d 0\n%s" % (len(text), text))
    return right(widths)


def patched_wire(widths):
    """Let the child say "a dict of the right size" about whatever comes back."""
    wire = sys.modules["child.wire"]
    wire.encode = lambda value, blobs: {"dict": [["parameters", 1], ["macs", 1]]}
    return right(widths)


def patched_server(widths):
    serve = sys.modules["child.serve"]
    serve._call = lambda *_: {"value": None, "passed": True}
    return None


def other_answers_through_gc(widths):
    for thing in gc.get_objects():
        if type(thing).__name__ == "Answers":
            thing._functions["mlp_costs"] = lambda *_: {"parameters": 0, "macs": 0}
    return {"parameters": 0, "macs": 0}


def closed_pipes(widths):
    os.closerange(0, 256)
    return right(widths)


def error_of_the_parents(widths):
    """Raise what the grader itself raises for a verdict."""
    kind = type("CheckFailed", (Exception,), {"misconception": "", "hint": ""})
    raise kind("mlp_costs: correct (2 points)")
