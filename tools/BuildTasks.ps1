# The tasks of build.ps1, one function each. $Configuration comes from there.

$PesterVersion = '5.7.1'
# Test files of the cmdlets that ask no storage, or S3 only; all others run on both storages.
$WithoutStorage = 'AsyncBase', 'Completion', 'Connection', 'Examples', 'Help', 'Interop', 'Loading', 'Permission'
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

# A line of a test's message that tells enough in a log that is cut to its end.
function Get-FailureLine([string] $Suite, [string] $Test, [string] $Message) {
    $first = $Message.Split([char[]]"`r`n", 2, 'RemoveEmptyEntries,TrimEntries') | Select-Object -First 1
    $line = "failed: ${Suite}: ${Test}: $first" -replace '[\p{Cc}]', ' '
    if ($line.Length -gt 300) { $line.Substring(0, 299) + '…' } else { $line }
}

# A suite that has failed says at least that it has.
function Complete-Count([hashtable] $Counts, [string] $Suite, [int] $ExitCode) {
    # One that broke off, or ran nothing, has failed whatever its report says.
    if ($Counts.Failed -eq 0 -and ($ExitCode -ne 0 -or $Counts.Passed -eq 0)) { $Counts.Failed = 1 }
    if ($Counts.Failed -gt 0 -and -not $Counts.Failures) {
        $Counts.Failures = @(Get-FailureLine $Suite '(the whole suite)' "it broke off or ran nothing; its exit code is $ExitCode")
    }
    $Counts
}

function Read-XunitReport([string] $Suite, [string] $Path) {
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0; Failures = @() }
    $xml = Read-Report $Path
    if (-not $xml) { return $counts }
    foreach ($assembly in $xml.SelectNodes('/assemblies/assembly')) {
        $counts.Passed += [int]$assembly.passed
        $counts.Failed += [int]$assembly.failed + [int]$assembly.errors
        $counts.Skipped += [int]$assembly.skipped
    }
    # An error is what failed outside of any test: a class's clean-up, a fixture.
    $counts.Failures = @(foreach ($node in $xml.SelectNodes('//test[@result="Fail"] | //errors/error')) {
            Get-FailureLine $Suite ($node.GetAttribute('name') ? $node.GetAttribute('name') : $node.GetAttribute('type')) $node.SelectSingleNode('failure/message').InnerText
        })
    $counts
}

function Read-PesterReport([string] $Suite, [string] $Path) {
    $counts = @{ Passed = 0; Failed = 0; Skipped = 0; Failures = @() }
    $xml = Read-Report $Path
    if (-not $xml) { return $counts }
    $results = $xml.'test-results'
    $counts.Failed = [int]$results.failures + [int]$results.errors
    $counts.Skipped = [int]$results.skipped + [int]$results.ignored + [int]$results.'not-run' + [int]$results.inconclusive
    $counts.Passed = [int]$results.total - $counts.Failed - [int]$results.skipped - [int]$results.ignored - [int]$results.inconclusive
    $counts.Failures = @(foreach ($node in $xml.SelectNodes('//test-case[@result="Failure" or @result="Error"]')) {
            $file = $node.SelectSingleNode('ancestor::test-suite[contains(@name, ".Tests.ps1")][1]')
            $place = if ($file) { [IO.Path]::GetFileName($file.GetAttribute('name')) + ', ' } else { '' }
            Get-FailureLine $Suite ($place + $node.GetAttribute('name')) $node.SelectSingleNode('failure/message').InnerText
        })
    if (Test-Path -LiteralPath "$Path.broken") {
        foreach ($line in [IO.File]::ReadAllLines("$Path.broken")) {
            $counts.Failed++
            $name, $message = $line.Split("`t", 2)
            $counts.Failures += Get-FailureLine $Suite $name "$message"
        }
    }
    $counts
}

function Invoke-XunitSuite([string] $Name, [string] $ReportFolder) {
    Write-Host "== $Name.Tests"
    $report = Join-Path $ReportFolder "$Name.xml"
    $program = Join-Path $Root 'tests' "$Name.Tests" 'bin' $Configuration 'net10.0' "RescaleInterlink.$Name.Tests.dll"
    dotnet $program -noLogo -xml $report | Out-Host
    $code = $LASTEXITCODE
    Complete-Count (Read-XunitReport $Name $report) $Name $code
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
        return @{ Passed = 0; Failed = 0; Skipped = $files; Failures = @() }
    }
    $module = Publish-StagedModule
    Invoke-PesterPass $module $pester S3 (Join-Path $ReportFolder 'Cmdlets.xml')

    Write-Host '== Cmdlets (Pester), in a workspace on Azure'
    $names = @(Get-ChildItem -LiteralPath $suite -Filter *.Tests.ps1 | ForEach-Object { $_.Name -replace '\.Tests\.ps1$' } | Where-Object { $_ -notin $WithoutStorage })
    if (-not (Get-Command azurite-blob -CommandType Application -ErrorAction Ignore)) {
        Write-Host "Skipped: Azurite is not there; npm install -g azurite ($($names.Count) test files not run)."
        return @{ Passed = 0; Failed = 0; Skipped = $names.Count; Failures = @() }
    }
    Invoke-PesterPass $module $pester Azure (Join-Path $ReportFolder 'CmdletsAzure.xml') -Name $names
}

function Invoke-PesterPass([string] $Module, [string] $Pester, [string] $Storage, [string] $Report, [string[]] $Name = @()) {
    $program = Join-Path $Root 'tests' 'Cmdlets' 'Invoke-Suite.ps1'
    # No wildcard may stand among the arguments of a program: PowerShell makes file names of it.
    $only = if ($Name) { '-Name', ($Name -join ',') } else { @() }
    $code = Invoke-FreshPowerShell -File $program -ModulePath $Module -ResultPath $Report -PesterPath $Pester -Storage $Storage @only
    $suite = if ($Storage -eq 'S3') { 'Cmdlets' } else { "Cmdlets$Storage" }
    Complete-Count (Read-PesterReport $suite $Report) $suite $code
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
    # Right above the sum, so that a log that is cut to its end still tells which.
    $all | ForEach-Object Failures | ForEach-Object { Write-Host $_ }
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
