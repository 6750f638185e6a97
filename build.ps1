#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and demonstrates RescaleInterlink.
.DESCRIPTION
    Build    the solution, and the module in module/bin
    Test     all suites: core, sandbox, and the cmdlets (Pester) against the packaged module in a fresh process
    Demo     the heat study on the embedded sandbox; results in artifacts/heat-study
    Docs     module/en-US help from docs/cmdlets (needs Microsoft.PowerShell.PlatyPS)
    Package  artifacts/package/RescaleInterlink/<version>, and a zip of it
    Bench    the benchmarks of tests/Benchmarks and the module's import time
    Soak     transfers under injected faults until -Arguments '--minutes',N have passed
    Clean    everything that a build made
.EXAMPLE
    ./build.ps1 Demo
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Docs', 'Package', 'Bench', 'Soak', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # Passed on to the benchmark or soak program.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
. ([IO.Path]::Combine($PSScriptRoot, 'tools', 'BuildTasks.ps1'))

switch ($Task) {
    'Build' { Invoke-BuildTask }
    'Test' { exit (Invoke-TestTask) }
    'Demo' { exit (Invoke-DemoTask) }
    'Docs' { Invoke-DocsTask }
    'Package' { Invoke-PackageTask }
    'Bench' { Invoke-BenchTask $Arguments }
    'Soak' { Invoke-SoakTask $Arguments }
    'Clean' { Invoke-CleanTask }
}
