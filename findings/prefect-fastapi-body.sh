#!/bin/sh
# Prefect 3.8.8 asks for fastapi>=0.139.0,<1.0.0, and pip finds nothing against 0.165. But its server names a list's least
# length in FastAPI's Body() by pydantic 1's word, min_items, which FastAPI 0.150 takes and 0.165 no longer
# knows: the server cannot be imported.
#
# Seen on 2026-11-29, Python 3.11, prefect 3.8.8:
#   fastapi 0.150.0: the server is imported
#   fastapi 0.165.0: TypeError: Body() got an unexpected keyword argument 'min_items'
#
# Prefect 3.9.1 asks for fastapi<0.151.
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export PREFECT_HOME="$place/home"
mkdir "$PREFECT_HOME"

server() { # with which FastAPI
  python3 -m venv "$place/$1"
  "$place/$1/bin/pip" install --quiet --disable-pip-version-check prefect==3.8.8 "fastapi==$1" 'sqlalchemy[asyncio]<2.1'
  "$place/$1/bin/pip" check > /dev/null
  "$place/$1/bin/python" -W ignore -c '
try:
    import prefect.server.api.server
    print("the server is imported")
except TypeError as error:
    print(f"TypeError: {error}")' 2> /dev/null
}

old=$(server 0.150.0)
new=$(server 0.165.0)
printf 'fastapi 0.150.0: %s\nfastapi 0.165.0: %s\n' "$old" "$new"
[ "$old" = "the server is imported" ] && [ "$new" = "TypeError: Body() got an unexpected keyword argument 'min_items'" ]
