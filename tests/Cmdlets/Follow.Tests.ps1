BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    # Temporary files are looked for below, and only those of these tests are meant.
    $temporary = @{}
    foreach ($name in 'TMPDIR', 'TMP') { $temporary[$name] = [Environment]::GetEnvironmentVariable($name) }
    $env:TMPDIR = $env:TMP = New-TestFolder
    # As many as are held up here at once, on a machine of any size.
    $folder, $sandbox, $connection = Start-TestSession @{ MaxRunningJobs = 8 }
    $basic = Get-BasicJob

    # The beginning of a command that waits until a file is there; its end is up to the test.
    function Get-Gate { param([string] $Name) "while [ ! -e '$(Join-Path $folder "$Name.gate")' ]; do sleep 0.05; done" }
    function Open-Gate { param([string] $Name) $null = New-Item -ItemType File (Join-Path $folder "$Name.gate") -Force }
    function Publish-Output { param([string] $Id) $null = Invoke-SandboxControl $sandbox Post "jobs/$Id/publish" }
    function Wait-Executing {
        param([string] $Id, [string] $File = 'process_output.log')
        Wait-Until { (Get-RescaleJob $Id).Status -eq 'Executing' -and @(Get-RescaleJobFile $Id -Live -Name $File | Where-Object Size -gt 0).Count -gt 0 } "the job $Id has written $File"
    }
}

AfterAll {
    Stop-TestSession $sandbox
    foreach ($name in $temporary.Keys) { [Environment]::SetEnvironmentVariable($name, $temporary[$name]) }
}

Describe 'Wait-RescaleJob' {
    It 'tells since when the last status holds, and -Any ends with the first that ends' {
        $slow = Submit-RescaleJob @basic -JobName slow -Command (Get-Gate 'slow')
        $quick = Submit-RescaleJob @basic -JobName quick -Command 'true'
        $first = $slow, $quick | Wait-RescaleJob -Any -PollIntervalSeconds 1
        $first.JobId | Should -Be $quick.JobId
        $first.StatusDate | Should -Be (Get-RescaleJobStatus $quick.JobId).StatusDate
        # A failed one has ended, an unknown one has not.
        $bad = Submit-RescaleJob @basic -JobName bad -Command 'exit 3'
        $slow.JobId, 'nosuch', $bad.JobId | ForEach-Object { [pscustomobject]@{ JobId = $_ } } | Wait-RescaleJob -Any -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        # Which of the two is seen first is nobody's promise.
        $ids = @($failed | ForEach-Object { Get-ErrorId $_ })
        $ids | Should -Contain 'JobFailed'
        @($ids | Where-Object { $_ -notin 'JobFailed', 'JobNotFound' }) | Should -BeNullOrEmpty
        Open-Gate 'slow'
        ($slow | Wait-RescaleJob -PollIntervalSeconds 1).Succeeded | Should -BeTrue
    }

    It 'waits for the first jobs while more still come' {
        $first = Submit-RescaleJob @basic -JobName first -Command 'true'
        $second = Submit-RescaleJob @basic -JobName second -Command 'true' -CreateOnly
        # The second comes only when the first has been asked for.
        $asked = 'GET /api/v3/jobs/{id}/statuses/'
        $before = Get-RequestCount $sandbox $asked
        $ended = & { $first; Wait-Until { (Get-RequestCount $sandbox $asked) -gt $before } 'the first is waited for'; $second | Start-RescaleJob } | Wait-RescaleJob -PollIntervalSeconds 1
        ($ended.JobId | Sort-Object) | Should -Be ($first.JobId, $second.JobId | Sort-Object)
    }
}

Describe 'Watch-RescaleJob' {
    It 'receives outputs while the job runs, each version once, and the rest after the end' {
        $target = Join-Path $folder 'watched [1] ü'
        $job = Submit-RescaleJob @basic -JobName 'watch me' -Command "mkdir 'a b'; echo one > 'a b/kept.txt'; echo draft > changed.txt; echo x > skip.tmp; touch ready; $(Get-Gate 'watch'); echo final > changed.txt; echo new > new.txt"
        Wait-Executing $job.JobId 'skip.tmp'
        Publish-Output $job.JobId
        $place = Join-Path $target 'watch me'
        $seen = $job | Watch-RescaleJob -Destination $target -IntervalSeconds 5 -Exclude '*.tmp', 'ready' | ForEach-Object {
            if ($_.Name -eq 'changed.txt' -and -not (Test-Path -LiteralPath (Join-Path $folder 'watch.gate'))) {
                Get-Content -LiteralPath $_.FullName | Should -Be 'draft'
                Open-Gate 'watch'
            }
            $_
        }
        $seen[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.ReceivedFile'
        $seen.Integrity | Select-Object -Unique | Should -Be 'Verified'
        $seen.JobId | Select-Object -Unique | Should -Be $job.JobId
        @($seen | Where-Object Name -eq 'kept.txt').Count | Should -Be 1
        @($seen | Where-Object Name -eq 'changed.txt').Count | Should -Be 2
        Get-Content -LiteralPath (Join-Path $place 'changed.txt') | Should -Be 'final'
        (Get-ChildItem -LiteralPath $place -Recurse -File).Name | Sort-Object | Should -Be 'changed.txt', 'kept.txt', 'new.txt', 'process_output.log'
        Get-ChildItem -LiteralPath (Join-Path $env:RESCALE_STATE_HOME 'watches') | Should -BeNullOrEmpty
        # Again, of a job that has ended: nothing travels.
        ($job | Watch-RescaleJob -Destination $target -Exclude '*.tmp', 'ready').Status | Select-Object -Unique | Should -Be 'Identical'
    }

    It 'ends with one error, and the outputs, when the job fails' {
        $job = Submit-RescaleJob @basic -JobName fails -Command 'echo why > why.txt; exit 7'
        $files = $job | Watch-RescaleJob -Destination (Join-Path $folder 'failed') -IntervalSeconds 5 -ErrorAction SilentlyContinue -ErrorVariable failed
        ($files.Name | Sort-Object) | Should -Be 'process_output.log', 'why.txt'
        $failed.Count | Should -Be 1
        Get-ErrorId $failed[0] | Should -Be 'JobFailed'
        $failed[0].TargetObject.JobId | Should -Be $job.JobId
    }

    It 'ends when the job is stopped, deleted or not there' {
        $jobs = 'stopped', 'deleted' | ForEach-Object { Submit-RescaleJob @basic -JobName $_ -Command "echo x > x.txt; $(Get-Gate 'never')" }
        $jobs | ForEach-Object { Wait-Executing $_.JobId 'x.txt' }
        Publish-Output $jobs[1].JobId
        $names = $jobs.JobId + 'nosuch' | ForEach-Object { [pscustomobject]@{ JobId = $_ } } | Watch-RescaleJob -Destination (Join-Path $folder 'ended') -IntervalSeconds 5 -ErrorAction SilentlyContinue -ErrorVariable failed |
            ForEach-Object {
                # What the second has published is there: now the first is stopped, and the second goes.
                if ($_.JobId -eq $jobs[1].JobId -and $_.Name -eq 'x.txt') {
                    $null = $jobs[0] | Stop-RescaleJob -Force
                    $jobs[1] | Remove-RescaleJob -Force
                }
                "$($_.JobId) $($_.Name)"
            }
        $names | Should -Contain "$($jobs[0].JobId) x.txt"
        ($failed | ForEach-Object { "$(Get-ErrorId $_) $($_.TargetObject.JobId)$(if ($_.TargetObject -is [string]) { $_.TargetObject })" } | Sort-Object) |
            Should -Be (@("JobFailed $($jobs[0].JobId)", "JobNotFound $($jobs[1].JobId)", 'JobNotFound nosuch') | Sort-Object)
    }

    It 'watches all new jobs' {
        $old = @(Get-RescaleJob -Status Completed)
        $since = [DateTimeOffset]::UtcNow
        $null = 1, 2 | ForEach-Object { Submit-RescaleJob @basic -JobName 'twin' -Command "echo $_ > n.txt" }
        $files = Watch-RescaleJob -NewerThan $since -Destination (Join-Path $folder 'new') -Include 'n.txt' -IntervalSeconds 5
        ($files | ForEach-Object { Get-Content -LiteralPath $_.FullName } | Sort-Object) | Should -Be '1', '2'
        $files.JobId | Should -Not -BeIn $old.JobId
        (Get-ChildItem -LiteralPath (Join-Path $folder 'new')).Count | Should -Be 2
    }

    It 'bears with a platform that fails for a while, with one warning' {
        $job = Submit-RescaleJob @basic -JobName patient -Command 'echo x > x.txt'
        $null = $job | Wait-RescaleJob -PollIntervalSeconds 1
        Set-Fault $sandbox @{ target = 'api'; path = '/statuses/|/files/'; fault = 'status'; status = 503; times = 8 }
        try { $files = $job | Watch-RescaleJob -Destination (Join-Path $folder 'patient') -IntervalSeconds 5 -WarningVariable warned -WarningAction SilentlyContinue }
        finally { Clear-Fault $sandbox }
        ($files.Name | Sort-Object) | Should -Be 'process_output.log', 'x.txt'
        $warned.Count | Should -Be 1
        "$warned" | Should -Match '30 minutes'
    }

    It 'does nothing with -WhatIf, and refuses what makes no sense' {
        $job = Submit-RescaleJob @basic -JobName whatif -Command 'true'
        $job | Watch-RescaleJob -Destination (Join-Path $folder 'whatif') -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath (Join-Path $folder 'whatif') | Should -BeFalse
        { Watch-RescaleJob x -IntervalSeconds 4 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Watch-RescaleJob x -Timeout 0 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        { Watch-RescaleJob x -NewerThan 5 } | Should -Throw
        { Watch-RescaleJob x -PathFilter '[' -ErrorAction Stop } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It 'is refused where another watches' {
        $job = Submit-RescaleJob @basic -JobName shared -Command "echo x > x.txt; $(Get-Gate 'shared')"
        Wait-Executing $job.JobId 'x.txt'
        Publish-Output $job.JobId
        $target = Join-Path $folder 'shared'
        $job | Watch-RescaleJob -Destination $target -IntervalSeconds 5 -Include x.txt | ForEach-Object {
            $second = $job | Watch-RescaleJob -Destination $target -ErrorAction SilentlyContinue -ErrorVariable failed
            $second | Should -BeNullOrEmpty
            $failed.Count | Should -Be 1
            Get-ErrorId $failed[0] | Should -Be 'TransferInUse'
            Open-Gate 'shared'
        }
        Get-Content -LiteralPath (Join-Path $target 'shared' 'x.txt') | Should -Be 'x'
    }
}

Describe 'Get-RescaleJobLog' {
    It 'follows a running job line by line, and reads it again when it has ended' {
        $job = Submit-RescaleJob @basic -JobName log -Command "echo 'first [line]'; $(Get-Gate 'log'); printf 'Größe\r\nlast'"
        $lines = $job | Get-RescaleJobLog -Follow -PollIntervalSeconds 1 | ForEach-Object {
            if ($_ -eq 'first [line]') { Open-Gate 'log' }
            $_
        }
        $lines[0] | Should -BeOfType string
        ($lines | Out-String -Stream | Where-Object { $_ }) | Should -Be @($lines | ForEach-Object { "$_" })
        ($lines | Where-Object Kind -eq Line) | Should -Be 'first [line]', 'Größe', 'last'
        ($lines | Where-Object Kind -eq Line).LineNumber | Should -Be 1, 2, 3
        $statuses = $lines | Where-Object Kind -eq Status
        $statuses[-1].Status | Should -Be 'Completed'
        "$($statuses[-1])" | Should -Match '^\[[-0-9 :]+\] Completed: Completed successfully$'
        $lines[-1].Kind | Should -Be 'Status'
        Get-RescaleJobLog $job.JobId -NoStatus | Should -Be 'first [line]', 'Größe', 'last'
        Get-RescaleJobLog $job.JobId -NoStatus -Tail 1 | Should -Be 'last'
        (Get-RescaleJobLog $job.JobId -NoStatus | Select-String '[' -SimpleMatch).Line | Should -Be 'first [line]'
        Get-RescaleJobLog $job.JobId -Tail 0 -NoStatus | Should -BeNullOrEmpty
    }

    It 'reads the last lines of a running job, and other files of it' {
        $job = Submit-RescaleJob @basic -JobName tail -Command "mkdir solver; seq 1 3000 > solver/residuals.dat; echo a; echo b; touch done; $(Get-Gate 'tail')"
        Wait-Executing $job.JobId 'solver/residuals.dat'
        Wait-Until { @(Get-RescaleJobLog $job.JobId -NoStatus).Count -eq 2 } 'both lines are written'
        Get-RescaleJobLog $job.JobId -Tail 1 -NoStatus | Should -Be 'b'
        Get-RescaleJobLog $job.JobId -Name 'solver/residuals.dat' -Tail 2 -NoStatus | Should -Be '2999', '3000'
        $some = Get-RescaleJobLog $job.JobId -Name '*.DAT', 'process*' -Tail 1 -NoStatus
        ($some | Sort-Object Name | ForEach-Object { "$($_.Name) $_" }) | Should -Be 'process_output.log b', 'solver/residuals.dat 3000'
        Get-RescaleJobLog $job.JobId -Name 'none', '../x' -NoStatus | Should -BeNullOrEmpty
        Open-Gate 'tail'
        $null = $job | Wait-RescaleJob -PollIntervalSeconds 1
        (Get-RescaleJobLog $job.JobId -Name 'residuals.dat' -Tail 1 -NoStatus).Name | Should -Be 'solver/residuals.dat'
    }

    It 'one bad job is one error record, and the others go on' {
        $job = Submit-RescaleJob @basic -JobName good -Command 'echo good'
        $null = $job | Wait-RescaleJob -PollIntervalSeconds 1
        Get-RescaleJobLog 'nosuch', $job.JobId -NoStatus -ErrorAction SilentlyContinue -ErrorVariable failed | Should -Be 'good'
        $failed.Count | Should -Be 1
        Get-ErrorId $failed[0] | Should -Be 'JobNotFound'
    }

    It 'leaves no temporary file behind' {
        @(Get-ChildItem -LiteralPath ([IO.Path]::GetTempPath()) -Directory -Filter 'rescale-log-*').Count | Should -Be 0
    }
}

Describe 'A stop' {
    It 'of <Name> <Where> returns within two seconds' -ForEach @(
        @{ Name = 'Watch-RescaleJob'; Where = 'while it asks for a status'; Script = { Watch-RescaleJob $id $target -Connection $connection }; Rule = @{ target = 'api'; path = '/statuses/'; fault = 'stall' } }
        @{ Name = 'Watch-RescaleJob'; Where = 'while it lists outputs'; Script = { Watch-RescaleJob $id $target -Connection $connection }; Rule = @{ target = 'api'; path = '/api/v2/jobs/.*/files/'; fault = 'stall' } }
        @{ Name = 'Watch-RescaleJob'; Where = 'while it receives'; Script = { Watch-RescaleJob $id $target -Connection $connection }; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJobLog'; Where = 'while it reads a live file'; Script = { Get-RescaleJobLog $live -Follow -Connection $connection }; Rule = @{ target = 'api'; path = '/tail/'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJobLog'; Where = 'while it receives the log'; Script = { Get-RescaleJobLog $id -Connection $connection }; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall' } }
    ) {
        if (-not $ended) {
            $script:ended = Submit-RescaleJob @basic -JobName ended -Command 'echo x'
            $script:running = Submit-RescaleJob @basic -JobName running -Command "echo x; $(Get-Gate 'running')"
            $null = $ended | Wait-RescaleJob -PollIntervalSeconds 1
            Wait-Executing $running.JobId
        }
        Set-Fault $sandbox $Rule
        $target = Join-Path $folder ('stop ' + [guid]::NewGuid().ToString('N').Substring(0, 6))
        try {
            $stop = Invoke-Stopped -Script $Script -Variables @{ connection = $connection; id = $ended.JobId; live = $running.JobId; target = $target } -Ready {
                @((Invoke-SandboxControl $sandbox Get faults).rules | Where-Object { $_.fired -gt 0 }).Count -gt 0
            }
        }
        finally { Clear-Fault $sandbox }
        $stop.State | Should -Be 'Stopped'
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
        if ($Where -eq 'while it receives') { Join-Path $target 'ended' 'process_output.log' | Should -Not -Exist }
    }
}
