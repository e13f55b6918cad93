#!/bin/sh
# The demo's service with the least that does it: no records, no approval, no way back. Two virtual machines from
# overlay disks, and one machine that boots the service OS over the network, gets the image written and boots it; all
# at once. Then the template's hooks over SSH. Run as root: by-hand.sh WORK tcg|kvm
# WORK holds what deploy.ts puts there: image.raw, boot/, key, seeds (app1.seed …), hooks (db.hook, app1.hook …).
# Tells where it is on standard output: "started" when all machines run, "reached" when all answer, "served" at the end.
set -eu
work=$1
accelerator=$2
here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
ns=berth-by-hand-$$
pids=

cleanup() {
  # Whatever runs in the namespace is ours: machines, DHCP, HTTP, SSH.
  for pid in $pids $(ip netns pids "$ns"); do kill "$pid" 2> /dev/null || true; done
  wait
  ip netns del "$ns" 2> /dev/null || true
}
trap cleanup EXIT
trap 'exit 130' HUP INT TERM

inside() { ip netns exec "$ns" "$@"; }

ip netns add "$ns"
ip -n "$ns" link set lo up
for bridge in lan storage; do
  ip -n "$ns" link add "$bridge" type bridge forward_delay 0 stp_state 0
  ip -n "$ns" link set "$bridge" up
done
ip -n "$ns" address add 10.77.1.1/24 dev lan
for tap in app1 app2 db db-storage; do
  ip -n "$ns" tuntap add dev "$tap" mode tap
  case $tap in db-storage) bridge=storage ;; *) bridge=lan ;; esac
  ip -n "$ns" link set "$tap" master "$bridge"
  ip -n "$ns" link set "$tap" up
done

inside dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=lan --except-interface=lo \
  --bind-interfaces --no-ping --dhcp-authoritative --leasefile-ro --pid-file= --log-facility="$work/dnsmasq.log" \
  --dhcp-range=10.77.1.20,10.77.1.20,255.255.255.0 --dhcp-host=52:54:00:ba:00:01,10.77.1.20 \
  --dhcp-boot=http://10.77.1.1:8080/boot &
pids="$pids $!"
inside /usr/bin/python3 "$here/boot-server.py" "$work/boot" 10.77.1.1 2> "$work/boot-server.log" &
pids="$pids $!"

case $accelerator in
  kvm) machine='-accel kvm -cpu host' blade_machine=$machine ;;
  *) machine='-accel tcg,tb-size=256 -cpu max' blade_machine='-accel tcg,thread=multi,tb-size=512 -cpu max' ;;
esac

# qemu NAME MAC OPTIONS…: as libvirt and the lab start theirs.
qemu() {
  name=$1
  mac=$2
  shift 2
  inside qemu-system-x86_64 -name "$name" -nodefaults -no-user-config -device virtio-rng-pci -device VGA -display none \
    -serial "file:$work/$name.console" -netdev "tap,id=n0,ifname=$name,script=no,downscript=no" \
    -device "virtio-net-pci,netdev=n0,mac=$mac" "$@" &
  pids="$pids $!"
}

for n in 1 2; do
  qemu-img create -q -f qcow2 -F raw -b "$work/image.raw" "$work/app$n.qcow2" 4G
  # The words of $machine are options of their own.
  # shellcheck disable=SC2086
  qemu "app$n" "52:54:00:ba:01:0$n" -machine pc $machine -smp 1 -m 512M \
    -drive "if=virtio,format=qcow2,cache=unsafe,file=$work/app$n.qcow2" \
    -drive "if=virtio,format=raw,readonly=on,file=$work/app$n.seed"
done
truncate -s 8G "$work/db.raw"
# shellcheck disable=SC2086
qemu db 52:54:00:ba:00:01 -machine pc $blade_machine -smp 2 -m 1536M -boot order=c,once=n \
  -drive "if=virtio,format=raw,discard=unmap,detect-zeroes=unmap,cache=unsafe,file=$work/db.raw" \
  -netdev tap,id=n1,ifname=db-storage,script=no,downscript=no -device virtio-net-pci,netdev=n1,mac=52:54:00:ba:00:02
echo started

# on ADDRESS COMMAND…: as the account that the seed makes.
on() {
  address=$1
  shift
  inside ssh -F none -i "$work/key" -o BatchMode=yes -o ConnectTimeout=5 -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "berth@$address" "$@"
}

# reach ADDRESS HOSTNAME: until it answers under its name, at the end of its first boot.
reach() {
  tries=0
  until [ "$(on "$1" 'cloud-init status --wait > /dev/null; sync; hostname' 2> /dev/null)" = "$2" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 900 ] || return 1
    sleep 1
  done
}

reach 10.77.1.20 db &
db=$!
reach 10.77.1.21 app1 &
app1=$!
reach 10.77.1.22 app2 &
app2=$!
pids="$pids $db $app1 $app2"
wait "$db"
wait "$app1"
wait "$app2"
echo reached

on 10.77.1.20 'sudo -n /bin/sh -s' < "$work/db.hook" > "$work/db.log" 2>&1
on 10.77.1.21 'sudo -n /bin/sh -s' < "$work/app1.hook" > "$work/app1.log" 2>&1 &
app1=$!
on 10.77.1.22 'sudo -n /bin/sh -s' < "$work/app2.hook" > "$work/app2.log" 2>&1 &
app2=$!
wait "$app1"
wait "$app2"
echo served
