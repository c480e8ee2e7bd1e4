#!/bin/sh
# Runs the shared cases with a program, in a folder that is gone afterwards.
#
# Usage: run.sh FILES PROGRAM
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$2" "$1" "$work"
