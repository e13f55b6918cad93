# shellcheck shell=sh
# Writes an image to a disk. Each function says on which error code the deployment fails.
SECTOR=512
MIB=1048576
REPORT_EVERY_S=2

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
write_image() {
  rm -f "$BERTH_RUN/to-hash" "$BERTH_RUN/to-disk" "$BERTH_RUN/digest" "$BERTH_RUN/stream-failed"
  mkfifo "$BERTH_RUN/to-hash" "$BERTH_RUN/to-disk"
  sha256_of_input < "$BERTH_RUN/to-hash" > "$BERTH_RUN/digest" &
  hash_pid=$!
  dd of="$1" bs=1M iflag=fullblock conv=notrunc,fsync < "$BERTH_RUN/to-disk" 2> /dev/null &
  dd_pid=$!
  # A stream that nobody reads to its end is the decoder's fault or the disk's, which the digest and dd tell.
  { stream "$2" "$4" || [ "$?" = 2 ] || touch "$BERTH_RUN/stream-failed"; } | decode "$3" | head -c "$5" | tee "$BERTH_RUN/to-hash" > "$BERTH_RUN/to-disk" &
  report_writing "$dd_pid" "$5"
  dd_status=0
  wait "$dd_pid" || dd_status=$?
  wait "$hash_pid" || true
  [ ! -e "$BERTH_RUN/stream-failed" ] || return 3
  [ "$dd_status" = 0 ] || return 4
}

report_writing() {
  # The position of dd's output file is what is on its way to the disk.
  said=-1
  while kill -0 "$1" 2> /dev/null; do
    at=$(sed -n 's/^pos:[[:space:]]*//p' "$BERTH_PROC/$1/fdinfo/1" 2> /dev/null)
    if is_number "$at"; then
      percent=$((at * 100 / $2))
      if [ "$percent" != "$said" ]; then
        say "writing the image: $percent %"
        post /boot/agent/progress step=writing percent="$percent" || true
        said=$percent
      fi
    fi
    # In short naps, so that the end is seen soon.
    nap=0
    while [ "$nap" -lt $((REPORT_EVERY_S * 5)) ] && kill -0 "$1" 2> /dev/null; do
      sleep 0.2
      nap=$((nap + 1))
    done
  done
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
