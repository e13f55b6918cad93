# shellcheck shell=sh
# What the agent's parts share. Paths can be changed, so that tests run the same code on a workstation.
: "${BERTH_DEV:=/dev}" "${BERTH_RUN:=/run/berth}" "${BERTH_SYS:=/sys}" "${BERTH_PROC:=/proc}"
: "${BERTH_CONSOLES:=$BERTH_DEV/tty0 $BERTH_DEV/ttyS0}"

# say TEXT: one line for whoever stands before the machine, on every console, and kept for the report of a failure.
say() {
  printf '%s\n' "$*" >> "$BERTH_RUN/console.log"
  for console in $BERTH_CONSOLES; do
    printf 'berth: %s\r\n' "$*" > "$console" 2> /dev/null
  done
  return 0
}

# field NAME FILE (- for standard input): the value of NAME in an answer. Only plain characters are let through; anything else is no value.
field() {
  sed -n "s|^$1=\\([A-Za-z0-9._:/+=-]\\{1,400\\}\\)\$|\\1|p" "$2" | head -n 1
}

# argument NAME: the value of a word of the kernel's command line.
argument() {
  tr ' ' '\n' < "$BERTH_PROC/cmdline" | field "$1" -
}

is_number() {
  case "$1" in
    '' | *[!0-9]*) return 1 ;;
    *) [ "${#1}" -le 18 ] ;;
  esac
}

# is_plain_name NAME: a name without a slash, so that it can't leave the folder it is looked up in.
is_plain_name() {
  case "$1" in
    '' | . | .. | *[!A-Za-z0-9._-]*) return 1 ;;
    *) return 0 ;;
  esac
}

# advice CODE: what the operator can do about an error.
advice() {
  case "$1" in
    no_network) echo "check the cable and that this network serves DHCP" ;;
    no_controller) echo "check that the controller runs and the site's edge reaches it" ;;
    refused) echo "the boot token is spent: power-cycle the machine to get a new one" ;;
    no_disk) echo "check that the disk is there and large enough for the image" ;;
    image_stream) echo "check the network between this machine and the edge, then power-cycle" ;;
    image_digest) echo "the image's bytes are not those recorded: import it again; nothing was booted" ;;
    disk_write) echo "the disk refuses writes: replace it" ;;
    partition) echo "the image has no partition table that can be extended: use another image" ;;
    seed) echo "the seed could not be fetched or has wrong bytes: start the deployment again" ;;
    wipe) echo "the disk could not be wiped: replace it before the machine is given away" ;;
    *) echo "read the log of this deployment in Berth" ;;
  esac
}
