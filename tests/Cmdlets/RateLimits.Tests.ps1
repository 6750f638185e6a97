# The platform's rate limits, with a sandbox that has them.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    function Get-Limit { param($Connection, [string] $Scope = 'user') Get-RescaleRateLimit -Connection $Connection | Where-Object Scope -EQ $Scope }
    function Get-Refused { param($Sandbox) (Invoke-SandboxControl $Sandbox Get limits).user.refused }
}

Describe 'Get-RescaleRateLimit' {
    BeforeAll {
        $folder = New-TestFolder
        $sandbox = Start-TestSandbox $folder @{ RateLimitScale = 1 }
        $connection = $sandbox | Connect-Rescale
    }

    AfterAll {
        $connection | Disconnect-Rescale
        Stop-TestSandbox $sandbox
    }

    It 'shows the three scopes with the limits of the platform' {
        $limits = Get-RescaleRateLimit
        $limits.Scope | Should -Be 'user', 'job-submission', 'jobs-usage'
        $limits.LimitPerHour | Should -Be 7200, 1000, 90000
        $limits.Burst | Should -Be 150, 50, 300
        $limits.RatePerSecond | Should -Be 1.7, 0.236, 21.25
        $limits[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.RateLimit'
        $limits.Mode | Should -Be 'Shared', 'Shared', 'Shared'
        $limits[0].CooldownUntil | Should -BeNullOrEmpty
        $limits | Format-Table | Out-String | Should -Match 'shared by'
    }

    It 'shows what calls have used, and uses nothing itself' {
        $before = (Get-Limit $connection).Tokens
        $before | Should -BeLessThan 150
        $watch = [Diagnostics.Stopwatch]::StartNew()
        1..20 | ForEach-Object { $null = Get-RescaleJob }
        $after = (Get-Limit $connection).Tokens
        # Some flow in while this runs.
        $after | Should -BeLessThan ($before - 15 + 1.7 * $watch.Elapsed.TotalSeconds)
        $granted = (Invoke-SandboxControl $sandbox Get limits).user.granted
        $null = Get-RescaleRateLimit
        (Invoke-SandboxControl $sandbox Get limits).user.granted | Should -Be $granted
    }

    It 'in another process shows the same budget, and both' {
        1..30 | ForEach-Object { $null = Get-RescaleJob }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $here = (Get-Limit $connection).Tokens
        $there, $processes = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[1]
            Import-Module $args[0]
            $null = Connect-Rescale -Sandbox
            $limit = Get-RescaleRateLimit | Where-Object Scope -EQ user
            [int][math]::Floor($limit.Tokens)
            $limit.Processes
        } @($ModulePath, $env:RESCALE_STATE_HOME)
        # Not a full burst: what was left, and what flowed in while the other one started.
        [int] $there | Should -BeLessThan ($here + 5 + 1.7 * $watch.Elapsed.TotalSeconds)
        $processes | Should -Be 2
    }

    It 'tells, with -Verbose, when calls begin to be held back' {
        $told = @()
        $all = 1..200 | ForEach-Object { if (-not $told) { $told = @(Get-RescaleJob -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -match 'limit of 7,200 calls an hour' }) } }
        $all | Should -BeNullOrEmpty
        $told | Should -HaveCount 1
        "$told" | Should -Match '1\.7 a second'
    }

    It 'without a connection is one clear error' {
        $connection | Disconnect-Rescale
        { Get-RescaleRateLimit } | Should -Throw -ErrorId 'NotConnected,*'
    }
}

Describe 'Eight runspaces on one connection' {
    BeforeAll {
        $folder = New-TestFolder
        $sandbox = Start-TestSandbox $folder @{ RateLimitScale = 50 }
        $connection = $sandbox | Connect-Rescale
    }

    AfterAll {
        $connection | Disconnect-Rescale
        Stop-TestSandbox $sandbox
    }

    It 'share one budget, and none of their calls is refused' {
        $path = $ModulePath
        $done = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:path
            1..40 | ForEach-Object { $null = Get-RescaleJob -Connection $using:connection; 1 }
        }
        $done | Should -HaveCount 320
        $counts = (Invoke-SandboxControl $sandbox Get limits).user
        $counts.refused | Should -Be 0
        $counts.granted | Should -Be 321
    }
}

Describe 'A state folder that cannot be used' {
    BeforeAll {
        $folder = New-TestFolder
        $sandbox = Start-TestSandbox $folder @{ RateLimitScale = 20 }
        # A file where the folder should be: not even root can write there.
        $before = $env:RESCALE_STATE_HOME
        $env:RESCALE_STATE_HOME = (New-Item -ItemType Directory (Join-Path $folder 'broken')).FullName
        Set-Content -LiteralPath (Join-Path $env:RESCALE_STATE_HOME 'limits') -Value 'in the way'
        $connection = $sandbox | Connect-Rescale -WarningAction SilentlyContinue
        $env:RESCALE_STATE_HOME = $before
    }

    AfterAll {
        $connection | Disconnect-Rescale
        Stop-TestSandbox $sandbox
    }

    It 'means the emergency rate, and one warning' {
        $warnings = @(1..4 | ForEach-Object { Get-RescaleJob -Connection $connection 3>&1 })
        $warnings | Should -HaveCount 1
        "$warnings" | Should -Match 'cannot be shared.*at most 5 calls a second'
        $limit = Get-Limit $connection
        $limit.Mode | Should -Be 'Emergency'
        $limit.RatePerSecond | Should -Be 5
        $limit.Problem | Should -Not -BeNullOrEmpty
        Get-Refused $sandbox | Should -Be 0
    }
}
