#Requires -Version 7.4
<#
.SYNOPSIS
    Runs five heat-conduction jobs through the pipeline and holds their results against the analytic solution.
.DESCRIPTION
    Each run folder holds a deck (plate.deck) and a small finite-difference solver (heat.awk). The pipeline archives the
    folders, uploads them, creates and submits the jobs, waits and downloads the results. Then the centre temperature of
    each run is compared with the analytic series solution of its plate, and the SHA-512 of each file on disk with the one
    that was verified during its download.

    The current connection is used. When there is none, a sandbox is started, and stopped at the end.
    The exit code is 1 when a result is missing, a SHA-512 differs, or a temperature is off by more than 1 %.
.PARAMETER Destination
    Folder for the results; one folder for each job.
.EXAMPLE
    ./Study.ps1 -Destination ./results
#>
[CmdletBinding()]
param(
    [string] $Destination = (Join-Path $PWD.ProviderPath 'heat-study-results')
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
if (-not (Get-Command Invoke-RescalePipeline -ErrorAction Ignore)) {
    Import-Module (Join-Path $PSScriptRoot '..' '..' 'RescaleInterlink.psd1')
}

# The deck: lines of 'name value'; lengths in m, temperatures in degrees C, conductivity in W/(m K), source in W/m3.
function Read-Deck([string] $Path) {
    $deck = @{}
    foreach ($line in Get-Content -LiteralPath $Path) {
        $words = -split $line
        if ($words.Count -eq 2 -and -not $words[0].StartsWith('#')) { $deck[$words[0]] = [double]$words[1] }
    }
    $deck
}

# Temperature at the centre for one edge of the given length at 1 and the three others at 0.
function Get-EdgeShare([double] $Edge, [double] $Depth) {
    $sum = 0.0
    for ($n = 1; $n -lt 100; $n += 2) {
        $term = 4 / ($n * [Math]::PI) / (2 * [Math]::Cosh($n * [Math]::PI * $Depth / (2 * $Edge)))
        $sum += $n % 4 -eq 1 ? $term : -$term
    }
    $sum
}

# Temperature at the centre for the heat source alone, all edges at 0.
function Get-SourceRise([hashtable] $Deck) {
    $sum = 1.0 / 8
    for ($n = 1; $n -lt 100; $n += 2) {
        $term = 4 / ([Math]::Pow($n * [Math]::PI, 3) * [Math]::Cosh($n * [Math]::PI * $Deck.height / (2 * $Deck.width)))
        $sum -= $n % 4 -eq 1 ? $term : -$term
    }
    $sum * $Deck.source * $Deck.width * $Deck.width / $Deck.conductivity
}

# Superposition of the two pairs of edges and the source.
function Get-AnalyticTemperature([hashtable] $Deck) {
    ($Deck.bottom + $Deck.top) * (Get-EdgeShare $Deck.width $Deck.height) +
    ($Deck.left + $Deck.right) * (Get-EdgeShare $Deck.height $Deck.width) + (Get-SourceRise $Deck)
}

function New-Report([object] $Result) {
    $report = [pscustomobject]@{
        Run = $Result.JobName
        Computed = $null
        Analytic = Get-AnalyticTemperature (Read-Deck (Join-Path $Result.Directory 'plate.deck'))
        ErrorPercent = $null
        Iterations = $null
        Verdict = 'ok'
    }
    $different = @($Result.Files | Where-Object { (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA512).Hash -ne $_.Sha512 })
    $table = @($Result.Files | Where-Object { $_.Name -eq 'result.csv' })
    if (-not $Result.Succeeded) { $report.Verdict = $Result.ErrorMessage }
    elseif ($different) { $report.Verdict = "SHA-512 of $($different[0].FullName) differs" }
    elseif ($table.Count -ne 1) { $report.Verdict = 'result.csv is missing' }
    else {
        $values = Import-Csv -LiteralPath $table[0].FullName
        $report.Computed = [double]$values.centre_temperature
        $report.Iterations = [int]$values.iterations
        $report.ErrorPercent = 100 * [Math]::Abs($report.Computed - $report.Analytic) / [Math]::Abs($report.Analytic)
        if (-not ($report.ErrorPercent -le 1)) { $report.Verdict = 'more than 1 % off' }
    }
    $report
}

$jobsCsv = Join-Path $PSScriptRoot 'jobs.csv'
$expected = @(Import-Csv -LiteralPath $jobsCsv).Count
$sandbox = $null
$sandboxFolder = $null
if (-not (Get-RescaleConnection -Default -ErrorAction Ignore)) {
    $sandboxFolder = Join-Path ([IO.Path]::GetTempPath()) ('heat-study-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
    $sandbox = Start-RescaleSandbox -Path $sandboxFolder
    $null = $sandbox | Connect-Rescale
}

try {
    # -Force: the study starts anew each time, also over the results of an earlier one.
    $results = @(Invoke-RescalePipeline -JobsCsv $jobsCsv -Destination $Destination -StatePath (Join-Path $Destination 'heat-study.state.csv') `
            -PollIntervalSeconds 1 -Force -ErrorAction Continue)
}
finally {
    if ($sandbox) {
        Disconnect-Rescale
        $sandbox | Stop-RescaleSandbox
        Remove-Item -LiteralPath $sandboxFolder -Recurse -Force
    }
}

$reports = @($results | ForEach-Object { New-Report $_ } | Sort-Object Run)
$reports | Format-Table Run,
    @{ Name = 'Computed'; Expression = { '{0:F4}' -f $_.Computed }; Align = 'Right' },
    @{ Name = 'Analytic'; Expression = { '{0:F4}' -f $_.Analytic }; Align = 'Right' },
    @{ Name = 'Error %'; Expression = { '{0:F4}' -f $_.ErrorPercent }; Align = 'Right' },
    Iterations, Verdict | Out-Host
if ($reports.Count -ne $expected) { Write-Host "$expected results were expected, $($reports.Count) came." }
exit ($reports.Count -eq $expected -and -not ($reports | Where-Object Verdict -ne 'ok') ? 0 : 1)
