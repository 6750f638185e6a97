# What the transfer commands share: how much they may use, and how they take more input than they can move.

BeforeDiscovery {
    $movers = 'Send-RescaleFile', 'Receive-RescaleFile', 'Send-RescaleFolder', 'Receive-RescaleFolder', 'Receive-RescaleJob', 'Resume-RescaleTransfer', 'Submit-RescaleJob' |
        ForEach-Object { @{ Command = $_ } }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

Describe 'The limits of <Command>' -ForEach $movers {
    It 'refuse <Name> <Value>' -ForEach @(
        @{ Name = 'ThrottleLimit'; Value = 0 }
        @{ Name = 'ThrottleLimit'; Value = 65 }
        @{ Name = 'MaxConnections'; Value = 0 }
        @{ Name = 'MaxConnections'; Value = 65 }
        @{ Name = 'MemoryLimit'; Value = 32MB - 1 }
        @{ Name = 'MaxBytesPerSecond'; Value = 1023 }
        @{ Name = 'MaxBytesPerSecond'; Value = -1 }
    ) {
        $limit = @{ $Name = $Value }
        # The first argument of each is a text; it is never looked at.
        { if ($Command -eq 'Submit-RescaleJob') { & $Command -JobId x @limit } else { & $Command x @limit } } |
            Should -Throw -ErrorId 'ParameterArgumentValidationError*' -ExceptionType ([Management.Automation.ParameterBindingException])
    }

    It 'have a parameter each, and -Conn is the connection' {
        $parameters = (Get-Command $Command).Parameters
        'ThrottleLimit', 'MaxConnections', 'MemoryLimit', 'MaxBytesPerSecond' | ForEach-Object { $parameters.Keys | Should -Contain $_ }
        (Get-Command $Command).ResolveParameter('Conn').Name | Should -Be 'Connection'
    }
}

Describe 'A transfer within limits' {
    It '<Name> <Value>' -ForEach @(
        @{ Name = 'MaxConnections'; Value = 1 }
        @{ Name = 'MaxConnections'; Value = 64 }
        @{ Name = 'MemoryLimit'; Value = 32MB }
        @{ Name = 'MaxBytesPerSecond'; Value = 200MB }
        @{ Name = 'ThrottleLimit'; Value = 64 }
    ) {
        $source = New-RandomFile (Join-Path $folder 'limited.bin') (16MB + 5)
        $limit = @{ $Name = $Value }
        $received = Send-RescaleFile $source @limit | Receive-RescaleFile -Destination (Join-Path $folder "$Name $Value") @limit
        $received.Integrity | Should -Be 'Verified'
        Get-Sha512 $received.Path | Should -Be (Get-Sha512 $source)
    }

    It '-MaxConnections is what -Verbose tells of' {
        $source = New-RandomFile (Join-Path $folder 'counted.bin') 64MB
        $told = Send-RescaleFile $source -MaxConnections 2 -Verbose 4>&1
        "$told" | Should -Match 'with at most [12] connection\(s\)'
    }
}

Describe 'Input that is longer than the queue' {
    BeforeAll {
        $many = (New-Item -ItemType Directory (Join-Path $folder 'many')).FullName
        1..3000 | ForEach-Object { [IO.File]::WriteAllText((Join-Path $many "$_.txt"), "$_") }
    }

    It 'is taken no faster than it moves, and a stop returns while it waits' {
        $taken = [int[]]::new(1)
        Set-Fault $sandbox @{ target = 'storage'; method = 'PUT'; fault = 'stall' }
        try {
            # 1,000 files may be queued; the next one waits, and with it the command before it in the pipeline.
            $stop = Invoke-Stopped -Variables @{ connection = $connection; many = $many; taken = $taken } -Ready { $taken[0] -gt 1000 } -Script {
                1..3000 | ForEach-Object { $taken[0]++; Join-Path $many "$_.txt" } | Send-RescaleFile -Connection $connection
            }
        }
        finally { Clear-Fault $sandbox }
        $stop.State | Should -Be 'Stopped'
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
        $taken[0] | Should -Be 1001
    }
}
