#!/bin/sh
# Prefect 3.8.8 has two settings beside each other that say how long its server keeps things: of runs
# (PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD) and of events (PREFECT_SERVER_EVENTS_RETENTION_PERIOD). A number
# of seconds is taken by the first and refused by the second; and as a refused setting is refused with all others, nothing
# that imports prefect starts any more. "14:00:00" is fourteen hours to the second. An ISO 8601 duration, P14D, is the same
# to both.
#
# Seen on 2026-11-29, Python 3.11, prefect 3.8.8:
#   runs 1209600: 14 days, 0:00:00     events 1209600: refused
#   runs P14D: 14 days, 0:00:00        events P14D: 14 days, 0:00:00
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check prefect==3.8.8
export PREFECT_HOME="$place/home"
mkdir "$PREFECT_HOME"

kept() { # which setting, to what
  env "$1=$2" "$place/venv/bin/python" -c '
from prefect.settings import Settings
server = Settings().server
print(server.services.db_vacuum.retention_period if "VACUUM" in "'"$1"'" else server.events.retention_period)
' 2>/dev/null || echo refused
}

runs=PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD
events=PREFECT_SERVER_EVENTS_RETENTION_PERIOD
seen="$(kept $runs 1209600)|$(kept $events 1209600)|$(kept $runs P14D)|$(kept $events P14D)"
echo "$seen"
[ "$seen" = "14 days, 0:00:00|refused|14 days, 0:00:00|14 days, 0:00:00" ]
