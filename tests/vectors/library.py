"""libcbank.so called by name, through ctypes and the Python protobuf runtime, with what the header
says about each call; and the cases of this folder held against it."""
import base64
import ctypes
import json
import pathlib
import sys

from google.protobuf import descriptor_pool, json_format, message_factory

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bindings"))
import face  # noqa: E402

MORE, NEEDS_INPUT, HAS_OUTPUT, DONE = 1, 2, 3, 4


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_uint8)), ("size", ctypes.c_size_t),
                ("capacity", ctypes.c_size_t)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int32), ("reason", ctypes.c_int32),
                ("where", ctypes.c_uint64), ("object", ctypes.c_char * 80),
                ("detail", ctypes.c_char * 160)]


class Answer:
    """What a call said: status, word of the reason, the decoded reply, a handle, a job's output."""

    def __init__(self, status, reason="", reply=None, handle=None, output=b"", error=None):
        self.status, self.reason, self.reply = status, reason, reply
        self.handle, self.output, self.error = handle, output, error


def message_class(name):
    return message_factory.MessageFactory().GetPrototype(
        descriptor_pool.Default().FindMessageTypeByName(name))


def scalar(field, value):
    """How the cases write a value: one text for every language."""
    if field.type == field.TYPE_BYTES:
        return value.hex()
    if field.type == field.TYPE_BOOL:
        return "true" if value else "false"
    if field.type == field.TYPE_ENUM:
        return field.enum_type.values_by_number[value].name
    return str(value)


def look(message, path):
    """The value at a path: field names, numbers in lists, "#" for how many, and where a step is
    the name of a message, the bytes so far are one."""
    value, field = message, None
    for step in path.split("/"):
        if "." in step:
            value, field = message_class(step).FromString(value), None
        elif step == "#":
            return str(len(value))
        elif step.isdigit():
            value = value[int(step)]
        else:
            field = value.DESCRIPTOR.fields_by_name[step]
            value = getattr(value, step)
    return scalar(field, value)


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        self.c.cbank_reason_name.restype = ctypes.c_char_p
        self.calls = {call.name: call for call in face.calls()}

    def call(self, name, request=None, handles=(), path=None, feed=None):
        """Any call of the header that answers a status."""
        call, handles, error, reply = self.calls[name], list(handles), Error(), Buffer()
        out, arguments, data = ctypes.c_void_p(), [], request or b""
        for kind, word in call.parameters:
            if kind == "cbank_error *":
                arguments.append(ctypes.byref(error))
            elif kind == "cbank_buffer *":
                arguments.append(ctypes.byref(reply))
            elif kind.endswith("**"):
                arguments.append(ctypes.byref(out))
            elif word == "request_size":
                arguments.append(ctypes.c_size_t(len(data)))
            elif word == "request":
                arguments.append(data)
            elif word in ("path", "suite"):
                arguments.append(path.encode())
            elif word.startswith("passphrase"):
                arguments.append(ctypes.c_size_t(0) if word.endswith("size") else None)
            else:
                arguments.append(handles.pop(0))
        status = getattr(self.c, name)(*arguments)
        output = b""
        if call.begins and status == 0:
            status, output = self.run(out, feed or b"", reply, error)
            self.c.cbank_job_close(out)
        data = ctypes.string_at(reply.data, reply.size) if reply.size else b""
        self.c.cbank_buffer_clear(ctypes.byref(reply))
        kind = call.job_reply or call.reply
        reason = self.c.cbank_reason_name(error.reason).decode() if status else ""
        return Answer(status, reason, message_class(kind).FromString(data) if kind else None,
                      out, output, error)

    def run(self, job, feed, reply, error):
        state, output = ctypes.c_int(), b""
        status = 0
        while status == 0 and state.value != DONE:
            status = self.c.cbank_job_step(job, ctypes.c_uint32(50), ctypes.byref(state),
                                           ctypes.byref(error))
            if status == 0 and state.value == NEEDS_INPUT:
                if feed:
                    status = self.c.cbank_job_feed(job, feed, ctypes.c_size_t(len(feed)),
                                                   ctypes.byref(error))
                    feed = b""
                else:
                    status = self.c.cbank_job_feed_end(job, ctypes.byref(error))
            elif status == 0 and state.value == HAS_OUTPUT:
                status = self.c.cbank_job_read(job, ctypes.byref(reply), ctypes.byref(error))
                output += ctypes.string_at(reply.data, reply.size)
        if status == 0:
            status = self.c.cbank_job_finish(job, ctypes.byref(reply), ctypes.byref(error))
        return status, output

    def ask(self, name, fields, handles=(), path=None, feed=None):
        """A call that must go well, its request in the form that the cases have."""
        request = pack(self.calls[name].request, fields, None)
        answer = self.call(name, request, handles, path, feed)
        if answer.status:
            raise RuntimeError(f"{name}: {answer.status} {answer.reason} "
                               f"{answer.error.object} {answer.error.detail}")
        return answer

    def open(self, name, request=None, path=None):
        answer = self.call(name, request, path=path)
        if answer.status:
            raise RuntimeError(f"{name}: {answer.status} {answer.reason}")
        return answer.handle

    def close(self, name, handle):
        getattr(self.c, name)(handle)


def plain(value, folder, scene=None):
    """Requests of the cases as proto3 JSON: {"@file": NAME} is the bytes of a file here."""
    if isinstance(value, dict) and set(value) == {"@file"} and folder is not None:
        return base64.b64encode((folder / value["@file"]).read_bytes()).decode()
    if isinstance(value, dict):
        return {key: plain(each, folder, scene) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, folder, scene) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, str) and scene is not None:
        return value.replace("{scene}", str(scene))
    return value


def pack(kind, fields, folder, scene=None):
    if kind is None:
        return b""
    message = json_format.ParseDict(plain(fields or {}, folder, scene), message_class(kind)())
    return message.SerializeToString(deterministic=True)


class Cases:
    """cases.json held against a library; what does not hold is in `wrong`."""

    def __init__(self, library, folder):
        self.library, self.folder = library, pathlib.Path(folder)
        self.table = json.loads((self.folder / "cases.json").read_text(encoding="utf-8"))
        self.wrong, self.held = [], 0

    def hold(self, where, wanted, found):
        if wanted == found:
            self.held += 1
        else:
            self.wrong.append(f"{where}: expected {wanted}, found {found}")

    def step(self, scene, step, handles, place):
        where = f"{scene} / {step['name']}"
        call = self.library.calls[step["call"]]
        feed = (self.folder / step["feed"]).read_bytes() if "feed" in step else None
        answer = self.library.call(
            call.name, pack(call.request, step.get("request"), self.folder, place),
            [handles[each] for each in step.get("handles", ())],
            plain(step.get("path"), None, place), feed)
        self.hold(where, step["status"], answer.status)
        self.hold(where, step.get("reason", ""), answer.reason)
        if "makes" in step and answer.status == 0:
            handles[step["makes"]] = answer.handle
        if "output" in step:
            self.hold(where, (self.folder / step["output"]).read_bytes(), answer.output)
        for path, value in step.get("expect", {}).items():
            self.hold(f"{where} / {path}", value, look(answer.reply, path))

    def file(self, each):
        message = message_class(each["message"]).FromString(
            (self.folder / each["file"]).read_bytes())
        for path, value in each["expect"].items():
            self.hold(f"{each['file']} / {path}", value, look(message, path))

    def run(self, place):
        for number, scene in enumerate(self.table["scenes"]):
            handles = {}
            there = pathlib.Path(place) / str(number)
            there.mkdir()
            for step in scene["steps"]:
                self.step(scene["name"], step, handles, there)
            for handle, made in handles.items():
                self.library.close(f"cbank_{handle}_close", made)
        for each in self.table["files"]:
            self.file(each)
