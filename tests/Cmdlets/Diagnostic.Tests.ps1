# Export-RescaleDiagnostic: what the report holds, and where it lies. That no secret is in it is tested with all other sinks, in Secrets.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Export-RescaleDiagnostic' {
    It 'writes a file that only its owner reads, in the state folder, and returns it' {
        Get-RescaleFile -Id nosuchfile -ErrorAction SilentlyContinue
        $file = Export-RescaleDiagnostic
        $file | Should -BeOfType IO.FileInfo
        $file.DirectoryName | Should -Be (Join-Path $env:RESCALE_STATE_HOME 'reports')
        $file.Name | Should -Match '^report-\d{4}-\d\d-\d\dT\d{6}\.json$'
        if (-not $IsWindows) { [int] $file.UnixFileMode | Should -Be ([Convert]::ToInt32('600', 8)) }
        $report = Get-Content -Raw -LiteralPath $file.FullName | ConvertFrom-Json
        $report.reportVersion | Should -Be '1.0'
        $report.mode | Should -Be 'powershell'
        $report.errorID | Should -Be 'FileNotFound'
        $report.category | Should -Be 'ObjectNotFound'
        $report.operation | Should -Be 'Get-RescaleFile'
        $report.backend | Should -Be 'api'
        $report.timeline[-1].statusCode | Should -Be 404
        $report.timeline[-1].recommendedAction | Should -Not -BeNullOrEmpty
        $report.platformURL | Should -Be "$($sandbox.ApiUrl)"
        $report.versions.powerShell | Should -Be "$($PSVersionTable.PSVersion)"
        $report.versions.module | Should -Be "$((Get-Module RescaleInterlink).Version)"
        $report.connections[0].rateLimits | Should -HaveCount 3
        $report.settings.'env:RESCALE_API_KEY' | Should -Be 'not set'
        'os', 'arch', 'appVersion', 'generatedAt', 'errorMessage', 'errorClass' | ForEach-Object { "$($report.$_)" | Should -Not -BeNullOrEmpty -Because $_ }
    }

    It 'works when the default connection was closed elsewhere' {
        $before = $connection
        $closed = Connect-Rescale -Sandbox
        $shell = [powershell]::Create()
        try { $null = $shell.AddScript('param($module, $c) Import-Module $module; Disconnect-Rescale -Connection $c').AddArgument($ModulePath).AddArgument($closed).Invoke() }
        finally { $shell.Dispose() }
        $closed.IsOpen | Should -BeFalse
        try { $file = Export-RescaleDiagnostic -Path (Join-Path $folder 'closed.json') } finally { $null = Connect-Rescale -Connection $before }
        Test-Path -LiteralPath $file.FullName | Should -BeTrue
    }

    It 'hides a password in the address of a proxy, with a scheme or without' {
        foreach ($value in 'alice:Winter2026@10.1.2.3:3128', 'alice:Winter2026@proxy.corp.com', 'CORP\alice:W!nter2026@proxy.corp.com:3128', 'http://alice:p#ss/Winter2026@10.1.2.3:3128') {
            $env:HTTP_PROXY = $env:HTTPS_PROXY = $value
            try { $file = Export-RescaleDiagnostic -Path (Join-Path $folder 'proxy.json') -Force } finally { $env:HTTP_PROXY = $env:HTTPS_PROXY = $null }
            Get-Content -Raw -LiteralPath $file.FullName | Should -Not -MatchExactly 'nter2026|alice|CORP'
            Get-Content -Raw -LiteralPath $file.FullName | Should -Match '\*\*\*@(10\.1|proxy)'
        }
    }

    It 'is about the error that is given, whatever command it came from' {
        try { Get-Item -LiteralPath (Join-Path $folder 'nothing here') } catch { $failed = $_ }
        $file = $failed | Export-RescaleDiagnostic -Path (Join-Path $folder 'own.json') -Note 'since Monday'
        $report = Get-Content -Raw -LiteralPath $file.FullName | ConvertFrom-Json
        $report.errorID | Should -Be 'PathNotFound'
        $report.operation | Should -Be 'Get-Item'
        $report.backend | Should -Be 'local'
        $report.userNote | Should -Be 'since Monday'
    }

    It 'tells no e-mail address and no home folder' {
        $file = Export-RescaleDiagnostic -Path (Join-Path $folder 'home.json') -Note "mail me at a.b@example.com, files are in $HOME/projects and /home/somebody/x"
        $report = Get-Content -Raw -LiteralPath $file.FullName | ConvertFrom-Json
        $report.userNote | Should -Be 'mail me at ***, files are in ~/projects and /home/~/x'
    }

    It 'takes a folder, replaces nothing without -Force, and does nothing with -WhatIf' {
        $place = (New-Item -ItemType Directory (Join-Path $folder 'reports [1]')).FullName
        (Export-RescaleDiagnostic -Path $place).DirectoryName | Should -Be $place
        $path = Join-Path $folder 'once.json'
        $null = Export-RescaleDiagnostic -Path $path
        { Export-RescaleDiagnostic -Path $path } | Should -Throw -ErrorId 'DestinationExists,*'
        { Export-RescaleDiagnostic -Path $path -Force } | Should -Not -Throw
        Export-RescaleDiagnostic -Path (Join-Path $folder 'never.json') -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath (Join-Path $folder 'never.json') | Should -BeFalse
    }

    It 'needs no connection' {
        $report = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[1]
            Import-Module $args[0]
            try { Get-RescaleJob } catch { $null = $_ }
            Get-Content -Raw -LiteralPath (Export-RescaleDiagnostic).FullName
        } @($ModulePath, (Join-Path $folder 'fresh state')) | Out-String | ConvertFrom-Json
        $report.connections | Should -BeNullOrEmpty
        $report.errorID | Should -Be 'NotConnected'
    }

    It 'a place that cannot be written is one clear error' {
        Set-Content -LiteralPath (Join-Path $folder 'file') -Value x
        { Export-RescaleDiagnostic -Path (Join-Path $folder 'file' 'report.json') } | Should -Throw -ErrorId 'DestinationUnwritable,*'
    }
}
