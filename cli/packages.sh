#!/bin/sh
# Installs what is missing of the Debian packages that cbank needs, and says what it installs.
# Does nothing, and asks nobody, where all of it is there.
#
# Usage: packages.sh build [test] [bench]
set -eu

# An entry is a package, or command:package where the command may come from elsewhere.
build='cmake ninja-build gcc libc6-dev pkg-config libssl-dev libsodium-dev liblmdb-dev
    libprotobuf-c-dev protobuf-c-compiler libutf8proc-dev libcsv-dev libjansson-dev libyaml-dev
    libzip-dev libxml2-dev'
tests='libcriterion-dev g++ binutils abigail-tools python3 python3-protobuf
    python3-securesystemslib ca-certificates protobuf-compiler go:golang-go npm:npm
    glpk-utils coinor-cbc softhsm2 opensc javac:openjdk-17-jdk-headless mvn:maven node:nodejs
    php-cli php-bcmath php-google-protobuf python3-cffi python3-dev python3-pip python3-pytest
    python3-setuptools python3-venv python3-wheel'
bench='libsqlite3-dev postgresql node:nodejs npm:npm'

# Older builds of OpenSSL in Debian 12 have CVE-2026-77696.
openssl_wanted=3.0.22-1~deb12u2

version_of() {
    dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
        sed -n 's/^installed //p' | head -n 1
}

is_debian_12() {
    [ -r /etc/os-release ] && grep -q '^ID=debian' /etc/os-release &&
        grep -q '^VERSION_ID="12"' /etc/os-release
}

is_openssl_old() {
    for package in libssl3 libssl-dev; do
        version=$(version_of $package)
        [ -z "$version" ] || ! dpkg --compare-versions "$version" lt "$openssl_wanted" || return 0
    done
    return 1
}

missing=
for set in "$@"; do
    case $set in
    build) entries=$build ;;
    test) entries=$tests ;;
    bench) entries=$bench ;;
    *) echo "packages.sh: no such set: $set (build, test, bench)" >&2; exit 2 ;;
    esac
    for entry in $entries; do
        package=${entry#*:}
        [ "$package" = "$entry" ] || ! command -v "${entry%%:*}" >/dev/null || continue
        if ! command -v dpkg-query >/dev/null || [ -z "$(version_of "$package")" ]; then
            missing="$missing $package"
        fi
    done
done

upgrade=
if is_debian_12 && is_openssl_old; then
    upgrade='libssl3 libssl-dev'
fi
[ -n "$missing$upgrade" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "cbank: this system has no apt-get; please install what these Debian packages hold:" >&2
    echo "   $missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "cbank: please run as root: apt-get install$missing $upgrade" >&2
        exit 1
    fi
    as_root=sudo
fi
echo "cbank: installing Debian packages:$missing $upgrade" >&2
$as_root apt-get update -q >&2
# shellcheck disable=SC2086 # lists of words
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $missing $upgrade >&2

if is_debian_12 && is_openssl_old; then
    echo "cbank: OpenSSL is older than $openssl_wanted (CVE-2026-77696); apt has no newer one" >&2
fi
