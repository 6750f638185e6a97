#!/usr/bin/env bash
# Azurite, Microsoft's emulator of Azure's blob service, on a free loopback port; all in memory.
#   Prints its address and runs until its standard input ends, so that it cannot outlive the test that started it.
#   Account devstoreaccount1 with the key that every emulator has. Ends with 77 and a reason when it is not installed:
#   npm install -g azurite@3.35.0, or AZURITE_BLOB=<path of azurite-blob>.
set -eu
program=${AZURITE_BLOB:-$(command -v azurite-blob || true)}
[ -n "$program" ] || { echo "azurite-blob is neither on the PATH nor named by AZURITE_BLOB"; exit 77; }
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
# Port 0: it looks for a free one itself and says which. --loose is not given: what Azure refuses is to be refused.
"$program" --blobHost 127.0.0.1 --blobPort 0 --inMemoryPersistence --extentMemoryLimit 16384 --silent --disableTelemetry \
    --skipApiVersionCheck >"$folder/out" 2>&1 </dev/null &
server=$!
for _ in $(seq 600); do
    url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$folder/out" | head -n 1)
    [ -n "$url" ] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
# In one line, because that is what the sum of a test run shows of a failure.
[ -n "$url" ] || { echo "azurite did not start: $(tail -n 20 "$folder/out" | tr '\n' '|')" >&2; exit 1; }
echo "$url"
cat >/dev/null
