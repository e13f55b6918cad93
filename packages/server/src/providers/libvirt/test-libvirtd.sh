#!/bin/sh
# Runs a libvirtd of its own, in this shell's place: the caller has put us into a network and a mount namespace.
# $1: folder for everything that libvirtd keeps; $2: the libvirtd binary.
set -eu
root=$1
daemon=$2
ip link set lo up 2>/dev/null || true
for part in /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt; do
  mkdir -p "$root$part" "$part"
  mount --bind "$root$part" "$part"
done
# A disk that is soon full. It goes with our mount namespace.
mkdir -p /var/lib/libvirt/small
mount -t tmpfs -o size=4m berth-small /var/lib/libvirt/small
# libvirtd looks this user up before it reads its own configuration; the package that makes the user is not needed else.
if ! id libvirt-qemu >/dev/null 2>&1; then
  { cat /etc/passwd; echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'; } >"$root/passwd"
  { cat /etc/group; echo 'libvirt-qemu:x:64055:'; } >"$root/group"
  mount --bind "$root/passwd" /etc/passwd
  mount --bind "$root/group" /etc/group
fi
exec "$daemon" --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirt/libvirtd.pid
