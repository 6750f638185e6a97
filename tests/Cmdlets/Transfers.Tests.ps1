# Transfers that are broken off (Ctrl+C, kill -9, expired credentials), and what lists, continues and removes them.

BeforeDiscovery { $ways = 'Receive', 'Send' }

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $source = New-RandomFile (Join-Path $folder 'large [1].bin') (60MB + 11)
    $sent = Send-RescaleFile -LiteralPath $source
    # The first requests pass, and with them some parts or chunks; the others fall silent until the client gives up.
    $rules = @{
        Send = @{ target = 'storage'; operation = 'UploadPart'; fault = 'stall'; skip = 2 }
        Receive = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall'; skip = 4 }
    }

    function Get-Begun { param([string] $Path) Get-RescaleTransfer -Connection $connection | Where-Object { $_.LocalPath -eq $Path } }

    function Get-Checkpoint { Get-ChildItem -LiteralPath (Join-Path $folder 'state' 'transfers') -File | Where-Object Name -match '\.[12]$' }

    # Begins a transfer, and stops it when the checkpoint knows of bytes that need not travel again.
    function Stop-InTheMiddle {
        param([string] $Way, [string] $Path, [string] $Conflict = 'Error')
        Set-Fault $sandbox $rules[$Way]
        try {
            $script = if ($Way -eq 'Send') { { Send-RescaleFile -LiteralPath $path -Connection $connection } }
            else { { Receive-RescaleFile -Id $id -Destination (Split-Path $path) -Conflict $conflict -Connection $connection } }
            $stop = Invoke-Stopped -Script $script -Variables @{ path = $Path; connection = $connection; id = $sent.Id; conflict = $Conflict } -Ready { (Get-Begun $Path).BytesDone -gt 0 }
            $stop.State | Should -Be 'Stopped'
            $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        }
        finally { Clear-Fault $sandbox }
    }

    function New-Source { param([string] $Name) New-RandomFile (Join-Path $folder 'sources' $Name) (60MB + 11) ([Math]::Abs($Name.GetHashCode() % 1000)) }

    # Path of the file that a download of $sent makes in a folder of its own.
    function New-Target { (Join-Path (New-Item -ItemType Directory (Join-Path $folder ('out ' + [guid]::NewGuid().ToString('N').Substring(0, 6)))) $sent.Name) }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Send-RescaleFile after Ctrl+C' {
    It 'sends the rest, and the file is whole' {
        $path = New-Source 'sent again.bin'
        Stop-InTheMiddle Send $path
        $again = Send-RescaleFile -LiteralPath $path -Verbose 4>&1
        $result = $again | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
        $result.Resumed | Should -BeGreaterThan 0
        $result.Resumed | Should -BeLessThan $result.Size
        "$again" | Should -Match 'continues at'
        $received = $result | Receive-RescaleFile -Destination (Split-Path (New-Target))
        $received.Integrity | Should -Be 'Verified'
        $received.Sha512 | Should -Be (Get-Sha512 $path)
        Get-Begun $path | Should -BeNullOrEmpty
    }

    It 'tells why it begins anew when the source has changed' {
        $path = New-Source 'changed.bin'
        Stop-InTheMiddle Send $path
        [IO.File]::AppendAllText($path, 'more')
        $result = Send-RescaleFile -LiteralPath $path -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        $result.Resumed | Should -Be 0
        $result.Sha512 | Should -Be (Get-Sha512 $path)
    }

    It 'with -NoResume keeps nothing' {
        $path = New-Source 'kept nothing.bin'
        Set-Fault $sandbox $rules.Send
        try {
            $hit = { @((Invoke-SandboxControl $sandbox Get faults).rules | Where-Object { $_.fired -gt 0 }).Count -gt 0 }
            $null = Invoke-Stopped -Script { Send-RescaleFile -LiteralPath $path -NoResume -Connection $connection } -Variables @{ path = $path; connection = $connection } -Ready $hit
        }
        finally { Clear-Fault $sandbox }
        Get-Begun $path | Should -BeNullOrEmpty
    }
}

Describe 'Receive-RescaleFile after Ctrl+C' {
    It 'receives the rest, and the file is whole' {
        $target = New-Target
        Stop-InTheMiddle Receive $target
        Test-Path -LiteralPath $target | Should -BeFalse
        $again = Receive-RescaleFile -Id $sent.Id -Destination (Split-Path $target) -Verbose 4>&1
        $result = $again | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
        $result.Resumed | Should -BeGreaterThan 0
        $result.Resumed | Should -BeLessThan $result.Size
        $result.Integrity | Should -Be 'Verified'
        "$again" | Should -Match 'continues at'
        Get-Sha512 $target | Should -Be $sent.Sha512
        Get-ChildItem -LiteralPath (Split-Path $target) -Force | Should -HaveCount 1
        Get-Begun $target | Should -BeNullOrEmpty
    }

    It 'with -Conflict Rename goes on under the name that it had begun with' {
        $taken = New-Target
        Set-Content -LiteralPath $taken -Value 'mine'
        $target = Join-Path (Split-Path $taken) ([IO.Path]::GetFileNameWithoutExtension($taken) + ' (2)' + [IO.Path]::GetExtension($taken))
        Stop-InTheMiddle Receive $target Rename
        Remove-Item -LiteralPath $taken
        $result = Receive-RescaleFile -Id $sent.Id -Destination (Split-Path $target) -Conflict Rename
        $result.FullName | Should -Be $target
        $result.Resumed | Should -BeGreaterThan 0
        Get-Sha512 $target | Should -Be $sent.Sha512
    }

    It 'tells why it begins anew when the partial file is gone' {
        $target = New-Target
        Stop-InTheMiddle Receive $target
        Get-ChildItem -LiteralPath (Split-Path $target) -Force -Filter '*.rescale-part' | Remove-Item -Force
        (Get-Begun $target).IsStale | Should -BeTrue
        $result = Receive-RescaleFile -Id $sent.Id -Destination (Split-Path $target) -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        $result.Resumed | Should -Be 0
        Get-Sha512 $target | Should -Be $sent.Sha512
    }
}

Describe 'After kill -9 in the middle of <Way>' -ForEach @($ways | ForEach-Object { @{ Way = $_ } }) {
    It 'the same command continues' {
        $path = if ($Way -eq 'Send') { New-Source 'killed.bin' } else { New-Target }
        $file = Join-Path (New-TestFolder) 'transfer.ps1'
        Set-Content -LiteralPath $file -Value {
            param($module, $way, $path, $id)
            Import-Module $module
            $null = Connect-Rescale -Sandbox
            if ($way -eq 'Send') { Send-RescaleFile -LiteralPath $path } else { Receive-RescaleFile -Id $id -Destination (Split-Path $path) }
        }
        Set-Fault $sandbox $rules[$Way]
        try {
            $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
            if (-not (Test-Path -LiteralPath $start.FileName)) { $start.FileName = 'pwsh' }
            foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $file, $ModulePath, $Way, $path, $sent.Id) { $start.ArgumentList.Add($argument) }
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [Diagnostics.Process]::Start($start)
            try { Wait-Until { (Get-Begun $path).BytesDone -gt 0 -or $process.HasExited } 'something has arrived' }
            finally { if (-not $process.HasExited) { $process.Kill() } else { throw $process.StandardError.ReadToEnd() + $process.StandardOutput.ReadToEnd() }; $process.WaitForExit() }
        }
        finally { Clear-Fault $sandbox }
        $result = if ($Way -eq 'Send') { Send-RescaleFile -LiteralPath $path } else { Receive-RescaleFile -Id $sent.Id -Destination (Split-Path $path) }
        $result.Resumed | Should -BeGreaterThan 0
        $result.Sha512 | Should -Be (Get-Sha512 $path)
        Get-Begun $path | Should -BeNullOrEmpty
    }
}

Describe 'Credentials that expire in the middle of <Way>' -ForEach @(@{ Way = 'Send'; Operation = 'UploadPart' }, @{ Way = 'Receive'; Operation = 'GetObject' }) {
    It 'are renewed, and nobody notices' {
        Set-Fault $sandbox @{ target = 'storage'; operation = $Operation; fault = 'expireCredentials'; skip = 2; times = 1 }
        try {
            $result = if ($Way -eq 'Send') { Send-RescaleFile -LiteralPath (New-Source 'expiring.bin') } else { $sent | Receive-RescaleFile -Destination (Split-Path (New-Target)) }
            @((Invoke-SandboxControl $sandbox Get faults).rules)[0].fired | Should -Be 1
        }
        finally { Clear-Fault $sandbox }
        $result.Status | Should -Be 'Completed'
        $result.Sha512 | Should -Be (Get-Sha512 $result.FullName)
    }
}

Describe 'What was broken off in the middle of <Way>' -ForEach @($ways | ForEach-Object { @{ Way = $_ } }) {
    BeforeAll {
        $path = if ($Way -eq 'Send') { New-Source 'listed.bin' } else { New-Target }
        Stop-InTheMiddle $Way $path
        $begun = Get-Begun $path
        $direction = if ($Way -eq 'Send') { 'Upload' } else { 'Download' }
    }

    It 'is listed with how far it had come' {
        $begun.PSTypeNames[0] | Should -Be 'RescaleInterlink.Transfer'
        $begun.Direction, $begun.Status, $begun.Name, $begun.Size | Should -Be $direction, 'Resumable', (Split-Path -Leaf $path), (60MB + 11)
        if ($Way -eq 'Receive') { $begun.FileId | Should -Be $sent.Id }
        $begun.BytesDone | Should -BeGreaterThan 0
        $begun.IsStale | Should -BeFalse
        "$($begun | Format-Table | Out-String -Width 300)" | Should -Match 'Resumable .*\d+ % of \d'
        $begun.PSObject.Properties.Name | Where-Object { $_ -match 'key|secret|token' } | Should -BeNullOrEmpty
    }

    It 'is chosen by direction and by id' {
        (Get-RescaleTransfer -Direction $direction).Id | Should -Contain $begun.Id
        (Get-RescaleTransfer -Direction ($direction -eq 'Upload' ? 'Download' : 'Upload')).Id | Should -Not -Contain $begun.Id
        (Get-RescaleTransfer -Id $begun.Id).LocalPath | Should -Be $path
        ($begun | Get-RescaleTransfer).Id | Should -Be $begun.Id
        Get-RescaleTransfer -Id ('0' * 32) -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'TransferNotFound,*'
        (Get-RescaleTransfer -Stale).Id | Should -Not -Contain $begun.Id
    }

    It 'is listed without a connection, and its id completed' {
        $ids = Invoke-Fresh {
            Import-Module $args[0]
            (Get-RescaleTransfer).Id
            $line = "Resume-RescaleTransfer -Id $($args[1].Substring(0, 8))"
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText
        } @($ModulePath, $begun.Id)
        @($ids | Where-Object { $_ -eq $begun.Id }).Count | Should -Be 2
    }

    It 'is left alone by -WhatIf' {
        $begun | Resume-RescaleTransfer -WhatIf | Should -BeNullOrEmpty
        $begun | Remove-RescaleTransfer -WhatIf
        $begun | Remove-RescaleTransfer -WhatIf -Force
        (Get-RescaleTransfer).Id | Should -Contain $begun.Id
    }

    It 'goes on without the command that began it' {
        $result = $begun | Resume-RescaleTransfer
        $result.Resumed | Should -BeGreaterThan 0
        $result.Sha512 | Should -Be (Get-Sha512 $path)
        $result.PSTypeNames[0] | Should -Be ($Way -eq 'Send' ? 'RescaleInterlink.SentFile' : 'RescaleInterlink.ReceivedFile')
        (Get-RescaleFile -Id $result.Id).Sha512 | Should -Be $result.Sha512
        (Get-RescaleTransfer).Id | Should -Not -Contain $begun.Id
        Resume-RescaleTransfer -Id $begun.Id -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'TransferNotFound,*'
    }
}

Describe 'Remove-RescaleTransfer' {
    It 'of what was broken off in the middle of <_> cleans both ends' -ForEach $ways {
        $path = if ($_ -eq 'Send') { New-Source 'removed.bin' } else { New-Target }
        Stop-InTheMiddle $_ $path
        Get-Begun $path | Remove-RescaleTransfer -Confirm:$false -WarningAction SilentlyContinue -WarningVariable warned
        if ($_ -eq 'Send' -and $TestStorage -eq 'Azure') { "$warned" | Should -Match 'within a week' }
        else { $warned | Should -BeNullOrEmpty }
        # Also nothing that the storage alone would know of.
        Get-RescaleTransfer | Where-Object Name -eq 'removed.bin' | Should -BeNullOrEmpty
        if ($_ -eq 'Send') { Test-Path -LiteralPath $path | Should -BeTrue }
        else { Get-ChildItem -LiteralPath (Split-Path $path) -Force | Should -BeNullOrEmpty }
        Get-Checkpoint | Should -BeNullOrEmpty
    }

    It '-Stale removes the one whose partial file is gone, and no other' {
        $gone = New-Target
        $other = New-Target
        Stop-InTheMiddle Receive $gone
        Stop-InTheMiddle Receive $other
        Get-ChildItem -LiteralPath (Split-Path $gone) -Force | Remove-Item -Force
        (Get-RescaleTransfer -Stale).LocalPath | Should -Be $gone
        Remove-RescaleTransfer -Stale -Confirm:$false
        Get-Begun $gone | Should -BeNullOrEmpty
        Get-Begun $other | Should -Not -BeNullOrEmpty
        # Without a connection, as nothing of a download is in the storage.
        $null = Invoke-Fresh { Import-Module $args[0]; Remove-RescaleTransfer -Id $args[1] -Confirm:$false } @($ModulePath, (Get-Begun $other).Id)
        Get-ChildItem -LiteralPath (Split-Path $other) -Force | Should -BeNullOrEmpty
    }

    It 'takes a checkpoint that is torn for stale' {
        $download = New-Target
        Stop-InTheMiddle Receive $download
        $id = (Get-Begun $download).Id
        foreach ($file in Get-Checkpoint | Where-Object Name -like "$id*") { Set-Content -LiteralPath $file.FullName -Value '{"version":1' }
        $torn = Get-RescaleTransfer -Id $id
        $torn.Status | Should -Be 'Unusable'
        $torn.StaleReason | Should -Not -BeNullOrEmpty
        Remove-RescaleTransfer -Stale -Confirm:$false
        Get-RescaleTransfer -Id $id -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'without a connection needs -Force for an upload, and says what may be left' {
        $upload = New-Source 'offline.bin'
        Stop-InTheMiddle Send $upload
        $id = (Get-Begun $upload).Id
        $output = Invoke-Fresh {
            Import-Module $args[0]
            Remove-RescaleTransfer -Id $args[1] -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
            "$($failed.FullyQualifiedErrorId)"
            Remove-RescaleTransfer -Id $args[1] -Force -WarningVariable warned -WarningAction SilentlyContinue
            "warned $($warned.Count)"
            @(Get-RescaleTransfer).Id -contains $args[1]
        } @($ModulePath, $id)
        $output[0] | Should -BeLike 'NotConnected,*'
        $output[1] | Should -Be 'warned 1'
        $output[2] | Should -Be 'False'
        if ($TestStorage -eq 'S3') {
            # What is left in the storage is found from here.
            $orphan = Get-RescaleTransfer | Where-Object Name -eq 'offline.bin'
            $orphan.Status | Should -Be 'Orphaned'
            $orphan | Remove-RescaleTransfer -Confirm:$false
            Get-RescaleTransfer | Where-Object Name -eq 'offline.bin' | Should -BeNullOrEmpty
        }
    }

    It 'of an unknown id is one error record' {
        Remove-RescaleTransfer -Id ('0' * 32) -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'TransferNotFound,*'
    }
}

Describe 'After kill -9 in the middle of the upload of an archive (<Compression>)' -ForEach @('None', 'Gzip' | ForEach-Object { @{ Compression = $_ } }) {
    It 'the same pipeline continues with what of the folder was asked for, and no other' {
        $run = (New-Item -ItemType Directory (Join-Path $folder "killed [1] $Compression" 'Run_1')).FullName
        $null = New-RandomFile (Join-Path $run 'mesh.bin') (60MB + 11)
        Set-Content -LiteralPath (Join-Path $run 'old.rst') 'old'
        $csv = Join-Path (Split-Path $run) 'jobs.csv'
        [pscustomobject][ordered]@{
            Directory = $run; JobName = 'killed'; AnalysisCode = 'user_included'; AnalysisVersion = ''; Command = 'ls Run_1 > listing.md'
            CoreType = 'emerald'; CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''; Tags = ''
        } | Export-Csv -LiteralPath $csv
        $results = Join-Path (Split-Path $run) 'results'
        $file = Join-Path (New-TestFolder) 'pipeline.ps1'
        Set-Content -LiteralPath $file -Value {
            param($module, $csv, $results, $compression)
            Import-Module $module
            $null = Connect-Rescale -Sandbox
            Invoke-RescalePipeline $csv $results -ExcludePattern *.rst -TarCompression $compression
        }
        Set-Fault $sandbox $rules.Send
        try {
            $start = [Diagnostics.ProcessStartInfo]::new('pwsh')
            foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $file, $ModulePath, $csv, $results, $Compression) { $start.ArgumentList.Add($argument) }
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $process = [Diagnostics.Process]::Start($start)
            try { Wait-Until { (Get-Begun $run).BytesDone -gt 0 -or $process.HasExited } 'something has arrived' }
            finally { if (-not $process.HasExited) { $process.Kill() } else { throw $process.StandardError.ReadToEnd() + $process.StandardOutput.ReadToEnd() }; $process.WaitForExit() }
        }
        finally { Clear-Fault $sandbox }
        $begun = Get-Begun $run
        $begun.Status, ($null -ne $begun.Size) | Should -Be 'Resumable', ($Compression -eq 'None')
        "$($begun | Format-Table | Out-String -Width 300)" | Should -Match ($Compression -eq 'None' ? 'Resumable .*\d+ % of \d' : 'Resumable .*\d MB of \?')
        { $begun | Resume-RescaleTransfer -ErrorAction Stop } | Should -Throw '*archive*' -ErrorId 'TransferNotResumable,*'
        $output = Invoke-RescalePipeline $csv $results -ExcludePattern *.rst -TarCompression $Compression -PollIntervalSeconds 1 -Verbose 4>&1
        "$($output | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] })" | Should -Match ($Compression -eq 'None' ? 'continues at [\d.]+ MB of \d' : 'continues at [\d.]+ MB\.')
        $result = $output | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
        $result.Succeeded | Should -BeTrue
        Get-Content -LiteralPath (Join-Path $result.Destination 'listing.md') | Should -Be 'mesh.bin'
    }
}
