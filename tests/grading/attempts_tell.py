"""What a submission may try to carry hidden inputs out. Nothing of it arrives.

Each is called in every call of ``mlp_costs``, with ``word``: empty for an input of the
visible check, else a text that says ``LEAKED`` and the input. ``right`` is the right
result. Those that keep it are called in the exercise behind it, too, without a result:
then they return what was kept, and it is raised where a learner would read it.
"""

import atexit
import ctypes
import gc
import io
import linecache
import os
import sys
import time
import warnings


def keeps_in_sys(word, right):
    vars(sys)["kept"] = vars(sys).get("kept", "") + word
    return right or sys.kept


def keeps_in_a_default(word, right, kept=[]):  # noqa: B006  # what lasts is meant
    kept.append(word)
    lists = [one for one in gc.get_objects() if type(one) is list]
    return right or [one for one in lists if any("LEAK" in str(p)[:9] for p in one)]


def keeps_in_a_file(word, right):

    with open("/tmp/kept", "a") as file:
        file.write(word)
    return right or open("/tmp/kept").read()


def keeps_in_a_module(word, right):
    scope = vars(sys.modules["json"])
    scope["kept"] = scope.get("kept", "") + word
    return right or scope["kept"]


def keeps_in_the_environment(word, right):
    os.environ["KEPT"] = (os.environ.get("KEPT", "") + word)[:10_000]
    return right or os.environ["KEPT"]


def keeps_in_the_name_of_its_process(word, right):
    name = ctypes.create_string_buffer(16)
    call = ctypes.CDLL(None).prctl
    call(15, word[:15].encode()) if word else call(16, name)
    return right or name.value.replace(b"python", b"").strip()


def prints(word, right):
    print(word)
    return right


def prints_errors(word, right):
    print(word, file=sys.stderr)
    os.write(2, word.encode())
    return right


def warns(word, right):
    if word:
        warnings.warn(word, stacklevel=1)
    return right


def takes_as_many_seconds(word, right):
    time.sleep(sum(map(int, filter(str.isdigit, word))) % 10 / 100)
    return right


def says_it_at_the_end(word, right):
    atexit.register(print, word)
    return right


def raises(word, right):
    if word:
        raise ValueError(word)
    return right


def raises_a_class_of_that_name(word, right):
    if word:
        raise type(word, (Exception,), {"__module__": word})
    return right


def raises_a_stub(word, right):
    if word:
        raise NotImplementedError(word)
    return right


def raises_with_a_note(word, right):
    if word:
        error = ValueError("unhashable")
        error.add_note(word)
        raise error from RuntimeError(word)
    return right


def raises_a_group(word, right):
    if word:
        raise BaseExceptionGroup(word, [KeyboardInterrupt(word)])
    return right


def exits_with_it(word, right):
    if word:
        raise SystemExit(word)
    return right


def raises_in_a_line_of_that_text(word, right):
    if word:
        linecache.cache["cell 7"] = (9, None, [f"raise {word}"], "cell 7")
        exec(compile("raise ValueError", "cell 7", "exec"))
    return right


def raises_a_known_error(word, right):
    """Choose between the hints on errors, which are more than one bit."""
    if word:
        raise IndexError(f"list index out of range {word}")
    return right


def returns_it(word, right):
    return {"parameters": word, "macs": word} if word else right


def returns_it_as_keys(word, right):
    return {word: 1, "macs": word} if word else right


def returns_it_as_a_class(word, right):
    return type(word, (), {})() if word else right


def returns_it_as_words(word, right):
    class Words:
        def __repr__(self):
            return word

        __str__ = __repr__

    return {"parameters": Words(), "macs": Words()} if word else right


def returns_it_in_numbers(word, right):
    return {"parameters": list(map(ord, word)), "macs": 1} if word else right


def replies_with_it(word, right):
    """Write the reply oneself, with an error that holds the input."""
    if word:
        frame = sys._getframe()
        while "outbox" not in frame.f_locals:
            frame = frame.f_back
        identity, stream = frame.f_locals["request"]["id"], io.BytesIO()
        reply = {"id": identity, "error": f"{word}: {word}", "where": word}
        sys.modules["child.wire"].write(stream, reply)
        frame.f_locals["outbox"].write(stream.getvalue())
        frame.f_locals["outbox"].flush()
        os._exit(0)
    return right


def ends_with_it(word, right):
    if word:
        os._exit(sum(word.encode()) % 256)
    return right
