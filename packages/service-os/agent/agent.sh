# shellcheck shell=sh
# The service OS's agent: says what machine this is, asks what to do, does it, reports, and leaves.

start_agent() {
  BERTH_URL=$(argument berth.url)
  BERTH_TLS=$(argument berth.tls)
  BERTH_PIN=$(argument berth.pin)
  BOOT_ID=$(cat "$BERTH_PROC/sys/kernel/random/boot_id")
  (
    umask 077
    printf 'Authorization: Bearer %s\n' "$(argument berth.token)" > "$BERTH_RUN/authorization"
  )
}

dmi() {
  # What vendors type in there may hold anything; the server judges it, curl encodes it.
  head -c 200 "$BERTH_SYS/class/dmi/id/$1" 2> /dev/null | tr -d '\000-\037'
}

hello() {
  if [ -d "$BERTH_SYS/firmware/efi" ]; then firmware=uefi; else firmware=bios; fi
  set -- uuid="$(dmi product_uuid)" serial="$(dmi product_serial)" asset="$(dmi chassis_asset_tag)" firmware="$firmware" \
    cores="$(grep -c '^processor' "$BERTH_PROC/cpuinfo")" \
    memory_kib="$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' "$BERTH_PROC/meminfo")" boot_id="$BOOT_ID"
  for nic in "$BERTH_SYS"/class/net/*; do
    [ -e "$nic/device" ] && set -- "$@" nic="${nic##*/},$(cat "$nic/address")"
  done
  for name in $(disk_names); do
    set -- "$@" disk="$name,$(($(cat "$BERTH_SYS/block/$name/size") * 512))"
  done
  post /boot/agent/hello "$@"
}

# fail CODE: tells the controller and the operator, then leaves the machine off: never a dead prompt, never a loop.
fail() {
  say "FAILED ($1): $(advice "$1")"
  post /boot/agent/failed code="$1" message="$(advice "$1")" log="$(tail -n 40 "$BERTH_RUN/console.log" | tail -c 4000)" || true
  leave off
}

leave() {
  say "leaving: $1"
  sync
  sleep 1
  case "$1" in
    reboot) reboot -f ;;
    *) poweroff -f ;;
  esac
  # Not reached on a machine; a firmware without soft power-off stays here, with the last line on its console.
  while :; do sleep 3600; done
}

finish() {
  post /boot/agent/done "$@" boot_id="$BOOT_ID" || fail no_controller
  leave "$(field action "$BERTH_RUN/answer")"
}

run_agent() {
  start_agent
  waited=0
  while :; do
    say "asking the controller what to do"
    status=0
    hello || status=$?
    [ "$status" = 22 ] && fail refused
    [ "$status" = 0 ] || fail no_controller
    cp "$BERTH_RUN/answer" "$BERTH_RUN/task"
    action=$(field action "$BERTH_RUN/task")
    case "$action" in
      install)
        install "$BERTH_RUN/task" || fail "$failure"
        finish raw_sha256="$(cat "$BERTH_RUN/digest")"
        ;;
      wipe)
        wipe || fail "$failure"
        finish
        ;;
      inspect) finish ;;
      wait)
        [ "$waited" = 1 ] || keep_lease
        waited=1
        seconds=$(field seconds "$BERTH_RUN/task")
        is_number "$seconds" && [ "$seconds" -le 3600 ] || seconds=30
        say "waiting for work; asking again in $seconds s"
        sleep "$seconds"
        ;;
      reboot | off) leave "$action" ;;
      *) fail bad_answer ;;
    esac
  done
}
