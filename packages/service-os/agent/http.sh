# shellcheck shell=sh
# Talking to the controller through the site's edge. The token stands in a file: arguments are seen by all processes.
# A controller that died is replaced within seconds; until then the edge answers 502.
POST_TRIES=20

post() {
  # post PATH NAME=VALUE...: the answer goes to $BERTH_RUN/answer. Status 22 is a refusal, anything else no answer.
  post_path="$1"
  shift
  # "$@" is rebuilt as curl's arguments; the count keeps old and new apart.
  post_left=$#
  while [ "$post_left" -gt 0 ]; do
    set -- "$@" --data-urlencode "$1"
    shift
    post_left=$((post_left - 1))
  done
  post_try=0
  while :; do
    post_status=0
    post_code="$(curl -s -f -m 30 -H "@$BERTH_RUN/authorization" --max-filesize 65536 -o "$BERTH_RUN/answer" \
      -w '%{http_code}' "$@" -- "$BERTH_URL$post_path")" || post_status=$?
    [ "$post_status" = 0 ] && return 0
    # 22: an error was answered. The controller itself said no, and would again; or nobody was behind the edge.
    case "$post_status $post_code" in
    "22 502" | "22 503" | "22 504") ;;
    "22 "*) return 22 ;;
    esac
    post_try=$((post_try + 1))
    [ "$post_try" -ge "$POST_TRIES" ] && return "$post_status"
    if [ "$post_try" -lt 5 ]; then sleep "$post_try"; else sleep 5; fi
  done
}

stream() {
  # stream PATH BYTES: the body on standard output, taken up again where it was cut. Status 2: nobody reads it any more.
  stream_at=0
  stream_idle=0
  while [ "$stream_at" -lt "$2" ]; do
    stream_status=0
    curl -s -f --connect-timeout 10 --speed-limit 1 --speed-time 30 -H "@$BERTH_RUN/authorization" -r "$stream_at-" \
      -w '%{stderr}%{http_code} %{size_download}' -- "$BERTH_URL$1" 2> "$BERTH_RUN/stream" || stream_status=$?
    # curl 23, or a broken pipe: the decoder or the disk gave up, and asking for more would change nothing.
    case "$stream_status" in 23 | 141) return 2 ;; esac
    read -r stream_code stream_got < "$BERTH_RUN/stream" || true
    is_number "$stream_got" || stream_got=0
    # A server that ignores the range sends the beginning again, which would be written in the middle of the disk.
    if [ "$stream_got" -gt 0 ] && [ "$stream_code" != 206 ]; then return 1; fi
    stream_at=$((stream_at + stream_got))
    [ "$stream_status" = 0 ] && [ "$stream_got" -gt 0 ] && continue
    [ "$stream_status" = 22 ] && [ "$stream_code" != 502 ] && [ "$stream_code" != 503 ] && return 1
    if [ "$stream_got" -gt 0 ]; then stream_idle=0; fi
    stream_idle=$((stream_idle + 1))
    [ "$stream_idle" -gt 30 ] && return 1
    say "the image was cut at byte $stream_at of $2; going on from there" > /dev/null
    sleep 1
  done
  [ "$stream_at" = "$2" ]
}

fetch_seed() {
  # fetch_seed PATH FILE: over TLS only, to the key that the boot script named; no certificate authority is asked.
  curl -s -f -m 60 -k --pinnedpubkey "$BERTH_PIN" --proto '=https' -H "@$BERTH_RUN/authorization" --max-filesize 67108864 \
    -o "$2" -- "$BERTH_TLS$1"
}
