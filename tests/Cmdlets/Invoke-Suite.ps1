#Requires -Version 7.4
<#
.SYNOPSIS
    Runs the cmdlet suite against a module that lies on disk as a user would have it.
.PARAMETER ModulePath
    The manifest of the packaged module.
.PARAMETER ResultPath
    Where the NUnit report goes. What it has no place for, set-ups and files that failed, goes into RESULTPATH.broken: place, tab, message.
.PARAMETER PesterPath
    Pester 5; the newest on PSModulePath when it is not given.
.PARAMETER Storage
    What the workspaces' storage is: S3, or Azure, which needs Azurite.
.PARAMETER Name
    Only test files with these names, wildcards allowed: -Name Loading, Help*
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $ResultPath,
    [string] $PesterPath = 'Pester',
    [ValidateSet('S3', 'Azure')] [string] $Storage = 'S3',
    [string[]] $Name = '*',
    [string] $Output = 'Normal'
)

$ErrorActionPreference = 'Stop'
# A list arrives as one text from 'pwsh -File'.
$Name = $Name.Split(',')
$ProgressPreference = 'SilentlyContinue'

# Read by Support.ps1 in every test file.
$env:RESCALE_TEST_STORAGE = $Storage
$env:RESCALE_TEST_MODULE = (Resolve-Path -LiteralPath $ModulePath).ProviderPath
$temporary = Join-Path ([IO.Path]::GetTempPath()) ('rescale-suite-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
$env:RESCALE_TEST_FOLDER = (New-Item -ItemType Directory -Path $temporary).FullName
# Whatever a test forgets to say, nothing of this suite may land in the user's own state folder.
$env:RESCALE_STATE_HOME = Join-Path $temporary 'state'
# Nor may the user's own configuration or key have a part in it.
$env:RESCALE_CONFIG_HOME = Join-Path $temporary 'configuration'
$env:RESCALE_API_KEY = $env:RESCALE_API_URL = $env:RESCALE_CONFIG_FILE = $null

try {
    Import-Module $PesterPath -MinimumVersion 5.0 -MaximumVersion 5.99.99
    $files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter *.Tests.ps1 |
            Where-Object { $file = $_; $Name | Where-Object { $file.Name -like "$_.Tests.ps1" } })
    if ($files.Count -eq 0) {
        Write-Host '0 passed, 0 failed, 0 skipped'
        throw 'There is no test file to run.'
    }

    $configuration = New-PesterConfiguration
    # A checkout may lie in a folder with [ ] in its name; Pester takes paths as patterns.
    $configuration.Run.Path = @($files.FullName | ForEach-Object { [WildcardPattern]::Escape($_) })
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = $Output
    $configuration.Output.StackTraceVerbosity = 'Filtered'
    $configuration.TestResult.Enabled = $true
    $report = [IO.Path]::GetFullPath($ResultPath, $PWD.ProviderPath)
    $configuration.TestResult.OutputPath = Join-Path $temporary 'report.xml'
    # Pester takes the report's path and the present folder as patterns, too.
    Push-Location -LiteralPath $temporary
    try { $result = Invoke-Pester -Configuration $configuration }
    finally { Pop-Location }
    [IO.File]::Copy((Join-Path $temporary 'report.xml'), $report, $true)

    [IO.File]::WriteAllLines("$report.broken", [string[]]@(
            $result.FailedBlocks | ForEach-Object { "$(Split-Path $_.Root.BlockContainer.Item -Leaf), set-up or end of $($_.ExpandedPath)`t$($_.ErrorRecord[0])".ReplaceLineEndings(' ') }
            $result.FailedContainers | ForEach-Object { "$(Split-Path $_.Item -Leaf)`t$($_.ErrorRecord[0])".ReplaceLineEndings(' ') }
        ))

    # A file that could not be read, or whose set-up failed, fails the suite as a test would.
    $failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
    foreach ($skipped in $result.Skipped) {
        Write-Host "skipped: $($skipped.ExpandedPath)"
    }
    Write-Host "$($result.PassedCount) passed, $failed failed, $($result.SkippedCount + $result.NotRunCount) skipped"
    exit [int]($failed -gt 0 -or $result.PassedCount -eq 0)
}
finally {
    # A test that broke off may have left a sandbox; those that this suite started tell so beneath its own folder.
    foreach ($left in Get-ChildItem -LiteralPath $temporary -Recurse -Filter *.json -ErrorAction Ignore | Where-Object { $_.Directory.Name -eq 'sandboxes' }) {
        $state = Get-Content -Raw -LiteralPath $left.FullName | ConvertFrom-Json
        $number = $state.processId
        # A number is used again: only a process that began with this state file is the one meant.
        $process = Get-Process -Id $number -ErrorAction Ignore
        if (-not $process -or [Math]::Abs(($process.StartTime.ToUniversalTime() - ([datetime]$state.processStartTime).ToUniversalTime()).TotalSeconds) -gt 2) { continue }
        Write-Host "A test left a sandbox running (process $number); it is ended."
        Stop-Process -Id $number -Force -ErrorAction Ignore
    }
    Remove-Item -LiteralPath $temporary -Recurse -Force -ErrorAction Ignore
}
