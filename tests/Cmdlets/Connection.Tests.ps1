BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    # Test files share one runspace.
    Disconnect-Rescale -All
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder
    $key = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
}

AfterAll {
    Disconnect-Rescale -All
    Stop-TestSandbox $sandbox
}

Describe 'A sandbox' {
    It 'is an object that shows where it is and hides its key' {
        $sandbox.PSTypeNames[0] | Should -Be 'RescaleInterlink.Sandbox'
        $sandbox.ApiUrl.IsLoopback | Should -BeTrue
        $sandbox.S3Endpoint.IsLoopback | Should -BeTrue
        $sandbox.ApiKey | Should -BeOfType securestring
        Get-Process -Id $sandbox.ProcessId | Should -Not -BeNullOrEmpty
        $sandbox.Path | Should -Be (Join-Path $folder 'sandbox')
        "$($sandbox | Format-List * | Out-String)$($sandbox | Format-Table | Out-String)$sandbox" | Should -Not -Match ([regex]::Escape($key))
    }

    It 'is started once on one folder' {
        (Start-RescaleSandbox -Path $sandbox.Path).ProcessId | Should -Be $sandbox.ProcessId
    }

    It 'is not on its own command line, its key I mean' -Skip:(-not $IsLinux) {
        Get-Content -Raw "/proc/$($sandbox.ProcessId)/cmdline" | Should -Not -Match ([regex]::Escape($key))
    }

    It 'with -WhatIf is not started' {
        $other = Join-Path $folder 'never'
        Start-RescaleSandbox -Path $other -WhatIf | Should -BeNullOrEmpty
        Test-Path $other | Should -BeFalse
    }

    It 'can be an Azure account, says so, and is not taken for an S3 one' {
        if (-not (Get-Command azurite-blob -CommandType Application -ErrorAction Ignore)) { Set-ItResult -Skipped -Because 'Azurite is not installed'; return }
        $azure = Start-RescaleSandbox -Path (Join-Path $folder 'azure') -StorageType Azure
        try {
            "$($azure.StorageType)" | Should -Be 'Azure'
            $azure.AzureEndpoint.IsLoopback | Should -BeTrue
            { Start-RescaleSandbox -Path $azure.Path -StorageType S3 } | Should -Throw -ErrorId 'SandboxStartFailed,*'
            (Start-RescaleSandbox -Path $azure.Path).ProcessId | Should -Be $azure.ProcessId
        }
        finally { $azure | Stop-RescaleSandbox }
        "$($sandbox.StorageType)" | Should -Be $TestStorage
        if ($TestStorage -eq 'S3') { $sandbox.AzureEndpoint | Should -BeNullOrEmpty }
    }

    It 'as an Azure account without Azurite is one error that says how to get it' -Skip:(-not $IsLinux) {
        $dotnet = Get-Item -LiteralPath (Get-Command dotnet -CommandType Application | Select-Object -First 1).Source
        $before = $env:PATH, $env:DOTNET_ROOT
        $env:DOTNET_ROOT = Split-Path ($dotnet.ResolveLinkTarget($true) ?? $dotnet).FullName
        $env:PATH = Join-Path $folder 'nothing here'
        try { Start-RescaleSandbox -Path (Join-Path $folder 'no azure') -StorageType Azure -ErrorVariable failed -ErrorAction SilentlyContinue }
        catch { $failed = $_ }
        finally { $env:PATH, $env:DOTNET_ROOT = $before }
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SandboxAzuriteMissing,*'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'npm install -g azurite'
    }

    It 'outlives the PowerShell that started it, keeps its address and key, and is found again' {
        $path = Join-Path $folder 'second'
        $first = Invoke-Fresh {
            Import-Module $args[0]
            $s = Start-RescaleSandbox -Path $args[1]
            "$($s.ProcessId) $($s.ApiUrl) $([Net.NetworkCredential]::new('', $s.ApiKey).Password)"
        } @($ModulePath, $path)
        $number, $url, $secondKey = $first -split ' '
        try {
            Get-Process -Id $number | Should -Not -BeNullOrEmpty
            { Connect-Rescale -Sandbox } | Should -Throw -ErrorId 'SandboxAmbiguous,*'
            try { Connect-Rescale -Sandbox } catch { $message = "$_" }
            $message | Should -Match ([regex]::Escape($url.TrimEnd('/')))
            $message | Should -Match ([regex]::Escape($sandbox.Path))
            $message | Should -Not -Match ([regex]::Escape($secondKey))
        }
        finally { Stop-RescaleSandbox -Path $path }
        Wait-Until { -not (Get-Process -Id $number -ErrorAction Ignore) } 'the process ended'
        $again = Start-RescaleSandbox -Path $path
        try {
            "$($again.ApiUrl)" | Should -Be $url
            [Net.NetworkCredential]::new('', $again.ApiKey).Password | Should -Be $secondKey
        }
        finally { $again | Stop-RescaleSandbox }
    }

    It 'that does not run cannot be stopped, in words' {
        Stop-RescaleSandbox -Path (Join-Path $folder 'nothing') -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -Be 'SandboxNotRunning,RescaleInterlink.PowerShell.Commands.StopRescaleSandboxCommand'
        "$failed" | Should -Match ([regex]::Escape($sandbox.Path))
    }

    It 'speaks https with a certificate of its own' {
        $secure = Start-RescaleSandbox -Path (Join-Path $folder 'secure') -Https
        try {
            $secure.ApiUrl.Scheme | Should -Be 'https'
            { Connect-Rescale -ApiUrl $secure.ApiUrl -ApiKey $secure.ApiKey } | Should -Throw -ErrorId 'CertificateRejected,*'
            $connection = $secure | Connect-Rescale
            $file = New-RandomFile (Join-Path $folder 'over https.bin') 100000
            $sent = Send-RescaleFile -LiteralPath $file -Connection $connection
            ($sent | Receive-RescaleFile -Destination (Join-Path $folder 'https') -Connection $connection).Sha512 | Should -Be (Get-Sha512 $file)
            $connection | Disconnect-Rescale
        }
        finally { $secure | Stop-RescaleSandbox }
    }
}

Describe 'Connect-Rescale' {
    AfterEach { Disconnect-Rescale }

    It 'binds the sandbox by property name and becomes the connection of the runspace' {
        $connection = $sandbox | Connect-Rescale
        $connection.PSTypeNames[0] | Should -Be 'RescaleInterlink.Connection'
        $connection.Email | Should -Not -BeNullOrEmpty
        (Get-RescaleConnection).Id | Should -Be $connection.Id
        { Get-RescaleJob } | Should -Not -Throw
        $connection | Format-List * | Out-String | Should -Not -Match ([regex]::Escape($key))
    }

    It 'takes address and key by hand' {
        (Connect-Rescale -ApiUrl "$($sandbox.ApiUrl)" -ApiKey $sandbox.ApiKey).ApiUrl | Should -Be $sandbox.ApiUrl
    }

    It '-Sandbox takes the one that is running' { (Connect-Rescale -Sandbox).ApiUrl | Should -Be $sandbox.ApiUrl }

    It '-Sandbox with none running is one clear error' {
        $result = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[1]
            Import-Module $args[0]
            try { Connect-Rescale -Sandbox } catch { $_.FullyQualifiedErrorId; $_.ErrorDetails.RecommendedAction }
        } @($ModulePath, (Join-Path $folder 'empty'))
        $result[0] | Should -Be 'SandboxNotRunning,RescaleInterlink.PowerShell.Commands.ConnectRescaleCommand'
        $result[1] | Should -Match 'Start-RescaleSandbox'
    }

    It 'with a wrong key is one clear error without the key' {
        $wrong = 'fedcba9876543210fedcba9876543210fedcba98'
        try { Connect-Rescale -ApiUrl "$($sandbox.ApiUrl)" -ApiKey (ConvertTo-SecureString -AsPlainText -Force $wrong); throw 'connected' }
        catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'ApiKeyRejected,RescaleInterlink.PowerShell.Commands.ConnectRescaleCommand'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$($record | Format-List * -Force | Out-String)$($record.Exception)" | Should -Not -Match $wrong
        Get-RescaleConnection | Should -BeNullOrEmpty
    }

    It 'with an unreachable host is one clear error' {
        $stopped = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $stopped.Start(); $port = $stopped.LocalEndpoint.Port; $stopped.Stop()
        { Connect-Rescale -ApiUrl "http://127.0.0.1:$port" -ApiKey $sandbox.ApiKey } | Should -Throw -ErrorId 'PlatformUnreachable,*'
    }

    It 'refuses <Url>' -ForEach @(
        @{ Url = 'https://example.com' }, @{ Url = 'http://platform.rescale.com' }, @{ Url = 'https://platform.rescale.com.example.com' }
        @{ Url = 'https://platform.rescale.com:8443' }, @{ Url = 'http://192.0.2.1:80' }
    ) {
        { Connect-Rescale -ApiUrl $Url -ApiKey $sandbox.ApiKey } | Should -Throw -ErrorId 'PlatformNotAllowed,*'
    }
}

Describe 'A connection' {
    It 'that was closed says so' {
        $connection = $sandbox | Connect-Rescale
        $connection | Disconnect-Rescale
        Disconnect-Rescale
        $connection.IsOpen | Should -BeFalse
        Get-RescaleConnection | Should -BeNullOrEmpty
        { Get-RescaleJob -Connection $connection } | Should -Throw -ErrorId 'NotConnected,*'
    }

    It 'belongs to its runspace, and can be handed to others' {
        $connection = $sandbox | Connect-Rescale
        $path = $ModulePath
        $seen = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:path
            $own = Get-RescaleConnection
            $jobs = @(Get-RescaleJob -Connection $using:connection)
            "$($null -eq $own) $($jobs.Count -ge 0)"
        }
        $seen | Should -Be (@('True True') * 4)
        Disconnect-Rescale
    }

    It 'is forgotten when the module is removed' {
        $result = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[1]
            Import-Module $args[0]
            $connection = Connect-Rescale -Sandbox
            Remove-Module RescaleInterlink
            $connection.IsOpen
            Import-Module $args[0]
            $null -eq (Get-RescaleConnection)
        } @($ModulePath, $env:RESCALE_STATE_HOME)
        $result | Should -Be 'False', 'True'
    }
}

Describe 'Several connections' {
    AfterEach { Disconnect-Rescale -All }

    It 'have names, and one of them is the default' {
        $first = $sandbox | Connect-Rescale -Name work
        $second = $sandbox | Connect-Rescale
        $third = $sandbox | Connect-Rescale -Name aside -NoDefault
        $second.Name | Should -Match '^Rescale\d+$'
        (Get-RescaleConnection).Name | Should -Be $second.Name, 'work', 'aside'
        (Get-RescaleConnection).IsDefault | Should -Be $true, $false, $false
        (Get-RescaleConnection -Default).Id | Should -Be $second.Id
        (Get-RescaleConnection w*).Id | Should -Be $first.Id
        { Get-RescaleJob -Connection aside } | Should -Not -Throw
        { Get-RescaleJob -Connection none } | Should -Throw "*named 'none'*"
        { Get-RescaleJob -Connection (Get-RescaleConnection) } | Should -Throw '*3 connections*'
        $line = 'Get-RescaleJob -Connection '
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Be 'work', $second.Name, 'aside'
        (Connect-Rescale -Connection work).IsDefault | Should -BeTrue
        $second.IsDefault | Should -BeFalse
        $third.IsOpen | Should -BeTrue
    }

    It 'under one name are one: the earlier is closed when the later stands' {
        $first = $sandbox | Connect-Rescale -Name work
        { Connect-Rescale -ApiUrl $sandbox.ApiUrl -ApiKey (ConvertTo-SecureString -AsPlainText -Force wrong) -Name work } | Should -Throw
        $first.IsOpen | Should -BeTrue
        $second = $sandbox | Connect-Rescale -Name WORK -NoDefault
        $first.IsOpen | Should -BeFalse
        (Get-RescaleConnection -Default).Id | Should -Be $second.Id
    }

    It 'with a name that one of another runspace has leaves that one open' {
        $shell = [powershell]::Create()
        try {
            $foreign = $shell.AddScript('param($module, $sandbox) Import-Module $module; Connect-Rescale -ApiUrl $sandbox.ApiUrl -ApiKey $sandbox.ApiKey -Name work').AddArgument($ModulePath).AddArgument($sandbox).Invoke()[0]
            $null = Connect-Rescale -Connection $foreign
            $own = $sandbox | Connect-Rescale -Name work
            $foreign.IsOpen | Should -BeTrue
            (Get-RescaleUser -Connection $foreign).Email | Should -Not -BeNullOrEmpty
            (Get-RescaleConnection | Where-Object Name -EQ work).Id | Should -Be $own.Id
        }
        finally { $shell.Dispose() }
    }

    It 'are closed one by one; none takes the place of the default' {
        $first = $sandbox | Connect-Rescale -Name a
        $second = $sandbox | Connect-Rescale -Name b
        Disconnect-Rescale
        $second.IsOpen | Should -BeFalse
        { Get-RescaleJob } | Should -Throw -ErrorId 'NotConnected,*'
        Disconnect-Rescale a
        $first.IsOpen | Should -BeFalse
        Get-RescaleConnection | Should -BeNullOrEmpty
        { Connect-Rescale -Connection $first } | Should -Throw -ErrorId 'NotConnected,*'
    }

    It 'of another runspace can be its default, and stay open when the module goes' {
        $connection = $sandbox | Connect-Rescale
        $path = $ModulePath
        $seen = 1..2 | ForEach-Object -Parallel {
            Import-Module $using:path
            $null = Connect-Rescale -Connection $using:connection
            @(Get-RescaleJob).Count -ge 0
            Remove-Module RescaleInterlink
        }
        $seen | Should -Be $true, $true
        $connection.IsOpen | Should -BeTrue
    }
}

Describe 'Every cmdlet' {
    It 'takes -Connection, unless it is for this machine only' {
        $local = 'Export-RescaleJobScript', 'Export-RescaleJobSpec', 'Find-RescaleJobInput', 'Get-RescaleConfiguration', 'Get-RescaleConnection', 'Get-RescalePipelineState', 'Import-RescaleJobScript', 'Import-RescaleJobSpec',
            'Initialize-RescaleConfiguration', 'New-RescaleJobTable', 'Remove-RescaleCredential', 'Save-RescaleCredential', 'Set-RescaleConfiguration',
            'Start-RescaleSandbox', 'Stop-RescaleSandbox', 'Test-RescaleCommandPattern'
        (Get-Command -Module RescaleInterlink | Where-Object { -not $_.Parameters.ContainsKey('Connection') }).Name | Sort-Object | Should -Be $local
    }
}

Describe 'Test-RescaleConnection' {
    AfterEach { Disconnect-Rescale -All }

    It 'tells of a good one, and leaves none behind' {
        $result = $sandbox | Test-RescaleConnection
        $result.PSTypeNames[0] | Should -Be 'RescaleInterlink.ConnectionTest'
        $result.Reachable, $result.Authenticated | Should -Be $true, $true
        $result.ApiUrl | Should -Be $sandbox.ApiUrl
        $result.User | Should -Not -BeNullOrEmpty
        $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
        $result.ErrorId, $result.Message | Should -Be $null, $null
        Get-RescaleConnection | Should -BeNullOrEmpty
        Test-RescaleConnection -Sandbox -Quiet | Should -Be $true
        $result | Format-Table | Out-String | Should -Match ([regex]::Escape($result.User))
    }

    It 'tells of a wrong key, an address that is none and a host that is away, without an error' {
        $wrong = ConvertTo-SecureString -AsPlainText -Force 'fedcba9876543210fedcba9876543210fedcba98'
        $result = Test-RescaleConnection $sandbox.ApiUrl $wrong -ErrorVariable failed
        $result.Reachable, $result.Authenticated, $result.ErrorId | Should -Be $true, $false, 'ApiKeyRejected'
        $result.RecommendedAction | Should -Not -BeNullOrEmpty
        $result | Format-List * | Out-String | Should -Not -Match 'fedcba'

        $result = Test-RescaleConnection https://example.com $wrong -ErrorVariable +failed
        $result.Reachable, $result.ApiUrl, $result.ErrorId | Should -Be $null, $null, 'PlatformNotAllowed'

        $stopped = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $stopped.Start(); $port = $stopped.LocalEndpoint.Port; $stopped.Stop()
        $result = Test-RescaleConnection "http://127.0.0.1:$port" $wrong -ErrorVariable +failed
        $result.Reachable, $result.Authenticated, $result.ErrorId | Should -Be $false, $false, 'PlatformUnreachable'
        Test-RescaleConnection "http://127.0.0.1:$port" $wrong -Quiet -ErrorVariable +failed | Should -Be $false

        $result = Test-RescaleConnection $sandbox.ApiUrl -ErrorVariable +failed
        $result.Reachable, $result.Authenticated, $result.ErrorId | Should -Be $null, $false, 'ApiKeyMissing'
        $failed | Should -BeNullOrEmpty
    }

    It 'tests the connection that is there, by default the default one' {
        $connection = $sandbox | Connect-Rescale -Name work
        (Test-RescaleConnection).KeySource | Should -Be '-ApiKey'
        $connection | Test-RescaleConnection -Quiet | Should -Be $true
        Test-RescaleConnection -Connection work -Quiet | Should -Be $true
        $connection | Disconnect-Rescale
        (Test-RescaleConnection -Connection $connection).ErrorId | Should -Be 'NotConnected'
    }
}

Describe 'Get-RescaleUser' {
    It 'shows the profile, the storage and the folders, and no secret' {
        $connection = $sandbox | Connect-Rescale
        try {
            $user = Get-RescaleUser
            $user.PSTypeNames[0] | Should -Be 'RescaleInterlink.User'
            $user.Email | Should -Be $connection.Email
            $user.StorageType | Should -Be $connection.StorageType
            $user.StorageContainer, $user.LibraryFolderId, $user.JobsFolderId | Should -Not -BeNullOrEmpty
            $user | Format-List * | Out-String | Should -Not -Match ([regex]::Escape($key))
        }
        finally { $connection | Disconnect-Rescale }
        { Get-RescaleUser } | Should -Throw -ErrorId 'NotConnected,*'
    }
}

Describe 'What the configuration says of the work' {
    It 'holds for a command that is not told otherwise' {
        $before = $env:RESCALE_CONFIG_HOME
        $env:RESCALE_CONFIG_HOME = New-TestFolder
        try {
            Set-RescaleConfiguration -MaxConnections 2 -MaxBytesPerSecond 100KB
            $null = $sandbox | Connect-Rescale
            $file = New-RandomFile (Join-Path $folder 'limited.bin') 300KB
            # The rate is in the summary of the engine, which says what was waited for.
            $said = Send-RescaleFile -LiteralPath $file -Verbose 4>&1 | Out-String
            $said | Should -Match 'bandwidth'
            $said = Send-RescaleFile -LiteralPath $file -MaxBytesPerSecond 1GB -Verbose 4>&1 | Out-String
            $said | Should -Not -Match 'bandwidth'
        }
        finally {
            Disconnect-Rescale -All
            $env:RESCALE_CONFIG_HOME = $before
        }
    }
}
