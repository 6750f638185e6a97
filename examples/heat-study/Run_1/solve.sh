#!/bin/sh
# Solves the plate beside this script; the results go to the current folder.
set -eu
here=$(dirname "$0")
# The decimal point must not depend on the language of the machine.
LC_ALL=C
export LC_ALL
exec awk -f "$here/heat.awk" "$here/plate.deck"
