#!/bin/sh
# Makes mosquitto's password file out of secrets.env: ./passwords.sh [secrets.env] [passwords]
# Needs mosquitto_passwd (Debian: mosquitto), or docker. MQTT_VIEWER_PASSWORD and MQTT_HOMEASSISTANT_PASSWORD make those users as well.
set -eu
umask 077
cd "$(dirname "$0")"
secrets=${1:-secrets.env}
passwords=${2:-passwords}
image=eclipse-mosquitto:2.0.22

# As text: a secret that a shell would take for a command is none.
value() { sed -n "s/^$1=//p" "$secrets" | tail -n 1; }
add() {
  [ -n "$2" ] || return 0
  printf '%s:%s\n' "$1" "$2" >> "$passwords.new"
}

: > "$passwords.new"
add lookout "$(value MQTT_PASSWORD)"
add history "$(value MQTT_HISTORY_PASSWORD)"
add viewer "$(value MQTT_VIEWER_PASSWORD)"
add homeassistant "$(value MQTT_HOMEASSISTANT_PASSWORD)"
if [ ! -s "$passwords.new" ]; then
  rm -f "$passwords.new"
  echo "$secrets names no password of the broker's" >&2
  exit 1
fi

# -U: the lines' passwords become hashes.
if command -v mosquitto_passwd > /dev/null; then
  mosquitto_passwd -U "$passwords.new"
else
  folder=$(cd "$(dirname "$passwords.new")" && pwd)
  docker run --rm --user 0 -v "$folder:/made" "$image" mosquitto_passwd -U "/made/$(basename "$passwords.new")"
fi
mv "$passwords.new" "$passwords"
# The broker's container runs as this user. Who may not give a file away lets others read its hashes.
chown 1883:1883 "$passwords" 2> /dev/null || chmod 644 "$passwords"
