# shellcheck shell=sh
# The boot loader has an address already and hands it over on the command line: a second DHCP round would cost seconds.

nic_of_mac() {
  for nic in "$BERTH_SYS"/class/net/*; do
    [ "$(cat "$nic/address" 2> /dev/null)" = "$1" ] && echo "${nic##*/}" && return 0
  done
  return 1
}

network_up() {
  tries=0
  until NIC=$(nic_of_mac "$(argument berth.mac)"); do
    tries=$((tries + 1))
    [ "$tries" -gt 50 ] && return 1
    sleep 0.2
  done
  ip link set lo up
  ip link set "$NIC" up
  address=$(argument berth.ip)
  if [ -z "$address" ]; then
    udhcpc -q -n -t 10 -i "$NIC" -s /agent/udhcpc.sh > /dev/null 2>&1
    return
  fi
  ifconfig "$NIC" "$address" netmask "$(argument berth.netmask)"
  gateway=$(argument berth.gateway)
  [ -z "$gateway" ] || ip route replace default via "$gateway" 2> /dev/null || true
}

# keep_lease: a machine that waits for hours renews its address like any other.
keep_lease() {
  udhcpc -b -S -i "$NIC" -s /agent/udhcpc.sh > /dev/null 2>&1
}
