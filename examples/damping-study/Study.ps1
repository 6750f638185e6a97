#Requires -Version 7.4
<#
.SYNOPSIS
    Twenty jobs with a license setting and an automation: submits them, stops one, watches one, collects all.
.DESCRIPTION
    Each row of runs.csv is a damped oscillator, which a job integrates step by step (oscillator.awk). The jobs are described
    with New-RescaleJobSpec and submitted together. One of them has no end; it is stopped while it runs. One is watched: its
    outputs are received while it runs, or at the latest when it ends. Then all are waited for, and their outputs are collected.

    What comes back is held against the closed solution, the SHA-512 of each file on disk against the one that was verified
    during its download, and what license and automation leave behind must be there. The verdicts also go to study.csv.

    The current connection is used. When there is none, a sandbox is started, and stopped at the end.
    The exit code is 1 unless every job did what its row says.
.PARAMETER Destination
    Folder for the results: one folder for each job, and study.csv.
.PARAMETER Automation
    The automation of the jobs, by name. It must write count.txt, as that of the sandbox does.
.EXAMPLE
    ./Study.ps1 -Destination ./results
#>
[CmdletBinding()]
param(
    [string] $Destination = (Join-Path $PWD.ProviderPath 'damping-study-results'),
    [string] $Automation = 'Count the results'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
if (-not (Get-Command Watch-RescaleJob -ErrorAction Ignore)) {
    Import-Module (Join-Path $PSScriptRoot '..' '..' 'RescaleInterlink.psd1')
}

$license = '27000@licenses.example'
$runs = @(Import-Csv -LiteralPath (Join-Path $PSScriptRoot 'runs.csv'))

# Where the oscillator is after a number of periods, let go at 1; damping is a share of the critical one.
function Get-Position([double] $Damping, [double] $Periods) {
    $frequency = 2 * [Math]::PI
    $damped = $frequency * [Math]::Sqrt(1 - $Damping * $Damping)
    $decay = $Damping * $frequency
    [Math]::Exp(-$decay * $Periods) * ([Math]::Cos($damped * $Periods) + $decay / $damped * [Math]::Sin($damped * $Periods))
}

function New-Specification($Template, $Run) {
    $Template | New-RescaleJobSpec -JobName $Run.JobName -Command "sh solve.sh $($Run.Damping) $($Run.Periods) $($Run.StepsPerPeriod)"
}

# Stops a job once its log has a line: it surely runs then. Where a platform does not show the log of a running job, a minute
# in any status but the usual ones before that will do.
function Stop-WhenRunning($Job) {
    $running = 0
    for ($second = 0; $running -lt 60 -and -not (Get-RescaleJobLog -JobId $Job.JobId -NoStatus -Tail 1); $second++) {
        if ($second -gt 600) { throw "The job $($Job.Name) has not begun in 10 minutes." }
        if ((Get-RescaleJob -JobId $Job.JobId).Status -notin 'Saved', 'Pending', 'Queued', 'Validated', 'Started') { $running++ }
        Start-Sleep -Seconds 1
    }
    $Job | Stop-RescaleJob -Force -Wait -PollIntervalSeconds 1
}

function New-Report($Run, $Ending, $Files) {
    $report = [pscustomobject][ordered]@{
        Run = $Run.JobName; JobId = $null; Status = $null; Computed = $null; Exact = $null; Error = $null; Files = $Files.Count; Verdict = 'it did not come to an end'
    }
    if (-not $Ending) { return $report }
    $report.JobId, $report.Status, $report.Verdict = $Ending.JobId, $Ending.Status, 'ok'
    $byName = @{}
    foreach ($file in $Files) { $byName[$file.RelativePath] = $file.FullName }
    $different = @($Files | Where-Object { (Get-FileHash -LiteralPath $_.FullName -Algorithm SHA512).Hash -ne $_.Sha512 })
    $missing = @('process_output.log', 'count.txt', 'result.csv', 'trace_1.csv', 'trace_4.csv' | Where-Object { -not $byName[$_] })
    $log = $byName['process_output.log'] ? (Get-Content -Raw -LiteralPath $byName['process_output.log']) : ''
    if ($different) { $report.Verdict = "SHA-512 of $($different[0].FullName) differs" }
    elseif ("$log" -notmatch "licensed by $license") { $report.Verdict = 'the log does not name the license' }
    elseif ($Run.Role -eq 'stop') {
        if ($Ending.Status -eq 'Completed' -or $byName['result.csv']) { $report.Verdict = 'it was not stopped' }
    }
    elseif (-not $Ending.Succeeded) { $report.Verdict = "$($Ending.Status): $($Ending.StatusReason)" }
    elseif ($missing) { $report.Verdict = "$($missing -join ', ') missing" }
    else {
        $report.Computed = [double](Import-Csv -LiteralPath $byName['result.csv']).position
        $report.Exact = Get-Position $Run.Damping $Run.Periods
        $report.Error = [Math]::Abs($report.Computed / $report.Exact - 1)
        if (-not ($report.Error -le 1e-5)) { $report.Verdict = 'more than 1e-5 off' }
    }
    $report
}

$sandbox = $null
$sandboxFolder = $null
if (-not (Get-RescaleConnection -Default -ErrorAction Ignore)) {
    $sandboxFolder = Join-Path ([IO.Path]::GetTempPath()) ('damping-study-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
    $sandbox = Start-RescaleSandbox -Path $sandboxFolder
    $null = $sandbox | Connect-Rescale
}

try {
    $found = @(Get-RescaleAutomation -Name $Automation)
    if ($found.Count -ne 1) { throw "There is no automation '$Automation', or more than one." }

    # What all jobs have in common; each row makes a job of it. An hour of walltime ends the endless one, should nobody stop it.
    $template = New-RescaleJobSpec -JobName template -AnalysisCode user_included -CoreType emerald -WalltimeHours 1 -Command true `
        -Environment @{ OSCILLATOR_LICENSE = $license } -AutomationId $found[0] -Tag damping-study `
        -InputFile (Join-Path $PSScriptRoot 'solve.sh'), (Join-Path $PSScriptRoot 'oscillator.awk')
    # One that cannot be submitted is told, and the others go on.
    $jobs = @($runs | ForEach-Object { New-Specification $template $_ } | Submit-RescaleJob -ErrorAction Continue)
    Write-Host "$($jobs.Count) jobs are submitted."

    $stopped = $jobs | Where-Object Name -in ($runs | Where-Object Role -eq 'stop').JobName | ForEach-Object { Stop-WhenRunning $_ }
    $stopped | ForEach-Object { Write-Host "Job $($_.JobId) was stopped; it is $($_.Status)." }

    # -Conflict Overwrite, here and below: the study starts anew each time, also over the results of an earlier one.
    $watched = @($jobs | Where-Object Name -in ($runs | Where-Object Role -eq 'watch').JobName |
            Watch-RescaleJob -Destination $Destination -IntervalSeconds 5 -Conflict Overwrite)
    Write-Host "$($watched.Count) files came from the job that was watched."

    # Each that ended otherwise than well is one error record, and its ending the record's target.
    $endings = @($jobs | Wait-RescaleJob -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed)
    $endings += $failed.TargetObject
    $files = @($jobs | Receive-RescaleJob -Destination $Destination -Conflict Overwrite -ErrorAction Continue)
}
finally {
    if ($sandbox) {
        Disconnect-Rescale
        $sandbox | Stop-RescaleSandbox
        Remove-Item -LiteralPath $sandboxFolder -Recurse -Force
    }
}

$reports = @(foreach ($run in $runs) {
        $job = $jobs | Where-Object Name -eq $run.JobName
        New-Report $run ($endings | Where-Object { $job -and $_.JobId -eq $job.JobId }) @($files | Where-Object { $job -and $_.JobId -eq $job.JobId })
    })
$reports | Export-Csv -LiteralPath (Join-Path $Destination 'study.csv')
$reports | Format-Table Run, Status,
    @{ Name = 'Computed'; Expression = { '{0:E6}' -f $_.Computed }; Align = 'Right' },
    @{ Name = 'Exact'; Expression = { '{0:E6}' -f $_.Exact }; Align = 'Right' },
    @{ Name = 'Error'; Expression = { '{0:E1}' -f $_.Error }; Align = 'Right' },
    Files, Verdict | Out-Host
exit (@($reports | Where-Object Verdict -ne 'ok').Count -eq 0 ? 0 : 1)
