<#
.SYNOPSIS
    Import time of the module: fresh processes, bare pwsh and with the import, interleaved; medians in milliseconds.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [int] $Count = 20
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-Median([double[]] $Values) {
    $sorted = @($Values | Sort-Object)
    $middle = [int][Math]::Floor($sorted.Count / 2)
    if ($sorted.Count % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

$program = [Environment]::ProcessPath
$prefix = @()
if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $prefix = @((Join-Path $PSHOME 'pwsh.dll')) }
$commands = [ordered]@{
    Bare   = 'exit 0'
    Import = "Import-Module -Name '$($ModulePath.Replace("'", "''"))'; exit 0"
}
$times = @{ Bare = [Collections.Generic.List[double]]::new(); Import = [Collections.Generic.List[double]]::new() }
# The first round warms the page cache and is not counted; interleaving shares the machine's noise.
foreach ($round in 0..$Count) {
    foreach ($name in $commands.Keys) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        & $program @prefix -NoProfile -NonInteractive -Command $commands[$name]
        if ($LASTEXITCODE -ne 0) { throw "The process for '$name' failed with exit code $LASTEXITCODE." }
        if ($round -gt 0) { $times[$name].Add($clock.Elapsed.TotalMilliseconds) }
    }
}
$bare = Get-Median $times.Bare
$import = Get-Median $times.Import
[pscustomobject]@{
    Processes    = $Count
    BareMs       = [Math]::Round($bare)
    ImportMs     = [Math]::Round($import)
    DifferenceMs = [Math]::Round($import - $bare)
}
