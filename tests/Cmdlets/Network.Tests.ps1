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
