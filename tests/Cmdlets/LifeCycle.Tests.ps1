# Jobs from their submission to their end: submitted in numbers, waited for, collected, started, stopped, removed.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob
    $work = (New-Item -ItemType Directory (Join-Path $folder 'work [1] ü')).FullName

    function Set-WorkFile {
        param([string] $Name, [string] $Value)
        $path = Join-Path $work $Name
        Set-Content -LiteralPath $path -Value $Value
        $path
    }

    # A job that runs until it is stopped, and has begun to.
    function Start-LongJob {
        param([string] $Name)
        $job = Submit-RescaleJob @basic -JobName $Name -Command 'echo begun > begun.txt; while :; do sleep 0.1; done'
        Wait-Until { @(Get-RescaleJobFile $job.Id -Live -Name begun.txt).Count -eq 1 } 'the job has begun to write'
        $job
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Submit-RescaleJob reads files' {
    BeforeAll {
        $spec = New-RescaleJobSpec 'from file' @basic -Command 'cat in.txt'
        $json = Join-Path $work 'two.json'
        $spec, ($spec | New-RescaleJobSpec -JobName 'from file 2') | Export-RescaleJobSpec $json
        $script = Join-Path $work 'run.sh'
        $spec | New-RescaleJobSpec -JobName 'from script' | Export-RescaleJobScript $script
        $csv = Join-Path $work 'table.csv'
        $spec | New-RescaleJobSpec -JobName 'from table' -Directory $work | Export-RescaleJobSpec $csv
        $in = Set-WorkFile 'in.txt' 'input'
    }

    It 'of every kind, by path, and gives all of them what is added' {
        $jobs = Submit-RescaleJob -LiteralPath $json, $script, $csv -CreateOnly -InputFile $in -AutomationId auPost
        ($jobs.Name | Sort-Object) | Should -Be 'from file', 'from file 2', 'from script', 'from table'
    }

    It 'by wildcards, and by the names that the Go tool has for them' {
        Push-Location -LiteralPath $work
        try {
            (Submit-RescaleJob *.sh -CreateOnly).Name | Should -Be 'from script'
            (Submit-RescaleJob -ScriptPath ./run.sh -CreateOnly).Name | Should -Be 'from script'
            @(Submit-RescaleJob -JobFile ./two.json -CreateOnly).Count | Should -Be 2
        }
        finally { Pop-Location }
    }

    It 'from Get-ChildItem, and one that is bad holds up no other' {
        $bad = Set-WorkFile 'bad.json' '{"JobName":'
        $jobs = Get-Item -LiteralPath $json, $bad, $script | Submit-RescaleJob -CreateOnly -ErrorAction SilentlyContinue -ErrorVariable failed
        @($jobs).Count | Should -Be 3
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobFileInvalid,*'
        $failed[0].TargetObject | Should -Be $bad
        Submit-RescaleJob (Join-Path $folder 'none*.json') -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
        Submit-RescaleJob -LiteralPath $folder -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SourceIsDirectory,*'
    }

    It 'and -WhatIf tells files, bytes and destination, and does nothing' {
        $before = @(Get-RescaleJob).Count
        $out = Join-Path $folder 'never'
        $said = Invoke-Fresh {
            Import-Module $args[0]
            $null = Connect-Rescale -Sandbox
            Submit-RescaleJob -LiteralPath $args[1] -InputFile ([WildcardPattern]::Escape($args[2])) -Destination $args[3] -WhatIf
        } @($ModulePath, $script, $in, $out)
        "$said" | Should -Match 'Create, submit, wait and download to .*never.*from script with .*in\.txt \(6 B\)'
        @(Get-RescaleJob).Count | Should -Be $before
        Test-Path -LiteralPath $out | Should -BeFalse
    }
}

Describe 'Submit-RescaleJob -Wait and -Destination' {
    It 'writes how each job ended' {
        $endings = 'a', 'b' | ForEach-Object { New-RescaleJobSpec "wait $_" @basic -Command true } | Submit-RescaleJob -Wait -PollIntervalSeconds 1
        $endings[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobEnding'
        $endings.Status | Should -Be 'Completed', 'Completed'
    }

    It 'receives what each has written, of a job that failed before its error' {
        $out = Join-Path $folder 'collected'
        $specs = @((New-RescaleJobSpec fine @basic -Command 'mkdir d; echo x > d/x.txt'), (New-RescaleJobSpec failing @basic -Command 'echo why; exit 3'))
        $received = $specs | Submit-RescaleJob -Destination $out -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $received[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.ReceivedFile'
        ($received.RelativePath | Sort-Object) | Should -Be 'd/x.txt', 'process_output.log', 'process_output.log'
        Get-Content -LiteralPath (Join-Path $out 'failing' 'process_output.log') | Should -Be 'why'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'failing'
        # A second time there are other jobs of these names, and files that lie there already.
        $again = $specs[0] | Submit-RescaleJob -Destination $out -PollIntervalSeconds 1 -Conflict Skip
        ($again.Status | Sort-Object -Unique) | Should -Be 'Skipped'
    }

    It 'tells of a failed job behind its outputs' {
        $all = Submit-RescaleJob @basic -JobName 'fails last' -Command 'echo why; exit 3' -Destination (Join-Path $folder 'last') -PollIntervalSeconds 1 -ErrorAction Continue 2>&1
        @($all | ForEach-Object { $_.PSTypeNames[0] }) | Should -Be 'RescaleInterlink.ReceivedFile', 'System.Management.Automation.ErrorRecord'
    }

    It 'gives jobs of one name folders of their own' {
        $out = Join-Path $folder 'twins'
        $received = 1..2 | ForEach-Object { New-RescaleJobSpec 'twin [1]' @basic -Command "echo $_" } | Submit-RescaleJob -Destination $out -PollIntervalSeconds 1
        @($received).Count | Should -Be 2
        (Get-Content -LiteralPath $received.FullName | Sort-Object) | Should -Be '1', '2'
    }

    It 'makes no job for a destination that cannot be one' {
        $before = @(Get-RescaleJob).Count
        { Submit-RescaleJob @basic -JobName x -Command true -Destination (Join-Path (Set-WorkFile 'a file' x) 'out') } | Should -Throw -ErrorId 'DestinationExists,*'
        @(Get-RescaleJob).Count | Should -Be $before
    }

    It 'starts jobs that exist, too' {
        $draft = Submit-RescaleJob @basic -JobName draft -Command true -CreateOnly
        ($draft | Submit-RescaleJob -Wait -PollIntervalSeconds 1).JobId | Should -Be $draft.Id
    }

    It 'waits for no job that is only created' {
        $job = New-RescaleJobSpec only @basic -Command true -Submit no | Submit-RescaleJob -Wait -WarningVariable warnings -WarningAction SilentlyContinue
        $job.PSTypeNames[0] | Should -Be 'RescaleInterlink.Job'
        "$warnings" | Should -Match 'only created'
        { Submit-RescaleJob @basic -JobName x -Command true -CreateOnly -Wait } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
        { Submit-RescaleJob @basic -JobName x -Command true -Conflict Skip } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It 'ends when a job is stopped or deleted from elsewhere, or takes too long' {
        $elsewhere = [powershell]::Create()
        try {
            $null = $elsewhere.AddScript({
                    param($ModulePath, $connection)
                    Import-Module $ModulePath
                    foreach ($name in 'stopped', 'deleted') {
                        while (-not ($job = Get-RescaleJob -Name $name -Status Executing -Connection $connection)) { Start-Sleep -Milliseconds 50 }
                        if ($name -eq 'stopped') { $job | Stop-RescaleJob -Force -Connection $connection }
                        else { $job | Remove-RescaleJob -Force -Connection $connection }
                    }
                }).AddArgument($ModulePath).AddArgument($connection)
            $running = $elsewhere.BeginInvoke()
            $endings = 'stopped', 'deleted', 'quick' | ForEach-Object {
                New-RescaleJobSpec $_ @basic -Command $(if ($_ -eq 'quick') { 'true' } else { 'while :; do sleep 0.1; done' })
            } | Submit-RescaleJob -Wait -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
            $elsewhere.EndInvoke($running)
            $elsewhere.Streams.Error | Should -BeNullOrEmpty
        }
        finally { $elsewhere.Dispose() }
        @($endings).Count | Should -Be 1
        ($failed.FullyQualifiedErrorId -replace ',.*' | Sort-Object) | Should -Be 'JobFailed', 'JobNotFound'
        ($failed | Where-Object FullyQualifiedErrorId -like 'JobFailed,*').TargetObject.Status | Should -Be 'Stopped'

        Submit-RescaleJob @basic -JobName slow -Command 'while :; do sleep 0.1; done' -Wait -TimeoutSec 1 -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobWaitTimeout,*'
        Stop-RescaleJob -JobId $failed[0].TargetObject.JobId -Force
    }
}

Describe 'Many jobs' {
    It 'fifty go through a chain as it is written, each with its own file' {
        $paths = 1..50 | ForEach-Object { Set-WorkFile "case_$_.inp" "case $_" }
        $received = Send-RescaleFile -LiteralPath $paths | New-RescaleJobSpec -JobName { $_.Name } @basic -Command 'cat case_*.inp' |
            Submit-RescaleJob | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination (Join-Path $folder 'chain')
        @($received).Count | Should -Be 50
        foreach ($n in 1..50) { Get-Content -LiteralPath (Join-Path $folder 'chain' "case_$n.inp" 'process_output.log') | Should -Be "case $n" }
    }

    It 'fifty share a local file, which travels once' {
        $path = Set-WorkFile 'shared.txt' 'for all'
        $before = Get-RequestCount $sandbox 'POST /api/v3/files/'
        $received = 1..50 | ForEach-Object { New-RescaleJobSpec "many_$_" @basic -Command "cat shared.txt; echo $_" } |
            Submit-RescaleJob -InputFile (Get-Item -LiteralPath $path) | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination (Join-Path $folder 'many')
        (Get-RequestCount $sandbox 'POST /api/v3/files/') - $before | Should -Be 1
        @($received).Count | Should -Be 50
        foreach ($n in 1..50) { Get-Content -LiteralPath (Join-Path $folder 'many' "many_$n" 'process_output.log') | Should -Be 'for all', "$n" }
        @(Get-RescaleJob -Name 'many_*').Count | Should -Be 50
    }

    It 'do not wait for one that is slow to be created' {
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/api/v3/jobs/$'; fault = 'stall'; times = 1 }
        try {
            $stop = Invoke-Stopped -Variables @{ connection = $connection } -Ready { @(Get-RescaleJob -Name 'beside_*').Count -eq 5 } -Script {
                1..6 | ForEach-Object { [pscustomobject]@{ JobName = "beside_$_"; AnalysisCode = 'user_included'; CoreType = 'emerald'; Command = 'true' } } |
                    Submit-RescaleJob -Connection $connection -ThrottleLimit 2
            }
        }
        finally { Clear-Fault $sandbox }
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
    }

    It 'can come from another session, with all that they have' {
        $path = Set-WorkFile 'sent.txt' 'sent'
        $command = "cat sent.txt; echo `$WHO; cat <<E`n  two  blanks`nE"
        $spec = New-RescaleJobSpec 'from elsewhere' @basic -Command $command -KeepCommandSpacing -InputFile (Get-Item -LiteralPath $path) -Environment @{ WHO = 'me' }
        $bare = New-RescaleJobSpec 'bare' @basic -Command 'echo bare'
        $kept = Join-Path $folder 'specs.xml'
        $spec, $bare | Export-Clixml -LiteralPath $kept
        $received = Import-Clixml -LiteralPath $kept | Submit-RescaleJob -Destination (Join-Path $folder 'elsewhere') -PollIntervalSeconds 1
        @($received).Count | Should -Be 2
        Get-Content -LiteralPath (Join-Path $folder 'elsewhere' 'from elsewhere' 'process_output.log') | Should -Be 'sent', 'me', '  two  blanks'
    }

    It 'gathered inputs make one job, and a directory is archived for each row' {
        $files = 1..3 | ForEach-Object { Set-WorkFile "part_$_.txt" "part $_" }
        $sent = Send-RescaleFile -LiteralPath $files
        $one = New-RescaleJobSpec gathered @basic -Command 'cat part_*.txt' -InputFile $sent | Submit-RescaleJob -Destination (Join-Path $folder 'gathered') -PollIntervalSeconds 1
        Get-Content -LiteralPath $one.FullName | Should -Be 'part 1', 'part 2', 'part 3'

        $directory = (New-Item -ItemType Directory (Join-Path $work 'a case')).FullName
        Set-Content -LiteralPath (Join-Path $directory 'deck.txt') -Value deck
        $rows = 1..2 | ForEach-Object { [pscustomobject]@{ JobName = "row $_"; Directory = $directory; AnalysisCode = 'user_included'; CoreType = 'emerald'; Command = 'cat */deck.txt deck.txt 2>/dev/null; true' } }
        $before = Get-RequestCount $sandbox 'POST /api/v3/files/'
        $received = $rows | Submit-RescaleJob -Destination (Join-Path $folder 'rows') -PollIntervalSeconds 1
        (Get-RequestCount $sandbox 'POST /api/v3/files/') - $before | Should -Be 1
        Get-Content -LiteralPath $received.FullName | Should -Be 'deck', 'deck'
    }

    It 'that lack the code of an organization are assigned in that of the profile' {
        $route = 'POST /api/v2/organizations/{code}/jobs/{id}/project-assignment/'
        $before = Get-RequestCount $sandbox $route
        $null = 1..2 | ForEach-Object { New-RescaleJobSpec "project $_" @basic -Command true -ProjectId p1 } | Submit-RescaleJob -CreateOnly -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        (Get-RequestCount $sandbox $route) - $before | Should -Be 2
    }
}

Describe 'Start-RescaleJob' {
    It 'starts what was created, once' {
        $drafts = 'a', 'b' | ForEach-Object { Submit-RescaleJob @basic -JobName "start $_" -Command true -CreateOnly }
        Start-RescaleJob $drafts.Id -WhatIf | Should -BeNullOrEmpty
        (Get-RescaleJob $drafts[0].Id).Status | Should -Be 'Pending'
        $started = $drafts[0].Id, 'nosuch', $drafts[1].Id, $drafts[0].Id | ForEach-Object { [pscustomobject]@{ JobId = $_ } } | Start-RescaleJob -ErrorAction SilentlyContinue -ErrorVariable failed
        ($started.Id | Sort-Object) | Should -Be ($drafts.Id | Sort-Object)
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        @($started | Wait-RescaleJob -PollIntervalSeconds 1).Count | Should -Be 2
        $drafts[0] | Start-RescaleJob -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'RequestRejected,*'
    }

    It 'starts no job twice when the answer is lost' {
        $draft = Submit-RescaleJob @basic -JobName 'start lost' -Command true -CreateOnly
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/submit/'; fault = 'loseReply'; times = 1 }
        try { $started = $draft | Start-RescaleJob }
        finally { Clear-Fault $sandbox }
        ($started | Wait-RescaleJob -PollIntervalSeconds 1).Succeeded | Should -BeTrue
    }
}

Describe 'Stop-RescaleJob' {
    It 'stops, waits, and keeps what the job has written' {
        $job = Start-LongJob 'to stop'
        $job | Stop-RescaleJob -WhatIf
        (Get-RescaleJob $job.Id).Status | Should -Be 'Executing'
        $ending = $job | Stop-RescaleJob -Force -Wait -PollIntervalSeconds 1
        $ending.PSTypeNames[0] | Should -Be 'RescaleInterlink.JobEnding'
        $ending.Status | Should -Be 'Stopped'
        ($ending | Receive-RescaleJob -Destination (Join-Path $folder 'stopped')).RelativePath | Should -Contain 'begun.txt'
        # Again there is nothing to stop, and that is no error.
        $ending | Stop-RescaleJob -Force -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -Match "ended already.*'Stopped'"
    }

    It 'of several holds up none for one that cannot be stopped' {
        $draft = Submit-RescaleJob @basic -JobName 'never started' -Command true -CreateOnly
        $job = Start-LongJob 'to stop too'
        $ending = Stop-RescaleJob -JobId 'nosuch', $draft.Id, $job.Id -Confirm:$false -Wait -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $ending.JobId | Should -Be $job.Id
        ($failed.FullyQualifiedErrorId -replace ',.*' | Sort-Object) | Should -Be 'JobNotFound', 'RequestRejected'
        foreach ($one in $failed) { $one.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Remove-RescaleJob' {
    It 'removes none that runs, unless it must' {
        $job = Start-LongJob 'to remove'
        $job | Remove-RescaleJob -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobNotEnded,*'
        $failed[0].TargetObject | Should -Be $job.Id
        (Get-RescaleJob $job.Id).Status | Should -Be 'Executing'
        $job | Remove-RescaleJob -Force | Should -BeNullOrEmpty
        Get-RescaleJob $job.Id -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'removes all that a listing gives, and tells names and ids before' {
        1..30 | ForEach-Object { [pscustomobject]@{ JobName = "goes $_" } } | New-RescaleJobSpec @basic -Command true -Submit no -Offline | Submit-RescaleJob | Out-Null
        $said = Invoke-Fresh {
            Import-Module $args[0]
            $null = Connect-Rescale -Sandbox
            Get-RescaleJob -Name 'goes 1' | Remove-RescaleJob -WhatIf
        } @($ModulePath)
        "$said" | Should -Match 'for good" on target "job goes 1 \(\w+\)"'
        Get-RescaleJob -Name 'goes *' | Remove-RescaleJob -Confirm:$false
        @(Get-RescaleJob -Name 'goes *').Count | Should -Be 0
        Remove-RescaleJob nosuch -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
    }

    It 'is no error when the answer is lost' {
        $draft = Submit-RescaleJob @basic -JobName 'removed once' -Command true -CreateOnly
        Set-Fault $sandbox @{ target = 'api'; method = 'DELETE'; path = '/jobs/'; fault = 'loseReply'; times = 1 }
        try { $draft | Remove-RescaleJob -Force }
        finally { Clear-Fault $sandbox }
        Get-RescaleJob -Name 'removed once' | Should -BeNullOrEmpty
    }
}

Describe 'Set-RescaleJobProject' {
    It 'assigns to a project of the user''s organization, or of another' {
        $jobs = 'a', 'b' | ForEach-Object { Submit-RescaleJob @basic -JobName "assigned $_" -Command true -CreateOnly }
        $jobs | Set-RescaleJobProject -ProjectId p1 | Should -BeNullOrEmpty
        [pscustomobject]@{ JobId = $jobs[0].Id; ProjectId = 'p2'; OrgCode = 'sandbox' } | Set-RescaleJobProject
        $said = Invoke-Fresh {
            Import-Module $args[0]
            $null = Connect-Rescale -Sandbox
            Set-RescaleJobProject $args[1] p3 -OrganizationCode acme -WhatIf
        } @($ModulePath, $jobs[0].Id)
        "$said" | Should -Match 'project p3 of acme" on target "job assigned a'
        $jobs[0], [pscustomobject]@{ JobId = $jobs[1].Id } | Set-RescaleJobProject -ProjectId p -OrganizationCode nobody -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'RequestRejected,*'
        "$($failed[0])" | Should -Match "project 'p'"
    }
}

Describe 'Completion' {
    It 'offers the jobs of the session to <_>' -ForEach 'Start-RescaleJob', 'Stop-RescaleJob', 'Remove-RescaleJob', 'Set-RescaleJobProject' {
        $job = Submit-RescaleJob @basic -JobName 'to complete' -Command true -CreateOnly
        $line = "$_ -JobId '"
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain 'to complete'
        $job | Remove-RescaleJob -Force
    }
}
