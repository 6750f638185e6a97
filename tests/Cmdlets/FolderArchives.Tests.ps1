# Folders that travel as one file.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession

    function New-Case {
        param([string] $Name, [int] $Files = 2)
        $place = (New-Item -ItemType Directory (Join-Path $folder $Name 'sub')).FullName
        foreach ($i in 1..$Files) { [IO.File]::WriteAllText((Join-Path $place "$i.txt"), "$i") }
        [IO.File]::WriteAllText((Join-Path $folder $Name 'old.rst'), 'old')
        Join-Path $folder $Name
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Send-RescaleFolder -AsArchive' {
    It 'sends a folder as one file, which unpacks to what it was' {
        $case = New-Case 'case [1] ü'
        $sent = Send-RescaleFolder -LiteralPath $case -AsArchive -Tag packed
        $sent.PSTypeNames[0] | Should -Be 'RescaleInterlink.SentFile'
        $sent.Name | Should -Match '_case \[1\] ü_[0-9a-f]{8}\.tar$'
        ($sent.Status, $sent.FullName) | Should -Be 'Completed', $case
        (Get-RescaleFileTag -FileId $sent.Id).Tag | Should -Be 'packed'
        $down = Join-Path $folder 'down 1'
        $received = $sent | Receive-RescaleFile -Destination $down
        & tar -xf $received.FullName -C $down
        Get-Content -LiteralPath (Join-Path $down 'case [1] ü' 'sub' '2.txt') | Should -Be '2'
        Get-Content -LiteralPath (Join-Path $down 'case [1] ü' 'old.rst') | Should -Be 'old'
    }

    It 'chooses, flattens, compresses and names what it sends' {
        $case = New-Case chosen
        $sent = Send-RescaleFolder $case -AsArchive -TarCompression Gzip -ExcludePattern *.rst -FlattenTar -Name 'my case.tar.gz'
        $sent.Name | Should -Be 'my case.tar.gz'
        $received = $sent | Receive-RescaleFile -Destination (Join-Path $folder 'down 2')
        & tar -tzf $received.FullName | Should -Be '1.txt', '2.txt'
    }

    It 'treats a name that is taken as Send-RescaleFile does' {
        $case = New-Case taken
        $first = Send-RescaleFolder $case -AsArchive
        (Send-RescaleFolder $case -AsArchive).Id | Should -Not -Be $first.Id
        $skipped = Send-RescaleFolder $case -AsArchive -Conflict Skip
        ($skipped.Status, $skipped.Name) | Should -Be 'Skipped', $first.Name
        { Send-RescaleFolder $case -AsArchive -Conflict Error -ErrorAction Stop } | Should -Throw -ErrorId 'FileAlreadyExists,*'
        { Send-RescaleFolder $case -AsArchive -Conflict Overwrite -ErrorAction Stop } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It 'refuses options of the other kind of sending' {
        $case = New-Case refused
        { Send-RescaleFolder $case -AsArchive -Include *.txt } | Should -Throw '*-Include*with -AsArchive*' -ErrorId 'TransferOptionInvalid,*'
        { Send-RescaleFolder $case -Name x -FlattenTar } | Should -Throw '*-Name, -FlattenTar*without -AsArchive*' -ErrorId 'TransferOptionInvalid,*'
    }

    It 'one bad folder is one error record, and the others are sent' {
        $good = New-Case good
        $sent = $good, (Join-Path $folder 'none') | Send-RescaleFolder -AsArchive -ErrorAction SilentlyContinue -ErrorVariable failed
        @($sent).Count | Should -Be 1
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
    }

    It 'shows files, bytes and the size of the archive with -WhatIf, and sends nothing' {
        $case = New-Case planned
        $before = @(Get-RescaleFile).Count
        $told = Join-Path $folder 'told.txt'
        Start-Transcript -LiteralPath $told -UseMinimalHeader | Out-Null
        try { Send-RescaleFolder $case -AsArchive -WhatIf } finally { Stop-Transcript | Out-Null }
        Get-Content -LiteralPath $told -Raw | Should -Match '3 files of 5 B, as .*_planned_[0-9a-f]{8}\.tar \([\d.]+ kB\)'
        @(Get-RescaleFile).Count | Should -Be $before
    }
}

Describe 'Send-RescaleFolder -WhatIf against the limits' {
    It 'tells how long many files take, and that an archive would not' {
        $case = New-Case many 400
        $place = New-TestFolder
        $homes = $env:RESCALE_STATE_HOME, $env:RESCALE_CONFIG_HOME
        $limited = Start-TestSandbox $place @{ RateLimitScale = 1 }
        try {
            $other = $limited | Connect-Rescale -Name limited -NoDefault
            Send-RescaleFolder $case -WhatIf -Connection $other -WarningVariable told -WarningAction SilentlyContinue
            "$told" | Should -Match 'these 40[0-9] take 0\.00:02:\d\d or longer\. With -AsArchive'
            Send-RescaleFolder $case -AsArchive -WhatIf -Connection $other -WarningVariable told -WarningAction SilentlyContinue
            $told | Should -BeNullOrEmpty
            $other | Disconnect-Rescale
        }
        finally {
            Stop-TestSandbox $limited
            # The other sandbox is found by its own.
            $env:RESCALE_STATE_HOME, $env:RESCALE_CONFIG_HOME = $homes
        }
    }
}
