# shellcheck shell=sh
# Writes an image to a disk. Each function says on which error code the deployment fails.
SECTOR=512
MIB=1048576
: "${CHUNK_MIB:=32}"

sha256_of_input() {
  openssl dgst -sha256 -r | cut -d ' ' -f 1
}

disk_bytes() {
  # A block device's size, or (in tests) a file's.
  if [ -b "$1" ]; then
    echo $(($(cat "$BERTH_SYS/block/${1##*/}/size") * SECTOR))
  else
    stat -c %s "$1"
  fi
}

decode() {
  case "$1" in
    zstd) zstd -q -d -c ;;
    *) cat ;;
  esac
}

# write_image DISK PATH ENCODING STREAM_BYTES RAW_BYTES: leaves the digest of the written bytes in $BERTH_RUN/digest.
# Chunks are written, and then read back to be hashed while they are still in memory and the next is on its way. (Busybox's
# tee copies a kilobyte at a time, which costs minutes of a slow machine.)
write_image() {
  rm -f "$BERTH_RUN/digest" "$BERTH_RUN/stream-failed" "$BERTH_RUN/disk-failed"
  # A stream that nobody reads to its end is the decoder's fault or the disk's, which the digest and dd tell.
  { stream "$2" "$4" || [ "$?" = 2 ] || touch "$BERTH_RUN/stream-failed"; } \
    | decode "$3" \
    | { write_chunks "$1" "$5" || touch "$BERTH_RUN/disk-failed"; } \
    | read_chunks "$1" "$5" \
    | sha256_of_input > "$BERTH_RUN/digest" || true
  [ ! -e "$BERTH_RUN/stream-failed" ] || return 3
  [ ! -e "$BERTH_RUN/disk-failed" ] || return 4
}

# one_chunk NUMBER RAW_BYTES DD_OPERAND...: copies that chunk by dd. Only the last may be short; only there is the slow `head` used.
one_chunk() {
  left=$(($2 - $1 * CHUNK_MIB * MIB))
  shift 2
  if [ "$left" -ge $((CHUNK_MIB * MIB)) ]; then
    dd bs=1M count="$CHUNK_MIB" iflag=fullblock "$@" 2> /dev/null
  else
    case "$1" in
      if=*) dd bs=1M count="$CHUNK_MIB" "$@" 2> /dev/null | head -c "$left" ;;
      *) head -c "$left" | dd bs=1M iflag=fullblock "$@" 2> /dev/null ;;
    esac
  fi
}

# write_chunks DISK RAW_BYTES: standard input to the disk; says the number of each chunk that is there.
write_chunks() {
  chunk=0
  while [ $((chunk * CHUNK_MIB * MIB)) -lt "$2" ]; do
    one_chunk "$chunk" "$2" of="$1" seek=$((chunk * CHUNK_MIB)) conv=notrunc,fsync || return 1
    echo "$chunk"
    chunk=$((chunk + 1))
  done
}

# read_chunks DISK RAW_BYTES: the chunks whose numbers come in, to standard output.
read_chunks() {
  report_pid=
  while read -r chunk; do
    one_chunk "$chunk" "$2" if="$1" skip=$((chunk * CHUNK_MIB))
    # Beside the work, and not again before the last was delivered.
    if [ -z "$report_pid" ] || ! kill -0 "$report_pid" 2> /dev/null; then
      report_writing $((chunk * CHUNK_MIB * 100 / ($2 / MIB + 1))) > /dev/null &
      report_pid=$!
    fi
  done
  wait
}

report_writing() {
  say "writing the image: $1 %"
  post /boot/agent/progress step=writing percent="$1" || true
}

# add_seed DISK SEED_FILE SEED_BYTES: a partition of its own at the end of the disk; the root may grow up to it.
add_seed() {
  size_mib=$((($3 + MIB - 1) / MIB))
  end=$(($(disk_bytes "$1") / MIB))
  start=$((end - 1 - size_mib))
  label=$(sfdisk -J "$1" 2> /dev/null | sed -n 's/^ *"label": *"\([a-z]*\)".*/\1/p')
  case "$label" in
    gpt)
      # The second copy of the table must stand at the end of this disk, not of the image.
      sfdisk -q --relocate gpt-bak-std "$1" > /dev/null 2>&1 || return 1
      type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
      ;;
    dos) type=c ;;
    *) return 1 ;;
  esac
  echo "start=$((start * MIB / SECTOR)), size=$((size_mib * MIB / SECTOR)), type=$type" \
    | sfdisk -q --append --no-reread --no-tell-kernel --wipe never "$1" > "$BERTH_RUN/sfdisk.log" 2>&1 || return 1
  dd if="$2" of="$1" bs=1M seek="$start" conv=notrunc,fsync 2> /dev/null
}

# install ANSWER_FILE: everything that an answer `action=install` asks for. Prints nothing; sets `failure` on error.
install() {
  failure=
  disk=$(field disk "$1")
  image_path=$(field image_path "$1")
  encoding=$(field image_encoding "$1")
  stream_bytes=$(field stream_bytes "$1")
  raw_bytes=$(field raw_bytes "$1")
  raw_sha256=$(field raw_sha256 "$1")
  seed_path=$(field seed_path "$1")
  seed_bytes=$(field seed_bytes "$1")
  seed_sha256=$(field seed_sha256 "$1")
  for number in "$stream_bytes" "$raw_bytes" "$seed_bytes"; do
    is_number "$number" || { failure=bad_answer; return 1; }
  done
  device="$BERTH_DEV/$disk"
  if ! is_plain_name "$disk" || [ ! -e "$device" ] || [ "$(disk_bytes "$device")" -lt $((raw_bytes + seed_bytes + 4 * MIB)) ]; then
    failure=no_disk
    return 1
  fi

  status=0
  write_image "$device" "$image_path" "$encoding" "$stream_bytes" "$raw_bytes" || status=$?
  case "$status" in
    0) ;;
    4) failure=disk_write ;;
    *) failure=image_stream ;;
  esac
  if [ -z "$failure" ] && [ "$(cat "$BERTH_RUN/digest")" != "$raw_sha256" ]; then failure=image_digest; fi
  if [ -n "$failure" ]; then
    # What was not checked must never start.
    dd if=/dev/zero of="$device" bs=1M count=2 conv=notrunc,fsync 2> /dev/null || true
    return 1
  fi

  say "writing the seed"
  post /boot/agent/progress step=seeding percent=100 || true
  if ! fetch_seed "$seed_path" "$BERTH_RUN/seed" || [ "$(sha256_of_input < "$BERTH_RUN/seed")" != "$seed_sha256" ]; then
    failure=seed
    return 1
  fi
  add_seed "$device" "$BERTH_RUN/seed" "$seed_bytes" || { failure=partition; return 1; }
  rm -f "$BERTH_RUN/seed"
}

# wipe: every disk reads as zeros afterwards. The kernel asks the disk to do it, or writes them itself.
wipe() {
  failure=
  for name in $(disk_names); do
    say "wiping $name"
    post /boot/agent/progress step=wiping percent=0 || true
    # By its path: busybox's shell prefers its own blkdiscard, which can't write zeros.
    "${BERTH_BLKDISCARD:-/bin/blkdiscard}" -f -z "$BERTH_DEV/$name" || { failure=wipe; return 1; }
  done
}

disk_names() {
  for block in "$BERTH_SYS"/block/*; do
    case "${block##*/}" in
      loop* | ram* | sr* | fd* | zram* | md* | dm-* | \*) ;;
      *) [ "$(cat "$block/size")" -gt 0 ] && echo "${block##*/}" ;;
    esac
  done
  return 0
}
