"""The binding is whole: every function, every name documented, nothing out of date."""
import inspect
import pathlib
import re
import sys

import cbank
import cbank.api.v1
import cbank.calls
import cbank.errors
import cbank.v1
from conftest import SOURCES

sys.path[:0] = [str(SOURCES / "bindings"), str(SOURCES / "bindings" / "python")]
import face  # noqa: E402
import generate  # noqa: E402

INSTALLED = pathlib.Path(cbank.__file__).parent


def test_every_function_of_the_header_has_its_counterpart():
    used = set()
    for path in INSTALLED.glob("*.py"):
        used |= set(re.findall(r"lib\.(cbank_\w+)", path.read_text(encoding="utf-8")))
    declared = {call.name for call in face.calls(SOURCES / "include" / "cbank.h")}
    assert declared - used == set()
    assert used - declared == set()


def test_nothing_changed_without_being_generated_again():
    from cbank import _built
    assert _built.SOURCES == generate.digest(SOURCES / "include" / "cbank.h", SOURCES / "proto")


def test_the_library_is_of_the_same_version():
    assert cbank.version() == cbank.__version__


def test_every_status_has_its_exception():
    text = (SOURCES / "include" / "cbank.h").read_text(encoding="utf-8")
    numbers = [int(each) for each in re.findall(r"CBANK_E_\w+ = (\d+)", text)]
    assert len(numbers) > 20
    assert {number // 100 for number in numbers} == set(cbank.errors.CLASSES)
    assert set(cbank.errors.SINGLE) < set(numbers)


def named(owner, prefix=""):
    for name, value in vars(owner).items():
        if not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value) or
                                         isinstance(value, (property, classmethod))):
            yield f"{prefix}{name}", value
            if inspect.isclass(value) and value.__module__.startswith("cbank."):
                yield from named(value, f"{name}.")


def test_every_public_name_is_documented_and_typed():
    bare, untyped = [], []
    for name, value in [*named(cbank), *named(cbank.calls, "calls.")]:
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if not inspect.getdoc(function):
            bare.append(name)
        if inspect.isfunction(function) and "return" not in function.__annotations__:
            untyped.append(name)
    assert (bare, untyped) == ([], [])


def test_every_message_is_there_with_its_types():
    for package in (cbank.v1, cbank.api.v1):
        folder = SOURCES / "proto" / package.__name__.replace(".", "/")
        for path in folder.glob("*.proto"):
            text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
            for name in re.findall(r"^(?:message|enum) (\w+)", text, flags=re.M):
                assert hasattr(package, name), name
    assert (INSTALLED / "py.typed").exists()
    assert (INSTALLED / "api" / "v1" / "credit_pb2.pyi").exists()
