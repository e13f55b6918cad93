#!/bin/sh
# Called by udhcpc with what the DHCP server said.
case "$1" in
  bound | renew)
    # shellcheck disable=SC2154 # udhcpc sets interface, ip, subnet and router
    ifconfig "$interface" "$ip" netmask "${subnet:-255.255.255.0}"
    # shellcheck disable=SC2154
    [ -z "$router" ] || ip route replace default via "${router%% *}"
    ;;
esac
