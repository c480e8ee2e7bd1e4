"""The shared cases: every call answers as in C, and this protobuf runtime reads the same."""
import base64
import re

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory

import cbank
import cbank.api.v1
import cbank.v1
from conftest import VECTORS


def kind_of(name):
    found = descriptor_pool.Default().FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory().GetPrototype(found)


def plain(value, scene):
    """A request of the cases as proto3 JSON."""
    if isinstance(value, dict) and set(value) == {"@file"}:
        return base64.b64encode((VECTORS / value["@file"]).read_bytes()).decode()
    if isinstance(value, dict):
        return {key: plain(each, scene) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, scene) for each in value]
    return value.replace("{scene}", str(scene)) if isinstance(value, str) else value


def text(field, value):
    if field.type == field.TYPE_BYTES:
        return value.hex()
    if field.type == field.TYPE_BOOL:
        return "true" if value else "false"
    if field.type == field.TYPE_ENUM:
        return field.enum_type.values_by_number[value].name
    return str(value)


def look(message, path):
    value, field = message, None
    for step in path.split("/"):
        if "." in step:
            value = kind_of(step).FromString(value)
        elif step == "#":
            return str(len(value))
        elif step.isdigit():
            value = value[int(step)]
        else:
            field = value.DESCRIPTOR.fields_by_name[step]
            value = getattr(value, step)
    return text(field, value)


class Player:
    """Plays a scene through the binding's public names."""

    OPENERS = {"cbank_key_new": cbank.Key.new, "cbank_bank_open": cbank.Bank}

    def __init__(self, folder):
        self.folder, self.handles, self.held = folder, {}, 0

    def call(self, step):
        """The function of the binding, and the arguments that are handles."""
        noun, verb = re.fullmatch(r"cbank_([a-z]+)_(\w+?)(?:_begin)?", step["call"]).groups()
        handles = [self.handles[name] for name in step.get("handles", ())]
        if handles and isinstance(handles[0], cbank.Verifier):
            return getattr(handles[0], f"{noun}_{verb}"), handles[1:]
        if handles and isinstance(handles[0], cbank.Bank):
            group = handles[0] if noun == "bank" else getattr(handles[0], noun)
            return getattr(group, verb), handles[1:]
        return getattr(cbank, f"{noun}_{verb}"), handles

    def answer(self, step):
        """What is made or replied, and a job's output."""
        if step["call"] == "cbank_verifier_open":
            kind = cbank.api.v1.VerifierRequest
            return cbank.Verifier.open(self.request(step, kind)), b""
        if step["call"] in self.OPENERS:
            return self.OPENERS[step["call"]](plain(step["path"], self.folder)), b""
        function, handles = self.call(step)
        hints = function.__annotations__.get("request", "")
        kind = re.search(r"_m\.(\w+)", hints)
        request = [self.request(step, getattr(cbank.api.v1, kind.group(1)))] if kind else []
        answer = function(*handles, *request)
        if isinstance(answer, cbank.Job):
            feed = VECTORS / step["feed"] if "feed" in step else None
            return answer.run(feed), answer.output
        return answer, b""

    def request(self, step, kind):
        return json_format.ParseDict(plain(step.get("request", {}), self.folder), kind())

    def play(self, step):
        status, reason, reply, output = 0, "", None, b""
        try:
            reply, output = self.answer(step)
        except cbank.CbankError as error:
            status, reason = error.status, error.reason
            reply = getattr(error, "report", None)
        assert (status, reason) == (step["status"], step["reason"]), step["name"]
        if "makes" in step and status == 0:
            self.handles[step["makes"]] = reply
        if "output" in step:
            assert output == (VECTORS / step["output"]).read_bytes(), step["name"]
        for path, value in step.get("expect", {}).items():
            assert look(reply, path) == value, (step["name"], path)
        self.held += 2 + ("output" in step) + len(step.get("expect", {}))


def test_every_scene_is_answered_as_in_c(cases, tmp_path):
    held = 0
    for number, scene in enumerate(cases["scenes"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        player = Player(folder)
        for step in scene["steps"]:
            player.play(step)
        for handle in player.handles.values():
            handle.close()
        held += player.held
    held += sum(len(each["expect"]) for each in cases["files"])
    assert held == cases["expectations"] > 400


def test_files_read_alone_hold_the_same_values(cases):
    for each in cases["files"]:
        message = kind_of(each["message"]).FromString((VECTORS / each["file"]).read_bytes())
        for path, value in each["expect"].items():
            assert look(message, path) == value, (each["file"], path)


def test_signed_bytes_are_written_again_as_they_were(cases):
    """Deterministic output of this runtime is the canonical form that the library insists on."""
    for each in cases["files"]:
        data = (VECTORS / each["file"]).read_bytes()
        artefact = cbank.v1.Artefact.FromString(data)
        assert artefact.SerializeToString(deterministic=True) == data
        envelope = cbank.v1.Envelope.FromString(artefact.envelope)
        assert envelope.SerializeToString(deterministic=True) == artefact.envelope


@pytest.mark.parametrize("name", ["changed.transcript", "forged-path.transcript"])
def test_a_no_shows_nothing_of_the_content(verifier, pinned, name):
    with pytest.raises(cbank.VerificationError) as caught:
        verifier.verify((VECTORS / name).read_bytes(), "COLLEGE-B", at=pinned["at"])
    assert len(caught.value.report.items) == 0
    assert caught.value.report.account == "" == caught.value.report.holder_name
