#!/bin/sh
# What a plan costs: 40 records against 4,278 rules and against 1.3 million, on one core. Figures of
# a busy machine are worth nothing: look at the load first.
#
# Usage: sh tests/bench/plan.sh [--json] [--learners N] [--small]      N: 100000 for the whole run
set -eu
cd "$(dirname "$0")/../.."

cmake --preset dev >/dev/null
cmake --build --preset dev --target plan_bench >/dev/null
exec .build/dev/tests/bench/plan_bench "$@"
