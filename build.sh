#!/usr/bin/env bash
# Builds, tests and demonstrates RescaleInterlink on a machine that has the .NET SDK and nothing else.
#   ./build.sh [build|test|demo|docs|package|bench|soak|clean]      (default: build)
# With PowerShell (found on PATH, else restored as a dotnet tool) everything is done by build.ps1; without it this
# script does what needs none: the solution, the core and sandbox tests, and the demo through the core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1

task=$(printf '%s' "${1:-build}" | tr '[:upper:]' '[:lower:]')
[ $# -gt 0 ] && shift
case "$task" in
    build | test | demo | docs | package | bench | soak | clean) ;;
    *)
        echo "build.sh: '$task' is no task; say one of build, test, demo, docs, package, bench, soak, clean." >&2
        exit 2
        ;;
esac

if ! command -v dotnet >/dev/null 2>&1; then
    echo "build.sh: the .NET 10 SDK is needed and 'dotnet' is not on PATH: https://dotnet.microsoft.com/download" >&2
    exit 1
fi

# A PowerShell that does not start is no PowerShell.
if command -v pwsh >/dev/null 2>&1 && pwsh -NoProfile -NonInteractive -Command 'exit 0' >/dev/null 2>&1; then
    exec pwsh -NoProfile -NonInteractive -File ./build.ps1 -Task "$task" "$@"
fi
mkdir -p artifacts
if dotnet tool restore >artifacts/tool-restore.log 2>&1 &&
    dotnet tool run pwsh -NoProfile -NonInteractive -Command 'exit 0' >>artifacts/tool-restore.log 2>&1; then
    exec dotnet tool run pwsh -NoProfile -NonInteractive -File ./build.ps1 -Task "$task" "$@"
fi

echo "There is no PowerShell here: none on PATH, and it could not be restored as a dotnet tool (artifacts/tool-restore.log)."
echo "What needs none is done: the solution, the core and sandbox tests, the demo through the core. The cmdlets are not run."

build() {
    dotnet build RescalePS.sln -c Release -v quiet
    dotnet build src/RescaleInterlink.Module/RescaleInterlink.Module.proj -c Release -v quiet
}

# Sums one attribute over the <assembly> elements of all xunit reports; none of them, or a torn one, is a sum of 0.
total() {
    { cat artifacts/test-results/*.xml 2>/dev/null || true; } |
        { grep -o '<assembly [^>]*' || true; } | { grep -o " $1=\"[0-9]*\"" || true; } | { grep -o '[0-9]*' || true; } |
        awk '{ n += $1 } END { print n + 0 }'
}

# One line for each failed test of a suite's xunit report: failed: SUITE: TEST: first line of its message
failures() { # SUITE
    local report="artifacts/test-results/$1.xml"
    [ -f "$report" ] || return 0
    # Records end at '<': a tag with its attributes, or the text of a CDATA section.
    LC_ALL=C awk -v suite="$1" '
        BEGIN { RS = "<" }
        /^(test|error) / {
            name = ""
            if (match($0, / (name|type)="[^"]*"/)) name = substr($0, RSTART + 7, RLENGTH - 8)
            gsub(/&quot;/, "\"", name); gsub(/&lt;/, "<", name); gsub(/&gt;/, ">", name); gsub(/&#x[0-9A-Fa-f]+;/, " ", name); gsub(/&amp;/, "\\&", name)
        }
        failed == 1 && /^message/ { failed = 2; text = ""; next }
        failed == 2 {
            # A < of the text itself has ended a record, too.
            text = text (text == "" ? "" : "<") $0
            if (text !~ /\]\]>/ && text !~ /[^[:space:]][^\n\r]*[\r\n]/) next
            sub(/^!\[CDATA\[[[:space:]]*/, "", text); sub(/(\]\]>|[\r\n]).*/, "", text); gsub(/[[:cntrl:]]/, " ", text)
            print "failed: " suite ": " name ": " substr(text, 1, 250)
            failed = 0
            next
        }
        { failed = /^failure / }
    ' "$report"
}

run_tests() {
    local suite status=0 broken=0 told='' failed cmdlets
    rm -rf artifacts/test-results
    mkdir -p artifacts/test-results
    for suite in Core Sandbox; do
        echo "== $suite.Tests"
        dotnet "tests/$suite.Tests/bin/Release/net10.0/RescaleInterlink.$suite.Tests.dll" \
            -noLogo -xml "artifacts/test-results/$suite.xml" || status=1
        # A suite that wrote no whole report, or ran nothing, has failed whatever it returned.
        if ! grep -q '<test ' "artifacts/test-results/$suite.xml" 2>/dev/null ||
            ! grep -q '</assemblies>' "artifacts/test-results/$suite.xml"; then
            echo "$suite.Tests ran no test, or broke off." >&2
            broken=$((broken + 1))
            told="${told}failed: $suite: (the whole suite): it ran no test, or broke off"$'\n'
        fi
    done
    cmdlets=$(find tests/Cmdlets -maxdepth 1 -name '*.Tests.ps1' | wc -l)
    echo "Skipped: the cmdlet suite (Pester), as there is no PowerShell ($cmdlets test files not run)."
    failed=$(($(total failed) + $(total errors) + broken))
    # Right above the sum, so that a log that is cut to its end still tells which.
    for suite in Core Sandbox; do failures "$suite"; done
    printf '%s' "$told"
    # One that broke off behind its report has failed, too.
    [ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
    echo "$(total passed) passed, $failed failed, $(($(total skipped) + cmdlets)) skipped"
    [ "$failed" = 0 ]
}

case "$task" in
    build) build ;;
    # Not `build && ...`: that would go on behind a failed command within.
    test) build; run_tests ;;
    demo)
        build
        dotnet run --project examples/heat-study/HeatStudy -c Release --no-build -- --destination artifacts/heat-study
        ;;
    bench) build; dotnet run --project tests/Benchmarks -c Release --no-build -- "$@" ;;
    soak) build; dotnet run --project tests/Benchmarks -c Release --no-build -- soak "$@" ;;
    clean)
        rm -rf artifacts module/bin
        find src tests examples -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
        ;;
    docs | package)
        echo "build.sh: '$task' needs PowerShell." >&2
        exit 1
        ;;
esac
