#!/bin/sh
# Prefect 3.9.1 asks for whenever>=0.10.5,<0.12.0, and pip finds nothing against 0.10.5. But below Python 3.13 it keeps its zones
# as pendulum's, which are a kind of ZoneInfo; whenever 0.10.5 takes none but ZoneInfo itself, 0.11.0 takes
# its kinds, too. With 0.10.5 no cron schedule tells a date, so that a server that looks well makes no run of any of them;
# schedules by interval go on.
#
# Seen on 2026-11-30, Python 3.11, prefect 3.9.1:
#   whenever 0.10.5: interval 3 dates, cron ValueError
#   whenever 0.11.0: interval 3 dates, cron 3 dates
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export PREFECT_HOME="$place/home"
mkdir "$PREFECT_HOME"

dates() { # with which whenever
  python3 -m venv "$place/$1"
  "$place/$1/bin/pip" install --quiet --disable-pip-version-check prefect==3.9.1 "whenever==$1"
  "$place/$1/bin/pip" check > /dev/null
  "$place/$1/bin/python" -W ignore -c '
import asyncio
from datetime import timedelta
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

said = []
for name, schedule in (
    ("interval", IntervalSchedule(interval=timedelta(hours=1))),
    ("cron", CronSchedule(cron="30 7 * * *", timezone="Europe/Paris")),
):
    try:
        said.append(f"{name} {len(asyncio.run(schedule.get_dates(3)))} dates")
    except ValueError:
        said.append(f"{name} ValueError")
print(", ".join(said))' 2> /dev/null
}

old=$(dates 0.10.5)
new=$(dates 0.11.0)
echo "whenever 0.10.5: $old"
echo "whenever 0.11.0: $new"
[ "$old" = "interval 3 dates, cron ValueError" ] && [ "$new" = "interval 3 dates, cron 3 dates" ]
