# What the test files share. Dot-source it in BeforeAll.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$ModulePath = $env:RESCALE_TEST_MODULE
if (-not $ModulePath) {
    # A single file run by hand: the checkout, as it was built last.
    $ModulePath = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '..' '..' 'RescaleInterlink.psd1'))
}
$ModuleFolder = Split-Path $ModulePath
$RepositoryRoot = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '..' '..'))

# Which storage the workspaces of this run have: S3, or Azure.
$TestStorage = if ($env:RESCALE_TEST_STORAGE) { $env:RESCALE_TEST_STORAGE } else { 'S3' }

function Import-TestedModule { Import-Module $ModulePath -Global }

# A folder of its own for the test file; its name has what paths can have.
function New-TestFolder {
    $parent = if ($env:RESCALE_TEST_FOLDER) { $env:RESCALE_TEST_FOLDER } else { [IO.Path]::GetTempPath() }
    $folder = Join-Path $parent ('t ' + [guid]::NewGuid().ToString('N').Substring(0, 8))
    (New-Item -ItemType Directory -Path $folder).FullName
}

# A sandbox of its own for the test file: own data, own state folder, free ports.
function Start-TestSandbox {
    param([string] $Folder, [hashtable] $Arguments = @{})
    $env:RESCALE_STATE_HOME = Join-Path $Folder 'state'
    $env:RESCALE_CONFIG_HOME = Join-Path $Folder 'configuration'
    if (-not $Arguments.ContainsKey('StorageType')) { $Arguments = $Arguments + @{ StorageType = $TestStorage } }
    Start-RescaleSandbox -Path (Join-Path $Folder 'sandbox') -AllowFault @Arguments
}

function Stop-TestSandbox {
    param($Sandbox)
    if ($Sandbox) { $Sandbox | Stop-RescaleSandbox -ErrorAction Ignore }
}

# The usual beginning of a test file: the module, a folder and a sandbox of its own, and a connection. Returns the last three:
# $folder, $sandbox, $connection = Start-TestSession
function Start-TestSession {
    param([hashtable] $Arguments = @{})
    Import-TestedModule
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder $Arguments
    $folder, $sandbox, ($sandbox | Connect-Rescale)
}

function Stop-TestSession {
    param($Sandbox)
    Disconnect-Rescale
    Stop-TestSandbox $Sandbox
}

# What a job needs beside its name and command: $basic = Get-BasicJob; Submit-RescaleJob @basic ...
function Get-BasicJob {
    if ($IsWindows) { throw 'The commands of these jobs are written for sh.' }
    @{ AnalysisCode = 'user_included'; CoreType = 'emerald' }
}

# The path of a test assembly: the newest that was built, whatever the configuration.
function Get-BuiltAssembly {
    param([string] $Project, [string] $Name)
    $built = Get-ChildItem -LiteralPath (Join-Path $RepositoryRoot $Project 'bin') -Recurse -Filter "$Name.dll" -ErrorAction Ignore |
        Where-Object { $_.Directory.Name -eq 'net8.0' } |
        Sort-Object LastWriteTime -Descending | Select-Object -First 1
    if (-not $built) { throw "$Project is not built; build the solution first." }
    $built.FullName
}

# Runs a script in a fresh PowerShell; returns its standard output. Arguments arrive as $args.
function Invoke-Fresh {
    param([scriptblock] $Script, [object[]] $ArgumentList = @())
    $file = Join-Path (New-TestFolder) 'script.ps1'
    Set-Content -LiteralPath $file -Value ('$ErrorActionPreference = "Stop"; $ProgressPreference = "SilentlyContinue"' + "`n" + $Script)
    $program = [Environment]::ProcessPath
    $prefix = @()
    if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $prefix = @(Join-Path $PSHOME 'pwsh.dll') }
    $output = & $program @prefix -NoProfile -NonInteractive -File $file @ArgumentList 2>&1
    if ($LASTEXITCODE -ne 0) { throw "The fresh PowerShell failed: $($output | Out-String)" }
    $output | ForEach-Object { "$_" }
}

function New-RandomFile {
    param([string] $Path, [long] $Length, [int] $Seed = 1)
    $null = New-Item -ItemType Directory -Force -Path (Split-Path $Path)
    $random = [Random]::new($Seed)
    $stream = [IO.File]::Create($Path)
    try {
        $buffer = [byte[]]::new(1MB)
        for ($left = $Length; $left -gt 0; $left -= $buffer.Length) {
            $random.NextBytes($buffer)
            $stream.Write($buffer, 0, [int][Math]::Min($left, $buffer.Length))
        }
    }
    finally { $stream.Dispose() }
    $Path
}

function Get-Sha512 { param([string] $Path) (Get-FileHash -LiteralPath $Path -Algorithm SHA512).Hash.ToLowerInvariant() }

# One request to the sandbox's own control endpoints.
function Invoke-SandboxControl {
    param($Sandbox, [string] $Method, [string] $Path, $Body)
    $key = [Net.NetworkCredential]::new('', $Sandbox.ApiKey).Password
    $request = @{
        Uri = "$($Sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/sandbox/$Path/"
        Method = $Method
        Headers = @{ Authorization = "Token $key" }
    }
    if ($null -ne $Body) {
        $request.Body = ConvertTo-Json $Body -Depth 9
        $request.ContentType = 'application/json'
    }
    if ($Sandbox.CertificatePath) { $request.SkipCertificateCheck = $true }
    Invoke-RestMethod @request
}

# How often a route was asked since the counters were reset: Get-RequestCount $sandbox 'GET /api/v3/files/'
function Get-RequestCount { param($Sandbox, [string] $Route) [int](Invoke-SandboxControl $Sandbox Get requests).api.requests.$Route }

function Get-ErrorId { param($Record) $Record.FullyQualifiedErrorId.Split(',')[0] }

function Get-Completion { param([string] $Line) @((TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches) }

# What -WhatIf says goes to the host alone; a fresh PowerShell shows it.
function Get-Plan {
    param($Sandbox, [string] $Command)
    $env:RESCALE_TEST_KEY = [Net.NetworkCredential]::new('', $Sandbox.ApiKey).Password
    try {
        Invoke-Fresh {
            Import-Module $args[0]
            $null = Connect-Rescale -ApiUrl $args[1] -ApiKey (ConvertTo-SecureString $env:RESCALE_TEST_KEY -AsPlainText -Force)
            Invoke-Expression $args[2]
        } @($ModulePath, $Sandbox.ApiUrl.AbsoluteUri, $Command)
    }
    finally { Remove-Item Env:RESCALE_TEST_KEY }
}

# A folder of its own in the library.
function New-Shelf { New-RescaleFolder "shelf $([guid]::NewGuid().ToString('N').Substring(0, 8))" }

# Files that hold their own names, sent into a folder.
function Send-Named {
    param([string] $FolderId, [string[]] $Name)
    $place = New-TestFolder
    $paths = foreach ($one in $Name) {
        $path = Join-Path $place $one
        [IO.File]::WriteAllText($path, $one)
        $path
    }
    Send-RescaleFile -LiteralPath $paths -FolderId $FolderId
}

function Get-ItemName { param($FolderId) @(Get-RescaleFolderItem $FolderId | ForEach-Object Name | Sort-Object) }

# Azure's requests for those of S3. A file of one part is a block and a commit there; an upload is begun and aborted by no request.
$AzureOperations = @{
    UploadPart = 'PutBlock'; PutObject = 'PutBlock'; CompleteMultipartUpload = 'PutBlockList'; ListParts = 'GetBlockList'
    GetObject = 'GetBlob'; HeadObject = 'GetProperties'; DeleteObject = 'DeleteBlob'; ListObjectsV2 = 'ListBlobs'; ListMultipartUploads = 'ListBlobs'
}
$AzureCodes = @{ AccessDenied = 'AuthorizationPermissionMismatch'; SlowDown = 'ServerBusy'; NoSuchKey = 'BlobNotFound' }

# A rule whose target is 'storage', with S3's names, as a rule for the storage of this run.
function ConvertTo-StorageRule {
    param([hashtable] $Rule)
    if ($Rule.target -ne 'storage') { return $Rule }
    $converted = $Rule.Clone()
    $converted.target = $TestStorage.ToLowerInvariant()
    if ($TestStorage -eq 'Azure') {
        if ($Rule.operation) {
            $converted.operation = $AzureOperations[$Rule.operation]
            if (-not $converted.operation) { throw "Azure has no request for $($Rule.operation)." }
        }
        if ($Rule.code -and $AzureCodes[$Rule.code]) { $converted.code = $AzureCodes[$Rule.code] }
    }
    $converted
}

# Rules whose target is 'storage' act on whichever the run has.
function Set-Fault {
    param($Sandbox, [hashtable[]] $Rule)
    $null = Invoke-SandboxControl $Sandbox Put faults @{ seed = 1; rules = @($Rule | ForEach-Object { ConvertTo-StorageRule $_ }) }
}

# What the storage of this run has counted: requests by method and operation, bytes in and out.
function Get-StorageCounter { param($Sandbox) (Invoke-SandboxControl $Sandbox Get requests).($TestStorage.ToLowerInvariant()) }

function Clear-Fault { param($Sandbox) $null = Invoke-SandboxControl $Sandbox Delete faults }

# Waits until something is true, and fails when it does not become so.
function Wait-Until {
    param([scriptblock] $Condition, [string] $What, [int] $Seconds = 300)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) { throw "After $Seconds s still not: $What" }
        [Threading.Thread]::Sleep(20)
    }
}

# For how long, since the machine started, somebody has waited for a processor or a disk. Linux alone tells.
function Get-MachineWait {
    $sum = [timespan]::Zero
    foreach ($resource in 'cpu', 'io') {
        # some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS
        $some = Get-Content -LiteralPath "/proc/pressure/$resource" -TotalCount 1 -ErrorAction Ignore
        if ($some) { $sum += [timespan]::FromMicroseconds([double]($some -replace '.*=')) }
    }
    $sum
}

# Runs a script in a runspace of its own, waits until $Ready is true, stops it, and tells how long the stop took, without the time in
# which the machine let somebody wait: a bound of seconds is one for the command, however busy the machine is.
function Invoke-Stopped {
    param([scriptblock] $Script, [hashtable] $Variables = @{}, [scriptblock] $Ready, [scriptblock] $Prepare = {})
    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    try {
        foreach ($entry in $Variables.GetEnumerator()) { $runspace.SessionStateProxy.SetVariable($entry.Key, $entry.Value) }
        $runspace.SessionStateProxy.SetVariable('ModulePath', $ModulePath)
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript("`$ProgressPreference = 'SilentlyContinue'; Import-Module `$ModulePath; $Prepare").Invoke()
        if ($shell.HadErrors) { throw "The preparation failed: $($shell.Streams.Error[0])" }
        $shell.Commands.Clear()
        $running = $shell.AddScript($Script).BeginInvoke()
        Wait-Until { (& $Ready) -or $running.IsCompleted } 'the command reached the point where it is stopped'
        if ($running.IsCompleted) {
            try { $shell.EndInvoke($running) } catch { throw "The command ended before it was stopped: $_" }
            throw "The command ended before it was stopped. $($shell.Streams.Error)"
        }
        $waited = Get-MachineWait
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $elapsed = $watch.Elapsed - ((Get-MachineWait) - $waited)
        Wait-Until { $running.IsCompleted } 'the pipeline is completed after the stop'
        [pscustomobject]@{
            Elapsed = $elapsed
            State = $shell.InvocationStateInfo.State
            Errors = @($shell.Streams.Error)
        }
        $shell.Dispose()
    }
    finally { $runspace.Dispose() }
}
