#!/bin/sh
# From nothing to the main job: installs what is missing, builds cbank, and plays the life of a
# credit on the bundled sample (demo.sh says each step aloud).
#
# Usage: sh cli/quickstart.sh
set -eu
cd "$(dirname "$0")/.."

sh cli/packages.sh build

mkdir -p .build
if ! { cmake --preset release && cmake --build --preset release; } >.build/quickstart.log 2>&1; then
    cat .build/quickstart.log
    exit 1
fi

sh cli/demo.sh .build/release/cbank .build/demo
