#!/bin/sh
# Proves that the two commands of the README work on a new machine: makes an empty Debian 12 with
# debootstrap, clones the project's committed state into it, and runs both in there.
#
# Needs root and debootstrap, and apt sources for Debian 12 on this machine: the mirror, its keys
# and any proxy are read from there. With WORK given, what was made stays in it: base, the empty
# system, is used again; root, in which the commands ran, is made anew each time.
#
# Usage: sh tests/fresh.sh [WORK]
set -eu
project=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
release=bookworm

[ "$(id -u)" -eq 0 ] || { echo "fresh.sh: needs root" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "fresh.sh: needs debootstrap" >&2; exit 2; }
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$release //p" | head -n 1)
[ -n "$mirror" ] || { echo "fresh.sh: apt has no sources of Debian 12" >&2; exit 2; }

work=${1:-$(mktemp -d)}
mkdir -p "$work"
root=$work/root
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
if [ ! -e "$work/base/complete" ]; then
    rm -rf "$work/base"
    debootstrap --variant=minbase $release "$work/base" "$mirror"
    touch "$work/base/complete"
fi
rm -rf "$root"
cp -a "$work/base" "$root"

# What lets apt, npm and go reach their mirrors here lets them there.
apt-get indextargets --format '$(ORIGIN) deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
    'Created-By: Packages' | sed -n 's/^Debian //p' | sort -u >"$root/etc/apt/sources.list"
apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90machine"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/machine-ca.crt"
fi

mkdir -p "$root/srv/cbank"
git clone -q "$project" "$root/srv/cbank/main"
ci=
if [ -d "$project/../shared" ]; then
    cp -R "$project/../shared" "$root/srv/cbank/shared"
    ci=yes
fi

# inside COMMAND...: runs it in the new system, with mounts that vanish with it
inside() {
    unshare --mount --fork sh -c 'mount -t proc proc "$0/proc" && mount -t tmpfs shm "$0/dev/shm" &&
        exec chroot "$0" "$@"' "$root" \
        /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 ${ci:+CI=true} \
        SSL_CERT_FILE=/etc/machine-ca.crt NODE_EXTRA_CA_CERTS=/etc/machine-ca.crt \
        ${GOPROXY:+"GOPROXY=$GOPROXY"} ${http_proxy:+"http_proxy=$http_proxy"} \
        ${https_proxy:+"https_proxy=$https_proxy"} ${no_proxy:+"no_proxy=$no_proxy"} "$@"
}

for command in 'sh cli/quickstart.sh' 'sh tests/run.sh'; do
    echo "== in a new Debian 12: $command"
    begin=$(date +%s)
    inside sh -c "cd /srv/cbank/main && $command"
    echo "== took $(($(date +%s) - begin)) s: $command"
done
