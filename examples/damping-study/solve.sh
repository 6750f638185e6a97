#!/bin/sh
# solve.sh DAMPING PERIODS STEPS: what each job of the study runs. Without its license it refuses to, as software does.
: "${OSCILLATOR_LICENSE:?there is no license}"
echo "licensed by $OSCILLATOR_LICENSE"
exec awk -v damping="$1" -v periods="$2" -v steps="$3" -f oscillator.awk
