BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob
}

AfterAll { Stop-TestSession $sandbox }

Describe 'One job' {
    It 'runs with its input, and its outputs come back verified' {
        $input = Join-Path $folder 'deck [1].txt'
        Set-Content -LiteralPath $input -Value 'forty two'
        $file = Send-RescaleFile -LiteralPath $input
        $job = Submit-RescaleJob @basic -JobName 'one job' -Command 'mkdir -p sub; cat deck*.txt > sub/copy.txt; echo done' -InputFileId $file.Id
        $job.PSTypeNames[0] | Should -Be 'RescaleInterlink.Job'
        $job.JobId | Should -Be $job.Id
        $ending = $job | Wait-RescaleJob -PollIntervalSeconds 1
        $ending.PSTypeNames[0] | Should -Be 'RescaleInterlink.JobEnding'
        $ending.Status | Should -Be 'Completed'
        $ending.StatusReason | Should -Be 'Completed successfully'
        $files = $ending | Get-RescaleJobFile
        ($files.RelativePath | Sort-Object) | Should -Be 'process_output.log', 'sub/copy.txt'
        $files.JobId | Select-Object -Unique | Should -Be $job.Id
        $received = $ending | Receive-RescaleJob -Destination (Join-Path $folder 'results')
        $received.Integrity | Select-Object -Unique | Should -Be 'Verified'
        Get-Content -LiteralPath (Join-Path $folder 'results' 'one job' 'sub' 'copy.txt') | Should -Be 'forty two'
        Get-Content -LiteralPath (Join-Path $folder 'results' 'one job' 'process_output.log') | Should -Be 'done'
        # Again nothing travels; what is another file is an error, and with -Force it is replaced.
        (Receive-RescaleJob $job.Id -Destination (Join-Path $folder 'results')).Status | Select-Object -Unique | Should -Be 'Identical'
        Set-Content -LiteralPath (Join-Path $folder 'results' 'one job' 'sub' 'copy.txt') -Value 'other'
        $null = $ending | Receive-RescaleJob -Destination (Join-Path $folder 'results') -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        (($ending | Receive-RescaleJob -Destination (Join-Path $folder 'results') -Force).Status | Sort-Object) | Should -Be 'Completed', 'Identical'
        # Single outputs, with the paths they had.
        $single = $ending | Get-RescaleJobFile -Name 'sub/*' | Receive-RescaleFile -Destination (Join-Path $folder 'single')
        $single.FullName | Should -Be (Join-Path $folder 'single' 'sub' 'copy.txt')
    }

    It 'whose command fails is one error record with the reason, and its log can be received' {
        $job = Submit-RescaleJob @basic -JobName failing -Command 'echo why; exit 3'
        $job | Wait-RescaleJob -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
        "$failed" | Should -Match 'A run failed: exit code 3'
        $failed.TargetObject.JobId | Should -Be $job.Id
        (Get-RescaleJob $job.Id).StatusReason | Should -Be 'A run failed: exit code 3'
        $null = $job | Receive-RescaleJob -Destination (Join-Path $folder 'failed')
        Get-Content -LiteralPath (Join-Path $folder 'failed' 'failing' 'process_output.log') | Should -Be 'why'
    }

    It 'that takes too long is an error record when the time is over, and goes on' {
        $job = Submit-RescaleJob @basic -JobName long -Command 'while [ ! -e stop ]; do sleep 0.1; done'
        $job | Wait-RescaleJob -TimeoutSec 1 -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobWaitTimeout,*'
        (Get-RescaleJob $job.Id).Status | Should -Not -Be 'Completed'
    }

    It 'can be created now and started later' {
        $draft = Submit-RescaleJob @basic -JobName draft -Command 'true' -CreateOnly
        (Get-RescaleJob -Name draft).Id | Should -Be $draft.Id
        @($draft | Get-RescaleJobFile).Count | Should -Be 0
        ($draft | Submit-RescaleJob | Wait-RescaleJob -PollIntervalSeconds 1).JobId | Should -Be $draft.Id
    }

    It '-WhatIf submits nothing' {
        $before = @(Get-RescaleJob).Count
        Submit-RescaleJob @basic -JobName never -Command 'true' -WhatIf | Should -BeNullOrEmpty
        @(Get-RescaleJob).Count | Should -Be $before
    }

    It 'that is described wrongly is one error record' {
        Submit-RescaleJob @basic -JobName wrong -Command 'true' -Slots 0 -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobSpecInvalid,*'
        Submit-RescaleJob @basic -JobName wrong -Command 'true' -Submit perhaps -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobSpecInvalid,*'
        # Nothing is sent for it.
        $before = @(Get-RescaleFile).Count
        $directory = (New-Item -ItemType Directory (Join-Path $folder 'wrong')).FullName
        Submit-RescaleJob @basic -JobName wrong -Command 'true' -Directory $directory -WalltimeHours 0 -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobSpecInvalid,*'
        @(Get-RescaleFile).Count | Should -Be $before
    }

    It 'that cannot be submitted holds up no other of the same call' {
        $drafts = 'a', 'b' | ForEach-Object { Submit-RescaleJob @basic -JobName "draft $_" -Command 'true' -CreateOnly }
        $submitted = Submit-RescaleJob -JobId $drafts[0].Id, 'nosuch', $drafts[1].Id -ErrorAction SilentlyContinue -ErrorVariable failed
        ($submitted.Id | Sort-Object) | Should -Be ($drafts.Id | Sort-Object)
        $failed.Count | Should -Be 1
        $failed[0].TargetObject | Should -Be 'nosuch'
    }

    It 'whose name is no file name gets a folder of its name made safe, as in the pipeline' {
        $job = Submit-RescaleJob @basic -JobName ' a/b: c? ' -Command 'echo x > x.txt'
        $received = $job | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination (Join-Path $folder 'safe')
        @($received).Count | Should -Be 2
        Get-Content -LiteralPath (Join-Path $folder 'safe' 'a_b_ c_' 'x.txt') | Should -Be 'x'
    }
}

Describe 'Rows of a table' {
    It 'bind by property name, with their directories, and flow to their results' {
        foreach ($n in 1..3) {
            $directory = (New-Item -ItemType Directory (Join-Path $folder "run $n")).FullName
            Set-Content -LiteralPath (Join-Path $directory 'n.txt') -Value $n
        }
        $csv = Join-Path $folder 'jobs.csv'
        $rows = 1..3 | ForEach-Object {
            [pscustomobject]@{
                Directory = Join-Path $folder "run $_"; JobName = "row_$_"; AnalysisCode = 'user_included'; Command = 'cat */n.txt n.txt 2>/dev/null > out.txt; true'
                CoreType = 'emerald'; CoresPerSlot = 1; WalltimeHours = 0.5; Slots = 1; LicenseSettings = ''; ExtraInputFileIDs = ''
                Tags = 'a, b'; NoDecompress = 'no'; IsLowPriority = 'true'; Submit = 'yes'
            }
        }
        $rows | Export-Csv -LiteralPath $csv
        $all = Import-Csv -LiteralPath $csv | Submit-RescaleJob -Verbose 4>&1
        # Directories are transfers like any others.
        "$all" | Should -Match 'Moved .* of 3 file'
        $jobs = $all | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
        $results = $jobs | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination (Join-Path $folder 'rows')
        @($results | Where-Object Name -eq 'out.txt').Count | Should -Be 3
        foreach ($n in 1..3) { Get-Content -LiteralPath (Join-Path $folder 'rows' "row_$n" 'out.txt') | Should -Be "$n" }
    }

    It 'a row with a missing directory is one error record, and the others go on' {
        $jobs = 'there', 'missing' | ForEach-Object {
            if ($_ -eq 'there') { $null = New-Item -ItemType Directory (Join-Path $folder there) }
            [pscustomobject]@{ Directory = Join-Path $folder $_; JobName = $_; AnalysisCode = 'user_included'; Command = 'true'; CoreType = 'emerald' }
        } | Submit-RescaleJob -CreateOnly -ErrorAction SilentlyContinue -ErrorVariable failed
        $jobs.Name | Should -Be 'there'
        $failed.FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
        $failed.TargetObject | Should -Be 'missing'
    }
}

Describe 'Get-RescaleJob' {
    It 'lists by name and status, newest first' {
        @(Get-RescaleJob -First 2).Count | Should -Be 2
        (Get-RescaleJob -Name 'row_*' -Status completed | Sort-Object Name).Name | Should -Be 'row_1', 'row_2', 'row_3'
        Get-RescaleJob -Status 'No Such' | Should -BeNullOrEmpty
    }

    It 'an unknown id is one error record, from every cmdlet' {
        Get-RescaleJob nosuch -ErrorAction SilentlyContinue -ErrorVariable a
        Get-RescaleJobFile nosuch -ErrorAction SilentlyContinue -ErrorVariable b
        Receive-RescaleJob nosuch -Destination $folder -ErrorAction SilentlyContinue -ErrorVariable c
        Wait-RescaleJob nosuch -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable d
        Submit-RescaleJob -JobId nosuch -ErrorAction SilentlyContinue -ErrorVariable e
        foreach ($failed in $a, $b, $c, $d, $e) {
            @($failed).Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
            $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        }
    }
}
