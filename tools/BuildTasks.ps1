# The tasks of build.ps1, one function each. $Configuration comes from there.

$PesterVersion = '5.7.1'
# Test files of the cmdlets that ask no storage, or S3 only; all others run on both storages.
$WithoutStorage = 'AsyncBase', 'Completion', 'Connection', 'Help', 'Interop', 'Loading', 'Permission'
$Artifacts = Join-Path $PSScriptRoot '..' 'artifacts' | ForEach-Object { [IO.Path]::GetFullPath($_) }
$Root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '..'))

function Invoke-Dotnet {
    # Runs dotnet, lets its output through to the host, and throws when it fails.
    dotnet @args | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) failed with exit code $LASTEXITCODE." }
}

function Get-ThisPowerShell { [Environment]::ProcessPath }

# A pwsh that came as a dotnet tool runs inside `dotnet`; a fresh process is then started the same way.
function Invoke-FreshPowerShell {
    $program = Get-ThisPowerShell
    $arguments = @('-NoProfile', '-NonInteractive') + $args
    if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') {
        $arguments = @((Join-Path $PSHOME 'pwsh.dll')) + $arguments
    }
    & $program @arguments | Out-Host
    $LASTEXITCODE
}

function Invoke-BuildTask {
    Invoke-Dotnet build RescalePS.sln -c $Configuration -v quiet
    Invoke-Dotnet build src/RescaleInterlink.Module/RescaleInterlink.Module.proj -c $Configuration -v quiet
}

function Read-Report([string] $Path) {
    # Nothing when there is none, or a suite was ended while it wrote it: it counts as failed then.
    if (-not (Test-Path -LiteralPath $Path)) { return }
    try { [xml](Get-Content -LiteralPath $Path -Raw) }
    catch { Write-Host "The report '$Path' cannot be read: $($_.Exception.Message)" }
}

function Invoke-XunitSuite([string] $Name, [string] $ReportFolder) {
    Write-Host "== $Name.Tests"
    $report = Join-Path $ReportFolder "$Name.xml"
    $program = Join-Path $Root 'tests' "$Name.Tests" 'bin' $Configuration 'net10.0' "RescaleInterlink.$Name.Tests.dll"
    dotnet $program -noLogo -xml $report | Out-Host
    $code = $LASTEXITCODE
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
    if ($xml = Read-Report $report) {
        foreach ($assembly in $xml.assemblies.assembly) {
            $counts.Passed += [int]$assembly.passed
            $counts.Failed += [int]$assembly.failed + [int]$assembly.errors
            $counts.Skipped += [int]$assembly.skipped
        }
    }
    # A suite that broke off, or ran nothing, has failed whatever its report says.
    if ($counts.Failed -eq 0 -and ($code -ne 0 -or $counts.Passed -eq 0)) { $counts.Failed = 1 }
    $counts
}

function Find-Pester {
    # From PSModulePath, else from the Gallery into artifacts/, else nothing.
    $found = Get-Module -ListAvailable Pester |
        Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version -Descending | Select-Object -First 1
    if ($found) { return $found.Path }
    $folder = Join-Path $Artifacts 'modules'
    $manifest = Join-Path $folder 'Pester' $PesterVersion 'Pester.psd1'
    if (Test-Path -LiteralPath $manifest) { return $manifest }
    $null = New-Item -ItemType Directory -Force $folder
    try {
        if (Get-Command Save-PSResource -ErrorAction Ignore) {
            Save-PSResource -Name Pester -Version $PesterVersion -Repository PSGallery -Path $folder -TrustRepository
        }
        elseif (Get-Command Save-Module -ErrorAction Ignore) {
            Save-Module -Name Pester -RequiredVersion $PesterVersion -Repository PSGallery -Path $folder
        }
    }
    catch {
        Write-Host "Pester could not be had from the Gallery: $($_.Exception.Message)"
    }
    if (Test-Path -LiteralPath $manifest) { $manifest }
}

function Invoke-CmdletSuite([string] $ReportFolder) {
    Write-Host '== Cmdlets (Pester)'
    $suite = Join-Path $Root 'tests' 'Cmdlets'
    $pester = Find-Pester
    if (-not $pester) {
        $files = @(Get-ChildItem -LiteralPath $suite -Filter *.Tests.ps1).Count
        Write-Host "Skipped: Pester 5 is neither on PSModulePath nor to be had from the Gallery ($files test files not run)."
        return @{ Passed = 0; Failed = 0; Skipped = $files }
    }
    $module = Publish-StagedModule
    Invoke-PesterPass $module $pester S3 (Join-Path $ReportFolder 'Cmdlets.xml')

    Write-Host '== Cmdlets (Pester), in a workspace on Azure'
    $names = @(Get-ChildItem -LiteralPath $suite -Filter *.Tests.ps1 | ForEach-Object { $_.Name -replace '\.Tests\.ps1$' } | Where-Object { $_ -notin $WithoutStorage })
    if (-not (Get-Command azurite-blob -CommandType Application -ErrorAction Ignore)) {
        Write-Host "Skipped: Azurite is not there; npm install -g azurite ($($names.Count) test files not run)."
        return @{ Passed = 0; Failed = 0; Skipped = $names.Count }
    }
    Invoke-PesterPass $module $pester Azure (Join-Path $ReportFolder 'CmdletsAzure.xml') -Name $names
}

function Invoke-PesterPass([string] $Module, [string] $Pester, [string] $Storage, [string] $Report, [string[]] $Name = @()) {
    $program = Join-Path $Root 'tests' 'Cmdlets' 'Invoke-Suite.ps1'
    # No wildcard may stand among the arguments of a program: PowerShell makes file names of it.
    $only = if ($Name) { '-Name', ($Name -join ',') } else { @() }
    $code = Invoke-FreshPowerShell -File $program -ModulePath $Module -ResultPath $Report -PesterPath $Pester -Storage $Storage @only
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0 }
    if ($xml = Read-Report $Report) {
        $results = $xml.'test-results'
        $counts.Failed = [int]$results.failures + [int]$results.errors
        $counts.Skipped = [int]$results.skipped + [int]$results.ignored + [int]$results.'not-run' + [int]$results.inconclusive
        $counts.Passed = [int]$results.total - $counts.Failed - [int]$results.skipped - [int]$results.ignored - [int]$results.inconclusive
    }
    if ($counts.Failed -eq 0 -and ($code -ne 0 -or $counts.Passed -eq 0)) { $counts.Failed = 1 }
    $counts
}

function Invoke-TestTask {
    Invoke-BuildTask
    $reports = Join-Path $Artifacts 'test-results'
    if (Test-Path -LiteralPath $reports) { Remove-Item -LiteralPath $reports -Recurse -Force }
    $null = New-Item -ItemType Directory -Force $reports
    $all = @(
        Invoke-XunitSuite Core $reports
        Invoke-XunitSuite Sandbox $reports
        Invoke-CmdletSuite $reports
    )
    $failed = ($all | ForEach-Object Failed | Measure-Object -Sum).Sum
    Write-Host ('{0} passed, {1} failed, {2} skipped' -f
        ($all | ForEach-Object Passed | Measure-Object -Sum).Sum, $failed,
        ($all | ForEach-Object Skipped | Measure-Object -Sum).Sum)
    [int]($failed -gt 0)
}

function Invoke-DemoTask {
    Invoke-BuildTask
    Invoke-FreshPowerShell -File (Join-Path $Root 'examples' 'heat-study' 'Study.ps1') -Destination (Join-Path $Artifacts 'heat-study')
}

function Publish-StagedModule {
    # What a user gets: manifest and module folder, nothing of the sources. Returns the manifest's path.
    $manifest = Join-Path $Root 'RescaleInterlink.psd1'
    $version = (Import-PowerShellDataFile -LiteralPath $manifest).ModuleVersion
    $target = Join-Path $Artifacts 'package' 'RescaleInterlink' $version
    if (Test-Path -LiteralPath $target) { Remove-Item -LiteralPath $target -Recurse -Force }
    $null = New-Item -ItemType Directory -Force $target
    foreach ($item in 'RescaleInterlink.psd1', 'module', 'LICENSE', 'README.md', 'CHANGELOG.md') {
        Copy-Item -LiteralPath (Join-Path $Root $item) -Destination $target -Recurse
    }
    Join-Path $target 'RescaleInterlink.psd1'
}

function Invoke-PackageTask {
    Invoke-BuildTask
    $manifest = Publish-StagedModule
    $version = Split-Path (Split-Path $manifest) -Leaf
    $zip = Join-Path $Artifacts "RescaleInterlink-$version.zip"
    Compress-Archive -Path (Join-Path $Artifacts 'package' '*') -DestinationPath $zip -Force
    Write-Host "Module: $(Split-Path $manifest)"
    Write-Host "Archive: $zip"
}

function Invoke-DocsTask {
    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        throw 'Docs needs the module Microsoft.PowerShell.PlatyPS: Install-PSResource Microsoft.PowerShell.PlatyPS'
    }
    Invoke-BuildTask
    & (Join-Path $PSScriptRoot 'Update-Help.ps1') -MarkdownPath (Join-Path $Root 'docs' 'cmdlets') -OutputPath (Join-Path $Root 'module' 'en-US')
}

function Invoke-BenchTask([string[]] $Arguments) {
    Invoke-BuildTask
    Invoke-Dotnet run --project tests/Benchmarks -c $Configuration --no-build '--' @Arguments
    & (Join-Path $PSScriptRoot 'Measure-Import.ps1') -ModulePath (Publish-StagedModule)
}

function Invoke-SoakTask([string[]] $Arguments) {
    Invoke-BuildTask
    Invoke-Dotnet run --project tests/Benchmarks -c $Configuration --no-build '--' soak @Arguments
}

function Invoke-CleanTask {
    Remove-Item -LiteralPath $Artifacts, (Join-Path $Root 'module' 'bin') -Recurse -Force -ErrorAction Ignore
    Get-ChildItem -LiteralPath (Join-Path $Root 'src'), (Join-Path $Root 'tests'), (Join-Path $Root 'examples') -Recurse -Directory -Include bin, obj |
        Remove-Item -Recurse -Force
}
