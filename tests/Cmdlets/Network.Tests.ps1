BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $folder = New-TestFolder
}

Describe 'Test-RescaleFips' {
    It 'reports on the machine alone, without a connection' {
        $report = Test-RescaleFips
        $report.PSTypeNames[0] | Should -Be 'RescaleInterlink.FipsReport'
        $report.Source | Should -Not -BeNullOrEmpty
        $report.ApiUrl | Should -BeNullOrEmpty
        $report.IsCompliant | Should -BeTrue
        $report.Findings.Count | Should -BeGreaterThan 1
        if ($IsLinux -and (Test-Path /proc/sys/crypto/fips_enabled)) { $report.FipsMode | Should -Be ((Get-Content /proc/sys/crypto/fips_enabled) -eq '1') }
    }

    It 'says that <_> is a restricted platform' -ForEach 'https://itar.rescale.com', 'itar.rescale-gov.com' {
        $report = Test-RescaleFips -ApiUrl $_
        $report.IsRestrictedPlatform | Should -BeTrue
        $report.UsesFipsStorageEndpoints | Should -BeTrue
        $report.IsCompliant | Should -Be ($report.FipsMode -eq $true)
        if (-not $report.FipsMode) { $report.Findings | Should -Contain ($report.Findings -match '^Warning: .*FIPS mode')[0] }
    }

    It 'and that the others are not' {
        $report = [pscustomobject]@{ ApiUrl = 'https://eu.rescale.com' } | Test-RescaleFips
        $report.IsRestrictedPlatform, $report.UsesFipsStorageEndpoints, $report.IsCompliant | Should -Be $false, $false, $true
    }

    It 'knows the variable of the Go tool' {
        $env:RESCALE_ALLOW_NON_FIPS = 'true'
        try { (Test-RescaleFips -ApiUrl https://itar.rescale.com).DeviationsAllowed | Should -BeTrue }
        finally { $env:RESCALE_ALLOW_NON_FIPS = $null }
        (Test-RescaleFips).DeviationsAllowed | Should -BeFalse
    }

    It 'is what Connect-Rescale warns by' {
        if ((Test-RescaleFips).FipsMode) { Set-ItResult -Skipped -Because 'this machine is in FIPS mode, where there is nothing to warn of'; return }
        # A proxy that is not there keeps the call on this machine.
        $arguments = @{ ApiUrl = 'https://itar.rescale-gov.com'; ApiKey = ConvertTo-SecureString -AsPlainText -Force 'k'; ProxyMode = 'Basic'; ProxyHost = '127.0.0.1'; ProxyPort = 1 }
        try { Connect-Rescale @arguments -WarningVariable warnings -WarningAction SilentlyContinue } catch { $failed = $_ }
        $failed.FullyQualifiedErrorId | Should -BeLike 'ProxyUnreachable,*'
        @($warnings -match 'FIPS mode').Count | Should -Be 1
        $env:RESCALE_ALLOW_NON_FIPS = 'true'
        try { Connect-Rescale @arguments -WarningVariable warnings -WarningAction SilentlyContinue } catch { $null = $_ } finally { $env:RESCALE_ALLOW_NON_FIPS = $null }
        @($warnings -match 'FIPS').Count | Should -Be 0
    }

    It 'refuses a host that is no platform' {
        { Test-RescaleFips -ApiUrl https://evil.example -ErrorAction Stop } | Should -Throw -ErrorId 'PlatformNotAllowed,*'
    }

    It 'has a view of its own' {
        Test-RescaleFips | Out-String | Should -Match 'Findings\s+: Information'
    }
}

Describe 'A root of the system' {
    It 'is believed without -CertificatePath' -Skip:(-not $IsLinux) {
        $sandbox = Start-TestSandbox $folder @{ Https = $true }
        try {
            $key = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
            $script = {
                Import-Module $args[0]
                $key = ConvertTo-SecureString -AsPlainText -Force ([Console]::In.ReadLine())
                try { (Connect-Rescale -ApiUrl $args[1] -ApiKey $key).IsOpen } catch { $_.FullyQualifiedErrorId }
            }
            $file = Join-Path $folder 'connect.ps1'
            Set-Content -LiteralPath $file -Value "$script"
            $key | & ([Environment]::ProcessPath) -NoProfile -File $file $ModulePath $sandbox.ApiUrl.AbsoluteUri | Should -BeLike 'CertificateRejected,*'
            $env:SSL_CERT_FILE = $sandbox.CertificatePath
            try { $key | & ([Environment]::ProcessPath) -NoProfile -File $file $ModulePath $sandbox.ApiUrl.AbsoluteUri | Should -Be 'True' }
            finally { $env:SSL_CERT_FILE = $null }
        }
        finally { Stop-TestSandbox $sandbox }
    }
}

Describe 'A proxy' {
    BeforeAll {
        # Squid as tests/servers starts it; it ends when its standard input does.
        function Start-Squid {
            param([string] $Mode)
            $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $RepositoryRoot 'tests' 'servers' 'squid.sh'), $Mode)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            $process = [Diagnostics.Process]::Start($start)
            $line = $process.StandardOutput.ReadLine()
            if ($line -notlike 'http*') { return @{ Missing = $line } }
            $address, $log = $line -split ' ', 2
            @{ Process = $process; Url = [uri] $address; Log = $log }
        }
        function Stop-Squid { param($Squid) if ($Squid.Process) { $Squid.Process.StandardInput.Close(); $Squid.Process.WaitForExit() } }
        $sandbox = Start-TestSandbox (New-TestFolder) @{ Https = $true }
    }

    AfterAll { Stop-TestSandbox $sandbox }

    It 'with <Mode> takes API and storage' -ForEach @(
        @{ Mode = 'Basic'; User = 'puser'; Password = 'ppass' }
        @{ Mode = 'Ntlm'; User = 'root'; Password = 'hunter2' }
    ) {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'squid.sh needs a Unix shell'; return }
        $squid = Start-Squid $Mode.ToLowerInvariant()
        try {
            if ($squid.Missing) { Set-ItResult -Skipped -Because $squid.Missing; return }
            $proxy = @{
                ProxyMode = $Mode; ProxyHost = $squid.Url.Host; ProxyPort = $squid.Url.Port
                ProxyCredential = [pscredential]::new($User, (ConvertTo-SecureString $Password -AsPlainText -Force))
            }
            $connection = $sandbox | Connect-Rescale @proxy -ProxyWarmUp -NoDefault
            $source = New-RandomFile (Join-Path (New-TestFolder) 'a.bin') 3MB
            $sent = Get-Item -LiteralPath $source | Send-RescaleFile -Connection $connection
            $received = $sent | Receive-RescaleFile -Destination (New-TestFolder) -Connection $connection
            Get-Sha512 $received.Path | Should -Be (Get-Sha512 $source)
            (Test-RescaleFips -Connection $connection).ProxyMode | Should -Be $Mode
            Disconnect-Rescale -Connection $connection
            Wait-Until { (Get-Content -LiteralPath $squid.Log) -match "CONNECT 127.0.0.1:$($sandbox.ApiUrl.Port) " } 'the proxy has written down the tunnel to the API'

            $proxy.ProxyCredential = [pscredential]::new($User, (ConvertTo-SecureString 'not-the-password' -AsPlainText -Force))
            { $sandbox | Connect-Rescale @proxy -NoDefault -ErrorAction Stop } | Should -Throw -ErrorId 'ProxyAuthenticationRequired,*'
            $Error[0].ErrorDetails.RecommendedAction | Should -Match 'ProxyCredential'
            "$($Error[0] | Format-List * -Force | Out-String)" | Should -Not -Match 'not-the-password'
            $result = $sandbox | Test-RescaleConnection @proxy
            $result.Reachable, $result.Authenticated, $result.ErrorId | Should -Be $false, $false, 'ProxyAuthenticationRequired'
        }
        finally { Stop-Squid $squid }
    }

    It 'that is not there is one error that names it' {
        { $sandbox | Connect-Rescale -ProxyMode Basic -ProxyHost 127.0.0.1 -ProxyPort 1 -NoDefault -ErrorAction Stop } | Should -Throw -ErrorId 'ProxyUnreachable,*'
        $Error[0].Exception.Message | Should -Match '127\.0\.0\.1:1 cannot be reached'
    }

    It 'is not asked for hosts of -NoProxy' {
        $connection = $sandbox | Connect-Rescale -ProxyMode Basic -ProxyHost 127.0.0.1 -ProxyPort 1 -NoProxy other.test, 127.0.0.0/8 -NoDefault
        $connection.IsOpen | Should -BeTrue
        Disconnect-Rescale -Connection $connection
    }

    It 'switches .NET''s own NTLM on for the process only when NTLM is asked for' -Skip:(-not $IsLinux) {
        if (Get-ChildItem /etc/gss/mech.d -Filter *ntlmssp* -ErrorAction Ignore) { Set-ItResult -Skipped -Because 'gss-ntlmssp is installed'; return }
        $states = Invoke-Fresh {
            Import-Module $args[0]
            foreach ($mode in 'Basic', 'Ntlm') {
                $key = ConvertTo-SecureString -AsPlainText -Force 'k'
                try { Connect-Rescale -ApiUrl http://127.0.0.1:1 -ApiKey $key -ProxyMode $mode -ProxyHost 127.0.0.1 -ProxyPort 1 } catch { $null = $_ }
                $on = $false
                $null = [AppContext]::TryGetSwitch('System.Net.Security.UseManagedNtlm', [ref] $on)
                "$mode $on"
            }
        } @($ModulePath)
        $states | Should -Be 'Basic False', 'Ntlm True'
    }

    It 'that is described badly is refused: <Because>' -ForEach @(
        @{ Because = 'no host'; Arguments = @{ ProxyMode = 'Ntlm' } }
        @{ Because = 'a scheme in the host'; Arguments = @{ ProxyMode = 'Basic'; ProxyHost = 'http://proxy' } }
        @{ Because = 'nobody names one'; Arguments = @{ ProxyPort = 3128 } }
        @{ Because = 'Basic cannot do that'; Arguments = @{ ProxyMode = 'Basic'; ProxyHost = 'p'; ProxyUseDefaultCredentials = $true } }
    ) {
        { $sandbox | Connect-Rescale @Arguments -NoDefault -ErrorAction Stop } | Should -Throw -ErrorId 'ProxyInvalid,*'
    }
}
