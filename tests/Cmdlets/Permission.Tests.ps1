# What may not be read or written. The superuser may do everything, so a second user runs these commands.

BeforeDiscovery {
    $reason = if (-not $IsLinux) { 'users are changed with setpriv, which is for Linux' }
    elseif ((id -u) -ne '0') { 'only root can become another user' }
    elseif (-not (Get-Command setpriv -CommandType Application -ErrorAction Ignore)) { 'setpriv is not installed' }
    if ($reason) { Write-Host "The permission tests are skipped: $reason." }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $sent = Send-RescaleFile -LiteralPath (New-RandomFile (Join-Path $folder 'sent.bin') 100KB)

    # Runs a script as nobody, connected to the sandbox; returns the identifiers and messages of its errors.
    function Invoke-AsNobody {
        param([string] $Script)
        $own = New-TestFolder
        chown 65534:65534 $own
        $file = Join-Path $own 'script.ps1'
        Set-Content -LiteralPath $file -Value @"
`$ProgressPreference = 'SilentlyContinue'
Import-Module '$($ModulePath.Replace("'", "''"))'
`$key = [Console]::In.ReadLine() | ConvertTo-SecureString -AsPlainText -Force
`$null = Connect-Rescale -ApiUrl '$($sandbox.ApiUrl)' -ApiKey `$key
$Script -ErrorAction SilentlyContinue -ErrorVariable failed | Out-Null
`$failed | ForEach-Object { `$_.FullyQualifiedErrorId + ' | ' + `$_ }
"@
        $program = [Environment]::ProcessPath
        $prefix = @()
        if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $prefix = @(Join-Path $PSHOME 'pwsh.dll') }
        $before = $env:RESCALE_STATE_HOME, $env:RESCALE_CONFIG_HOME
        try {
            $env:RESCALE_STATE_HOME = Join-Path $own 'state'
            $env:RESCALE_CONFIG_HOME = Join-Path $own 'configuration'
            $output = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password |
                setpriv --reuid 65534 --regid 65534 --clear-groups env "HOME=$own" $program @prefix -NoProfile -NonInteractive -File $file 2>&1
        }
        finally { $env:RESCALE_STATE_HOME, $env:RESCALE_CONFIG_HOME = $before }
        @($output | ForEach-Object { "$_" })
    }
}

AfterAll { Stop-TestSandbox $sandbox }

Describe 'Another user' -Skip:([bool]$reason) {
    It 'is told which file cannot be read' {
        $source = New-RandomFile (Join-Path $folder 'mine.bin') 1KB
        chmod 600 $source
        $failed = @(Invoke-AsNobody "Send-RescaleFile -LiteralPath '$source'")
        $failed.Count | Should -Be 1
        $failed[0] | Should -BeLike 'SourceUnreadable,*mine.bin*'
        @(Get-RescaleFile -Name mine.bin) | Should -BeNullOrEmpty
    }

    It 'is told which folder cannot be read, and the rest of the tree is sent' {
        $tree = Join-Path $folder 'partly readable'
        $null = New-RandomFile (Join-Path $tree 'open' 'a.txt') 10
        $null = New-RandomFile (Join-Path $tree 'locked' 'b.txt') 10
        chmod 700 (Join-Path $tree 'locked')
        $failed = @(Invoke-AsNobody "Send-RescaleFolder -LiteralPath '$tree'")
        $failed.Count | Should -Be 2
        $failed[0] | Should -BeLike '*1 item(s) could not be sent; 1 file(s) are there*'
        $failed[1] | Should -BeLike 'SourceUnreadable,*locked*'
        @(Get-RescaleFile -Name a.txt).Count | Should -Be 1
    }

    It 'is told which file of a job''s folder cannot be read' {
        $run = Join-Path $folder 'Run_1'
        $null = New-RandomFile (Join-Path $run 'deck.txt') 10
        $secret = New-RandomFile (Join-Path $run 'secret.txt') 10
        chmod 600 $secret
        $failed = @(Invoke-AsNobody @"
[pscustomobject]@{ Directory = '$run'; JobName = 'unreadable'; AnalysisCode = 'user_included'; CoreType = 'emerald'; CoresPerSlot = 1
    WalltimeHours = 1; Slots = 1; LicenseSettings = ''; Command = 'true' } | Invoke-RescalePipeline -Destination "`$HOME/results"
"@)
        $failed.Count | Should -Be 1
        $failed[0] | Should -BeLike 'SourceUnreadable,*secret.txt*'
        @(Get-RescaleJob -Name unreadable) | Should -BeNullOrEmpty
    }

    It 'is told that a folder cannot be written, and nothing is left there' {
        $target = (New-Item -ItemType Directory (Join-Path $folder 'closed')).FullName
        $failed = @(Invoke-AsNobody "Receive-RescaleFile -Id '$($sent.Id)' -Destination '$target'")
        $failed.Count | Should -Be 1
        $failed[0] | Should -BeLike 'DestinationUnwritable,*closed*'
        Get-ChildItem -LiteralPath $target -Force | Should -BeNullOrEmpty
    }
}
