BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession

    # A study of some runs; each directory holds its number, each job writes its square.
    function New-Study {
        param([string] $Name, [int[]] $Numbers, [scriptblock] $Change = {})
        $study = (New-Item -ItemType Directory (Join-Path $folder $Name)).FullName
        $rows = foreach ($n in $Numbers) {
            $directory = (New-Item -ItemType Directory (Join-Path $study "Run_$n")).FullName
            Set-Content -LiteralPath (Join-Path $directory 'n.txt') -Value $n
            $row = [pscustomobject][ordered]@{
                Directory = $directory; JobName = "job_$n"; AnalysisCode = 'user_included'; AnalysisVersion = ''
                Command = 'cd Run_*; awk ''{ print $1 * $1 }'' n.txt > square.txt'; CoreType = 'emerald'; CoresPerSlot = 1
                WalltimeHours = 1; Slots = 1; LicenseSettings = ''; Tags = 'study'
            }
            $null = & $Change $row $n
            $row
        }
        $csv = Join-Path $study 'jobs.csv'
        $rows | Export-Csv -LiteralPath $csv
        [pscustomobject]@{ Folder = $study; Csv = $csv; Results = Join-Path $study 'results'; Rows = $rows }
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Invoke-RescalePipeline' {
    It 'takes a table from directories to verified results' {
        $study = New-Study good (1..4)
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1
        $results.Count | Should -Be 4
        foreach ($result in $results) {
            $result.PSTypeNames[0] | Should -Be 'RescaleInterlink.PipelineResult'
            $result.Succeeded | Should -BeTrue
            $result.Status | Should -Be 'Completed'
            $result.Stage | Should -Be 'Done'
            $result.Destination | Should -Be (Join-Path $study.Results $result.JobName)
            $result.Files.Count | Should -BeGreaterThan 1
            foreach ($file in $result.Files) {
                $file.PSTypeNames[0] | Should -Be 'RescaleInterlink.ReceivedFile'
                ($file | Get-FileHash -Algorithm SHA512).Hash | Should -Be $file.Sha512
            }
            Get-Content -LiteralPath (Join-Path $result.Destination "Run_$($result.Index)" 'square.txt') | Should -Be "$($result.Index * $result.Index)"
        }
        ($results.Index | Sort-Object) | Should -Be 1, 2, 3, 4
        ($results[0] | Get-RescaleJobFile).Count | Should -Be $results[0].Files.Count

        $state = Join-Path $study.Folder 'jobs.state.csv'
        (Get-Content -LiteralPath $state -TotalCount 1) | Should -Be 'Index,JobName,Directory,TarPath,TarStatus,FileID,UploadStatus,JobID,SubmitStatus,ExtraFileIDs,ErrorMessage,LastUpdated'
        $rows = Import-Csv -LiteralPath $state
        $rows.SubmitStatus | Select-Object -Unique | Should -Be 'success'
        ($rows.JobID | Sort-Object) | Should -Be ($results.JobId | Sort-Object)

        # A second run finds everything done; -Force does it again.
        $before = @(Get-RescaleJob).Count
        $again = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1
        ($again.JobId | Sort-Object) | Should -Be ($results.JobId | Sort-Object)
        @(Get-RescaleJob).Count | Should -Be $before
        @(Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -Force -PollIntervalSeconds 1 | Where-Object Succeeded).Count | Should -Be 4
        @(Get-RescaleJob).Count | Should -Be ($before + 4)
    }

    It 'takes rows from the pipeline, and relative directories from the current location' {
        $study = New-Study rows (1..2) { param($row, $n) $row.Directory = "Run_$n" }
        Push-Location -LiteralPath $study.Folder
        try { $results = Import-Csv jobs.csv | Invoke-RescalePipeline -Destination results -PollIntervalSeconds 1 }
        finally { Pop-Location }
        @($results | Where-Object Succeeded).Count | Should -Be 2
        Test-Path -LiteralPath (Join-Path $study.Results 'pipeline.state.csv') | Should -BeTrue
        Test-Path -LiteralPath (Join-Path $study.Results 'job_2' 'Run_2' 'square.txt') | Should -BeTrue
    }

    It 'takes relative directories of a table from the folder of the table' {
        $study = New-Study relative (1..1) { param($row, $n) $row.Directory = "Run_$n" }
        (Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1).Succeeded | Should -BeTrue
    }

    It 'each bad row is one error record with its reason, and the others finish' {
        $study = New-Study bad (1..4) {
            param($row, $n)
            if ($n -eq 2) { $row.Command = 'echo broken; exit 7' }
            if ($n -eq 3) { $row.Directory = Join-Path $folder 'bad' 'no such directory' }
        }
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1 -ErrorAction SilentlyContinue -ErrorVariable failed
        $results.Count | Should -Be 4
        (($results | Where-Object Succeeded).Index | Sort-Object) | Should -Be 1, 4
        $failed.Count | Should -Be 2
        $broken = $failed | Where-Object { $_.TargetObject.Index -eq 2 }
        $broken.FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
        "$broken" | Should -Match 'A run failed: exit code 7'
        Get-Content -LiteralPath (Join-Path $study.Results 'job_2' 'process_output.log') | Should -Be 'broken'
        $missing = $failed | Where-Object { $_.TargetObject.Index -eq 3 }
        "$missing" | Should -Match 'no such directory'
        $missing.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'archives what its options say, keeps the archives, and removes them' {
        $study = New-Study 'archives [a] ü' (1..2) {
            param($row, $n)
            $null = New-Item -ItemType Directory (Join-Path $row.Directory 'old')
            foreach ($file in 'old/r.rst', 'old/more.txt') { Set-Content -LiteralPath (Join-Path $row.Directory $file) $n }
            $row.Command = 'find . -name ''*.txt'' -o -name ''*.rst'' | sort > listing.md; awk ''{ print $1 * $1 }'' n.txt > square.txt'
        }
        $options = @{ JobsCsv = $study.Csv; Destination = $study.Results; PollIntervalSeconds = 1; ExcludePattern = '*.rst'; FlattenTar = $true; TarCompression = 'Gzip' }
        $results = Invoke-RescalePipeline @options -KeepTar
        @($results | Where-Object Succeeded).Count | Should -Be 2
        foreach ($result in $results) {
            Get-Content -LiteralPath (Join-Path $result.Destination 'listing.md') | Should -Be './more.txt', './n.txt'
            Get-Content -LiteralPath (Join-Path $result.Destination 'square.txt') | Should -Be "$($result.Index * $result.Index)"
        }
        $kept = Get-ChildItem -LiteralPath $study.Folder -File -Filter *.tar.gz
        $kept.Count | Should -Be 2
        (Import-Csv -LiteralPath (Join-Path $study.Folder 'jobs.state.csv')).TarPath | Sort-Object | Should -Be ($kept.FullName | Sort-Object)
        & tar -tzf $kept[0].FullName | Should -Be 'more.txt', 'n.txt'
        (Get-FileHash -LiteralPath $kept[0].FullName -Algorithm SHA512).Hash | Should -BeIn (Get-RescaleFile -Id $results.FileId).Sha512
        # The rest of a run must not get other archives than its beginning.
        $e = { Invoke-RescalePipeline $study.Csv $study.Results } | Should -Throw -PassThru
        $e.FullyQualifiedErrorId | Should -BeLike 'PipelineStateInvalid,*'
        $null = Invoke-RescalePipeline @options -RemoveTar -Force
        Get-ChildItem -LiteralPath $study.Folder -File -Filter *.tar.gz | Should -BeNullOrEmpty
    }

    It 'sends what several jobs share once' {
        $study = New-Study shared (1..3) { param($row) $row.Directory = Join-Path $folder 'shared' 'Run_1' }
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1
        @($results | Where-Object Succeeded).Count | Should -Be 3
        @($results.FileId | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'gives all jobs the same extra files, each uploaded once' {
        $study = New-Study 'extras [a] ü' (1..3) { param($row) $row.Command = 'cat mesh*.dat steel.mat Run_*/n.txt > square.txt' }
        $shared = New-Item -ItemType Directory (Join-Path $study.Folder 'shared')
        foreach ($name in 'mesh 1', 'mesh [2] ü') { Set-Content -LiteralPath (Join-Path $shared "$name.dat") $name }
        Set-Content -LiteralPath (Join-Path $folder 'steel.mat') 'steel'
        $steel = Send-RescaleFile -LiteralPath (Join-Path $folder 'steel.mat')
        $options = @{ JobsCsv = $study.Csv; Destination = $study.Results; ExtraInputFile = (Join-Path ([WildcardPattern]::Escape($shared)) '*.dat'), $steel }
        $plan = Test-RescalePipeline @options
        ($plan.IsValid, $plan.ExtraFiles, $plan.ExtraBytes) | Should -Be $true, 3, (Get-ChildItem -LiteralPath $shared | Measure-Object Length -Sum).Sum
        ($plan.ApiCall | Where-Object Scope -eq user).Calls | Should -Be ((Test-RescalePipeline $study.Csv).ApiCall.Where({ $_.Scope -eq 'user' }).Calls + 2)
        "$plan" | Should -Match '3 extra files for all of them'
        Invoke-RescalePipeline @options -WhatIf
        @(Get-RescaleFile | Where-Object Name -Like 'mesh*').Count | Should -Be 0

        $results = Invoke-RescalePipeline @options -PollIntervalSeconds 1
        @($results | Where-Object Succeeded).Count | Should -Be 3
        foreach ($result in $results) { Get-Content -LiteralPath (Join-Path $result.Destination 'square.txt') | Should -Be 'mesh 1', 'mesh [2] ü', 'steel', "$($result.Index)" }
        @(Get-RescaleFile | Where-Object Name -Like 'mesh*').Count | Should -Be 2

        # The rest of a run must not get other files than its beginning.
        $e = { Invoke-RescalePipeline $study.Csv $study.Results } | Should -Throw -PassThru
        $e.FullyQualifiedErrorId | Should -BeLike 'PipelineStateInvalid,*'
        "$e" | Should -Match 'mesh 1\.dat'
        @(Invoke-RescalePipeline @options -PollIntervalSeconds 1).Count | Should -Be 3
        @(Get-RescaleFile | Where-Object Name -Like 'mesh*').Count | Should -Be 2
    }

    It 'refuses extra files that are none, and nothing is sent' {
        $study = New-Study 'no extras' (1..1)
        $before = @(Get-RescaleJob).Count
        { Invoke-RescalePipeline $study.Csv $study.Results -ExtraInputFile (Join-Path $study.Folder 'none.dat') } | Should -Throw '*none.dat*' -ErrorId 'SourceNotFound,*'
        { Invoke-RescalePipeline $study.Csv $study.Results -ExtraInputFile (Join-Path $study.Folder '*.none') } | Should -Throw '*none*' -ErrorId 'SourceNotFound,*'
        { Invoke-RescalePipeline $study.Csv $study.Results -ExtraInputFile (Join-Path $study.Folder 'Run_1') } | Should -Throw '*folder*' -ErrorId 'SourceIsDirectory,*'
        { Invoke-RescalePipeline $study.Csv $study.Results -DecompressExtras } | Should -Throw '*ExtraInputFile*' -ErrorId 'TransferOptionInvalid,*'
        (Test-RescalePipeline $study.Csv -ExtraInputFile (Join-Path $study.Folder 'none.dat')).IsValid | Should -BeFalse
        @(Get-RescaleJob).Count | Should -Be $before
        (Invoke-RescalePipeline $study.Csv $study.Results -PollIntervalSeconds 1).Succeeded | Should -BeTrue
    }

    It 'two jobs of one name get two folders' {
        $study = New-Study twins (1..2) { param($row, $n) $row.JobName = 'twin' }
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1
        foreach ($result in $results) { $result.Destination | Should -Be (Join-Path $study.Results "twin_$($result.JobId.Substring(0, 6))") }
        ($results.Destination | Sort-Object -Unique).Count | Should -Be 2
    }

    It 'a malformed table is one error that names row and column, and nothing is sent' {
        $study = New-Study malformed (1..3) { param($row, $n) if ($n -eq 2) { $row.CoresPerSlot = 'four' } }
        $before = @(Get-RescaleJob).Count
        try { Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results; throw 'it ran' } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -BeLike 'JobTableInvalid,*'
        "$record" | Should -Match 'row 3'
        "$record" | Should -Match 'CoresPerSlot'
        { $study.Rows | Select-Object -ExcludeProperty Command | Invoke-RescalePipeline -Destination $study.Results } | Should -Throw '*Command*' -ErrorId 'JobTableInvalid,*'
        # An object is a row, however many lines its command has.
        $study.Rows[0].Command = "true`ntrue"
        { $study.Rows | Invoke-RescalePipeline -Destination $study.Results } | Should -Throw '*row 3*CoresPerSlot*' -ErrorId 'JobTableInvalid,*'
        { Invoke-RescalePipeline -JobsCsv (Join-Path $folder 'none.csv') } | Should -Throw -ErrorId 'SourceNotFound,*'
        @(Get-RescaleJob).Count | Should -Be $before
    }

    It '-WhatIf shows the plan and changes nothing' {
        $study = New-Study whatif (1..2)
        $before = @(Get-RescaleJob).Count
        Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -WhatIf | Should -BeNullOrEmpty
        @(Get-RescaleJob).Count | Should -Be $before
        Test-Path -LiteralPath $study.Results | Should -BeFalse
        (Get-ChildItem -LiteralPath $study.Folder -File).Name | Should -Be 'jobs.csv'
    }

    It '-WhatIf counts what a directory holds, and follows no link' -Skip:$IsWindows {
        $study = New-Study links (1..1)
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $study.Folder 'Run_1' 'loop') -Target .
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $study.Folder 'Run_1' 'nowhere') -Target missing
        $shown = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[2]
            Import-Module $args[0]
            $null = Connect-Rescale -Sandbox
            Invoke-RescalePipeline -JobsCsv $args[1] -Destination results -WhatIf
        } @($ModulePath, $study.Csv, $env:RESCALE_STATE_HOME)
        "$shown" | Should -Match 'Run_1 \(1 files, 2 B\)'
    }

    It 'says what a specification has and a table has no column for' {
        $study = New-Study specs (1..2)
        $null = Import-RescaleJobSpec $study.Csv | New-RescaleJobSpec -AutomationId auPost |
            Invoke-RescalePipeline -StatePath (Join-Path $study.Folder 'specs.state.csv') -WarningVariable warnings -WarningAction SilentlyContinue -WhatIf
        @($warnings).Count | Should -Be 2
        "$($warnings[0])" | Should -Match "'job_1': AutomationId"
    }

    It 'tells by its state file how far each row has come' {
        $study = New-Study told (1..2) { param($row, $n) if ($n -eq 2) { $row.CoreType = 'none' } }
        $null = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1 -ErrorAction SilentlyContinue
        $state = Get-RescalePipelineState ([WildcardPattern]::Escape((Join-Path $study.Folder 'jobs.state.csv')))
        $state[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.PipelineState'
        $state.Index | Should -Be 1, 2
        $state.SubmitStatus | Should -Be 'success', 'failed'
        ($state[0].JobStatus, $state[0].HasEnded, $state[1].JobId) | Should -Be 'Completed', $true, $null
        $state[1].ErrorMessage | Should -Match 'none'
        ($state[0] | Get-RescaleJob).Name | Should -Be $state[0].JobName
        $state | Out-String -Width 200 | Should -Match '2 .*failed'
        # The file alone, as the Go tool would have written it.
        $alone = Join-Path $study.Folder 'alone [x].csv'
        Copy-Item -LiteralPath (Join-Path $study.Folder 'jobs.state.csv') $alone
        $read = Get-Item -LiteralPath $alone | Get-RescalePipelineState
        ($read.JobId | Select-Object -First 1) | Should -Be $state[0].JobId
        $read[0].HasEnded | Should -BeNullOrEmpty
        { Get-RescalePipelineState $study.Csv -ErrorAction Stop } | Should -Throw -ErrorId 'PipelineStateInvalid,*'
    }

    It '-Resume and -Retry need an earlier run, and -Force goes with neither' {
        $study = New-Study none (1..1)
        { Invoke-RescalePipeline -JobsCsv $study.Csv -Resume } | Should -Throw '*no earlier run*' -ErrorId 'PipelineStateInvalid,*'
        { Invoke-RescalePipeline -JobsCsv $study.Csv -Retry Failed } | Should -Throw '*no earlier run*' -ErrorId 'PipelineStateInvalid,*'
        { Invoke-RescalePipeline -JobsCsv $study.Csv -Retry Failed -Force } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
        { Invoke-RescalePipeline -JobsCsv $study.Csv -Retry Sometimes } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
        (Get-ChildItem -LiteralPath $study.Folder -File).Name | Should -Be 'jobs.csv'
        # The state of the Go tool is no run of this module.
        $state = Join-Path $study.Folder 'go.csv'
        "Index,JobName,Directory,TarPath,TarStatus,FileID,UploadStatus,JobID,SubmitStatus,ExtraFileIDs,ErrorMessage,LastUpdated`n1,job_1,,,success,f,success,,pending,,,`n" |
            Set-Content -LiteralPath $state -NoNewline
        { Invoke-RescalePipeline -JobsCsv $study.Csv -StatePath $state -Resume } | Should -Throw '*not of this module*' -ErrorId 'PipelineStateInvalid,*'
    }

    It '-Retry runs what failed and nothing else, and -Retry FailedJob makes jobs anew' {
        $study = New-Study 'retry [x] ü' (1..3) {
            param($row, $n)
            if ($n -eq 2) { $row.Command = 'test -e Run_2/mended' }
            if ($n -eq 3) { Rename-Item -LiteralPath $row.Directory 'away' }
        }
        $arguments = @{ JobsCsv = $study.Csv; Destination = $study.Results; PollIntervalSeconds = 1; ErrorAction = 'SilentlyContinue' }
        $first = Invoke-RescalePipeline @arguments | Sort-Object Index
        $first.Succeeded | Should -Be $true, $false, $false

        Rename-Item -LiteralPath (Join-Path $study.Folder 'away') 'Run_3'
        Set-Content -LiteralPath (Join-Path $study.Folder 'Run_2' 'mended') ''
        $streams = Invoke-RescalePipeline @arguments -Retry Failed -Verbose 4>&1
        $again = $streams | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] } | Sort-Object Index
        "$($streams | Where-Object { $_ -is [Management.Automation.VerboseRecord] } | Select-Object -Last 1)" | Should -Match '^2 job\(s\): 1 succeeded, 1 failed, in .+ Uploaded .+ of 1 archive\(s\).+ API calls: \d+ user'
        $again.Index | Should -Be 2, 3
        $again.Succeeded | Should -Be $false, $true
        $again[0].JobId | Should -Be $first[1].JobId

        $anew = Invoke-RescalePipeline @arguments -Retry FailedJob
        ($anew.Index, $anew.Succeeded) | Should -Be 2, $true
        $anew.Destination | Should -Be "$($first[1].Destination)_$($anew.JobId)"
        @(Invoke-RescalePipeline @arguments -Retry FailedJob).Count | Should -Be 0
        @(Invoke-RescalePipeline @arguments -Resume | Where-Object Succeeded).Count | Should -Be 3
    }

    It '-AllowTableChange runs new rows and knows the others' {
        $study = New-Study changed (1..3)
        $arguments = @{ Destination = $study.Results; PollIntervalSeconds = 1; StatePath = Join-Path $study.Folder 's.csv' }
        $first = $study.Rows[0..1] | Invoke-RescalePipeline @arguments
        { $study.Rows | Invoke-RescalePipeline @arguments } | Should -Throw '*another table*' -ErrorId 'PipelineStateInvalid,*'
        $all = $study.Rows[2, 1, 0] | Invoke-RescalePipeline @arguments -AllowTableChange | Sort-Object Index
        $all.JobName | Should -Be 'job_3', 'job_2', 'job_1'
        $all[1, 2].JobId | Should -Be ($first | Sort-Object Index -Descending).JobId
        (Get-RescalePipelineState $arguments.StatePath).JobName | Should -Be 'job_3', 'job_2', 'job_1'
    }

    It '-Summary writes the run in numbers as the last object' {
        $study = New-Study 'summary [x] ü' (1..3) { param($row, $n) $row.Command = 'sleep 6'; if ($n -eq 3) { $row.Directory = Join-Path $folder 'summary [x] ü' 'Run_1' } }
        $log = Join-Path $study.Folder 'run.jsonl'
        $arguments = @{ JobsCsv = $study.Csv; Destination = $study.Results; PollIntervalSeconds = 1; LogPath = $log; Summary = $true }
        $streams = Invoke-RescalePipeline @arguments -Verbose 4>&1
        $output = $streams | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] }
        $output.Count | Should -Be 4
        $output[0..2].ForEach({ $_.PSTypeNames[0] }) | Select-Object -Unique | Should -Be 'RescaleInterlink.PipelineResult'
        $summary = $output[3]
        $summary.PSTypeNames[0] | Should -Be 'RescaleInterlink.PipelineSummary'
        ($summary.Jobs, $summary.Succeeded, $summary.Failed, $summary.EndedBefore, $summary.Archives) | Should -Be 3, 3, 0, 0, 2
        $summary.LimitedBy | Should -Be 'PlatformJobs'
        $summary.Limit[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.LimitTime'
        ($summary.Limit[0].Limit, $summary.ApiCall[1].Scope, $summary.ApiCall[1].Calls) | Should -Be 'PlatformJobs', 'job-submission', 3
        $summary.ApiCall[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.ApiUsage'
        $summary.BytesDownloaded | Should -Be ($output[0..2].Files | Measure-Object Length -Sum).Sum
        ($summary.BytesShared -gt 0 -and $summary.BytesUploaded -eq $summary.BytesArchived) | Should -BeTrue
        "$($streams | Where-Object { $_ -is [Management.Automation.VerboseRecord] } | Select-Object -Last 1)" | Should -Be "$summary"
        # Its own view, also behind the table of the jobs.
        $output | Out-String -Width 200 | Should -Match '(?s)job_3.+LimitedBy +: PlatformJobs.+PlatformJobs: \d'
        $summary.Limit | Out-String | Should -Match 'PlatformJobs +\d.+%'
        $summary.ApiCall | Out-String | Should -Match 'job-submission +3 '
        (Get-Content -LiteralPath $log -Tail 1 | ConvertFrom-Json).summary.limitedBy | Should -Be 'PlatformJobs'

        $again = Invoke-RescalePipeline @arguments | Select-Object -Last 1
        ($again.Jobs, $again.EndedBefore, $again.JobsPerSecond, $again.Archives) | Should -Be 3, 3, 0, 0
        "$(Invoke-RescalePipeline @arguments -Retry Failed)" | Should -Match '^0 job\(s\).+ API calls: none\. Nothing in particular has bound it\.$'
        Invoke-RescalePipeline @arguments -WhatIf | Should -BeNullOrEmpty
    }

    It '-LogPath writes a line of JSON for each thing that happens' {
        $study = New-Study 'log [x] ü' (1..2) { param($row, $n) if ($n -eq 2) { $row.Command = 'exit 3' } }
        $log = Join-Path $study.Folder 'runs.jsonl'
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1 -LogPath $log -ErrorAction SilentlyContinue
        $lines = Get-Content -LiteralPath $log | ConvertFrom-Json
        $lines[0].event, $lines[-1].event | Should -Be 'runStarted', 'runEnded'
        ($lines[-1].jobs, $lines[-1].succeeded, $lines[-1].failed) | Should -Be 2, 1, 1
        $failed = $lines | Where-Object event -EQ jobFailed
        ($failed.row, $failed.jobName, $failed.errorId) | Should -Be 2, 'job_2', 'JobFailed'
        ($lines | Where-Object event -EQ jobSucceeded).jobId | Should -Be ($results | Where-Object Succeeded).JobId
        @($lines | Where-Object { $_.event -eq 'stageEnded' -and $_.stage -eq 'Upload' -and $_.bytes -gt 0 }).Count | Should -Be 2
        Get-Content -LiteralPath $log -Raw | Should -Not -Match 'awk'
        { Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -LogPath $study.Csv } | Should -Throw '*no run log*' -ErrorId 'DestinationExists,*'
        # The relative path is that of the shell's location; a rehearsal writes none.
        Push-Location -LiteralPath $study.Folder
        try { $null = Invoke-RescalePipeline ./jobs.csv -LogPath rehearsal.jsonl -WhatIf }
        finally { Pop-Location }
        Test-Path -LiteralPath (Join-Path $study.Folder 'rehearsal.jsonl') | Should -BeFalse
    }

    It 'leaves failed rows as a table that can be run, and takes it away when none has failed' {
        $study = New-Study 'failed [x] ü' (1..2) { param($row, $n) if ($n -eq 2) { $row.Command = 'test -e Run_2/mended' } }
        $arguments = @{ Destination = $study.Results; PollIntervalSeconds = 1; ErrorAction = 'SilentlyContinue' }
        $results = Invoke-RescalePipeline $study.Csv @arguments
        $failed = Join-Path $study.Folder 'jobs.failed.csv'
        $row = Import-Csv -LiteralPath $failed
        ($row.JobName, $row.Directory) | Should -Be 'job_2', $study.Rows[1].Directory
        $row.ErrorMessage | Should -Be ($results | Where-Object -Not Succeeded).ErrorMessage
        { Invoke-RescalePipeline $failed -FailurePath $failed } | Should -Throw '*is the table that is run*' -ErrorId 'TransferOptionInvalid,*'
        { Invoke-RescalePipeline $study.Csv -FailurePath (Join-Path $study.Folder 'Run_1' 'n.txt') } | Should -Throw '*another file lies there*' -ErrorId 'DestinationExists,*'

        Set-Content -LiteralPath (Join-Path $study.Folder 'Run_2' 'mended') ''
        $arguments.Destination = Join-Path $study.Folder 'again'
        $again = Invoke-RescalePipeline $failed @arguments
        ($again.JobName, $again.Succeeded) | Should -Be 'job_2', $true
        (Get-ChildItem -LiteralPath $study.Folder -File).Name | Should -Not -Contain 'jobs.failed.failed.csv'
        $arguments.Destination = $study.Results
        (Invoke-RescalePipeline $study.Csv @arguments -Retry FailedJob).Succeeded | Should -BeTrue
        Test-Path -LiteralPath $failed | Should -BeFalse

        # A file of the user's own at the usual place stays, and ends no run.
        Set-Content -LiteralPath $failed 'mine'
        $null = Invoke-RescalePipeline $study.Csv @arguments -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'another file lies there'
        Get-Content -LiteralPath $failed | Should -Be 'mine'
    }

    It '-UseExistingFile archives and uploads nothing' {
        $study = New-Study existing (1..2) { param($row, $n) $row.Command = 'cat shared.txt > out.txt'; $row.Directory = '/gone' }
        Set-Content -LiteralPath (Join-Path $study.Folder 'shared.txt') 'shared'
        $file = Send-RescaleFile (Join-Path $study.Folder 'shared.txt')
        $study.Rows | Select-Object *, @{ Name = 'ExtraInputFileIDs'; Expression = { $file.FileId } } | Export-Csv -LiteralPath $study.Csv
        $results = Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results -PollIntervalSeconds 1 -UseExistingFile
        $results.Succeeded | Should -Be $true, $true
        $results.FileId | Should -Be $null, $null
        Get-Content -LiteralPath (Join-Path $study.Results 'job_2' 'out.txt') | Should -Be 'shared'
        $state = Get-RescalePipelineState (Join-Path $study.Folder 'jobs.existing.state.csv')
        $state.UploadStatus | Should -Be 'skipped', 'skipped'
    }

    It 'refuses a second run on the same state file, and the first goes on' {
        $study = New-Study twice (1..1) { param($row, $n) $row.Command = "while [ ! -e '$folder/let-go' ]; do sleep 0.1; done" }
        $csv, $results = $study.Csv, $study.Results
        $run = Start-ThreadJob {
            Import-Module $using:ModulePath
            Invoke-RescalePipeline -JobsCsv $using:csv -Destination $using:results -PollIntervalSeconds 1 -Connection $using:connection
        }
        try {
            $state = Join-Path $study.Folder 'jobs.state.csv'
            $until = [DateTime]::UtcNow.AddSeconds(60)
            while (-not (Test-Path -LiteralPath "$state.lock") -and [DateTime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 50 }
            { Invoke-RescalePipeline -JobsCsv $study.Csv -Destination $study.Results } | Should -Throw '*cannot be used*' -ErrorId 'PipelineStateInvalid,*'
        }
        finally {
            Set-Content -LiteralPath (Join-Path $folder 'let-go') ''
            $result = $run | Receive-Job -Wait -AutoRemoveJob
        }
        $result.Succeeded | Should -BeTrue
    }

    It 'without a destination submits and does not wait' {
        $study = New-Study submit (1..1) { param($row, $n) $row.Command = 'while [ ! -e never ]; do sleep 0.1; done' }
        $result = Invoke-RescalePipeline -JobsCsv $study.Csv
        $result.Succeeded | Should -BeTrue
        $result.Destination | Should -BeNullOrEmpty
        (Get-RescaleJob $result.JobId).Status | Should -Not -Be 'Completed'
    }
}
