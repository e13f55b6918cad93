#!/bin/sh
# Gives one host of the lab its own view of files, in a mount namespace made by the caller, and holds it open: libvirtd
# comes and goes, the host stays. $1: folder of the host; $2: image of its storage, or - to keep volumes in the folder.
set -eu
root=$1
storage=$2
# What this computer shows of its network is another namespace's.
mount -t sysfs sysfs /sys
for part in /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt; do
  mkdir -p "$root$part" "$part"
  mount --bind "$root$part" "$part"
done
mkdir -p /var/lib/libvirt/images
if [ "$storage" != - ]; then
  mount -o loop,noinit_itable,discard,nodev,nosuid -- "$storage" /var/lib/libvirt/images
fi
mkdir -p /var/lib/libvirt/images/pool
# libvirtd looks this user up before it reads its own configuration; the package that makes the user is not needed else.
if ! id libvirt-qemu >/dev/null 2>&1; then
  { cat /etc/passwd; echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin'; } >"$root/passwd"
  { cat /etc/group; echo 'libvirt-qemu:x:64055:'; } >"$root/group"
  mount --bind "$root/passwd" /etc/passwd
  mount --bind "$root/group" /etc/group
fi
: >"$root/mounted"
exec sleep infinity
