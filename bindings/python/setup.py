"""Builds the wheel from the installed C library: its header, its .proto files, its object."""
import pathlib
import sys

import setuptools
from setuptools.command.build_py import build_py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import generate  # noqa: E402


class BuildWithMessages(build_py):
    def run(self):
        super().run()
        generate.write(pathlib.Path(self.build_lib))


setuptools.setup(cffi_modules=["native.py:builder"], cmdclass={"build_py": BuildWithMessages})
