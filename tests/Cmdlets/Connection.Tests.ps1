BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder
    $key = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
}

AfterAll { Stop-TestSandbox $sandbox }

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
        "$($sandbox.StorageType)" | Should -Be 'S3'
        $sandbox.AzureEndpoint | Should -BeNullOrEmpty
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
