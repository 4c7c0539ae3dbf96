#!/bin/sh
# holidays 0.109 has a calendar of France that is asked for days as texts, too, and reads them as Americans write them:
# "01/05/2026" in holidays.France() is False, and "05/01/2026" is Labour Day. The 8th of May and the 1st of November
# are no holidays either; the five others of a fixed date are, for there is no 14th, 15th or 25th month, and 01/01 and 11/11 are
# the same both ways. get_nth_working_day counts from the other day: the first working day after "08/06/2026", a Monday of June, is in
# August. It says nothing. The documentation has "any format recognized by dateutil.parser.parse()"; a test with Christmas and
# the 14th of July passes. With date objects, or 2026-05-01, all are right.
#
# Seen on 2026-11-30, Python 3.11, holidays 0.109, python-dateutil 2.9.0.post0; holidays.France(), as a text and as a date:
#   01/01/2026  True  True
#   01/05/2026  False True
#   08/05/2026  False True
#   14/07/2026  True  True
#   15/08/2026  True  True
#   01/11/2026  False True
#   11/11/2026  True  True
#   25/12/2026  True  True
#   05/01/2026  True  False
#   the first working day after 08/06/2026: 2026-08-07, by the date 2026-06-09
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 python-dateutil==2.9.0.post0
"$place/venv/bin/python" - <<'PYTHON'
import datetime
import sys

import holidays

DAYS = ((1, 1), (1, 5), (8, 5), (14, 7), (15, 8), (1, 11), (11, 11), (25, 12), (5, 1))
france = holidays.France()
seen = []
for day, month in DAYS:
    date = datetime.date(2026, month, day)
    seen.append((f"{date:%d/%m/%Y}" in france, date in france))
    print(f"{date:%d/%m/%Y}  {seen[-1][0]!s:5} {seen[-1][1]}")
monday = datetime.date(2026, 6, 8)
after = [str(france.get_nth_working_day(day, 1)) for day in (f"{monday:%d/%m/%Y}", monday)]
print(f"the first working day after {monday:%d/%m/%Y}: {after[0]}, by the date {after[1]}")
same, lost = (True, True), (False, True)
sys.exit(0 if seen == [same, lost, lost, same, same, lost, same, same, (True, False)] and after == ["2026-08-07", "2026-06-09"] else 1)
PYTHON
