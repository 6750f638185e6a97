BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession

    # A table of runs in a folder of its own; the script block changes a row before it is written.
    function New-Table {
        param([string] $Name, [int] $Count, [scriptblock] $Change = { param($row) })
        $place = (New-Item -ItemType Directory (Join-Path $folder "$Name [p]")).FullName
        $rows = foreach ($i in 1..$Count) {
            $run = (New-Item -ItemType Directory (Join-Path $place "Run_$i")).FullName
            Set-Content -LiteralPath (Join-Path $run 'in.txt') ('x' * $i) -NoNewline
            $row = [pscustomobject]@{
                Directory = "Run_$i"; JobName = "job_$i"; AnalysisCode = 'user_included'; AnalysisVersion = ''; Command = 'cat */in.txt'; CoreType = 'emerald'
                CoresPerSlot = '1'; WalltimeHours = '1'; Slots = '1'; LicenseSettings = ''; Tags = 'a'; Submit = ''
            }
            & $Change $row $i
            $row
        }
        $csv = Join-Path $place 'jobs.csv'
        $rows | Export-Csv -LiteralPath $csv
        $csv
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Test-RescalePipeline' {
    It 'tells what a good table would do, and does nothing' {
        $csv = New-Table good 3 { param($row, $i) if ($i -eq 3) { $row.Submit = 'no' } }
        $before = @(Get-RescaleJob).Count
        $plan = Test-RescalePipeline $csv -Destination results
        $plan.PSTypeNames[0] | Should -Be 'RescaleInterlink.PipelineForecast'
        ($plan.IsValid, $plan.Jobs, $plan.Submissions, $plan.Files, $plan.Bytes) | Should -Be $true, 3, 2, 3, 6
        $plan.Finding | Should -BeNullOrEmpty
        # Each job's creation, tag and registration, and the storage's credentials.
        $plan.ApiCall.Calls | Should -Be 10, 2, 2
        $plan.Row[1].PSTypeNames[0] | Should -Be 'RescaleInterlink.PlannedRow'
        ($plan.Row[1].JobName, $plan.Row[1].Bytes) | Should -Be 'job_2', 2
        $plan.Row[1].ArchiveName | Should -Match '_Run_2_[0-9a-f]{8}\.tar$'
        $plan | Out-String | Should -Match 'IsValid +: True'
        $plan.ApiCall | Out-String | Should -Match 'job-submission +2'
        $plan.Row | Out-String -Width 200 | Should -Match '2 job_2 +Archive +1 +2'
        @(Get-RescaleJob).Count | Should -Be $before
        @(Get-ChildItem -LiteralPath (Split-Path $csv) -File).Name | Should -Be 'jobs.csv'
    }

    It 'tells what would be archived by the options of the command' {
        $csv = New-Table archives 3 {
            param($row, $i)
            if ($i -eq 3) { $row.Directory = 'Run_1' }
            $null = New-Item -ItemType Directory -Force (Join-Path $place 'Run_1/old')
            Set-Content -LiteralPath (Join-Path $place 'Run_1/old/in.txt') 'older' -NoNewline
            Set-Content -LiteralPath (Join-Path $place 'Run_1/big.rst') ('y' * 5000) -NoNewline
        }
        # Two rows share a directory, whose archive is counted once.
        ($all = Test-RescalePipeline $csv) | Select-Object -ExpandProperty Archives | Should -Be 2
        ($all.Jobs, $all.Files, $all.Bytes) | Should -Be 3, 4, (1 + 5 + 5000 + 2)
        $some = Test-RescalePipeline $csv -ExcludePattern *.rst
        ($some.Files, $some.Bytes) | Should -Be 3, 8
        ($all.ArchiveBytes - $some.ArchiveBytes) | Should -Be (512 + 5120)
        (Test-RescalePipeline $csv -IncludePattern 'none*').Finding.Message | Select-Object -First 1 | Should -Match "only 'none\*'"
        $flat = Test-RescalePipeline $csv -FlattenTar
        $flat.IsValid | Should -BeFalse
        $flat.Finding.Where({ $_.Severity -eq 'Error' })[0].Message | Should -Match "would both be 'in.txt'"
        $gzip = Test-RescalePipeline $csv -TarCompression gzip
        $gzip.Row[0].ArchiveName | Should -Match '_Run_1_[0-9a-f]{8}\.tar\.gz$'
        $gzip.Finding.Message | Should -Match 'estimates'
        $e = { Test-RescalePipeline $csv -IncludePattern a -ExcludePattern b } | Should -Throw -PassThru
        $e.FullyQualifiedErrorId | Should -Match '^PatternInvalid'
    }

    It 'takes the options of archives from the configuration, and the command line first' {
        $csv = New-Table configured 1 { param($row) Set-Content -LiteralPath (Join-Path $place 'Run_1/big.rst') 'y' -NoNewline }
        $config = Join-Path $env:RESCALE_CONFIG_HOME 'config.csv'
        $null = New-Item -ItemType Directory -Force $env:RESCALE_CONFIG_HOME
        Set-Content -LiteralPath $config "key,value`nexclude_pattern,*.rst;*.odb`ntar_compression,gz`nflatten_tar,true"
        try {
            $other = $sandbox | Connect-Rescale -Name configured -NoDefault
            $plan = Test-RescalePipeline $csv -Connection $other
            $plan.Files | Should -Be 1
            $plan.Row[0].ArchiveName | Should -Match '\.tar\.gz$'
            # No folder has an entry: one header, one block, and the end.
            $plan.ArchiveBytes | Should -Be (512 + 512 + 1024)
            $plan = Test-RescalePipeline $csv -Connection $other -IncludePattern * -TarCompression None -FlattenTar:$false
            $plan.Files | Should -Be 2
            $plan.Row[0].ArchiveName | Should -Match '\.tar$'
            $plan.ArchiveBytes | Should -Be (512 + 2 * 1024 + 1024)
        }
        finally {
            Remove-Item -LiteralPath $config
            Disconnect-Rescale -Connection $other
        }
    }

    It 'finds what is wrong with each row' {
        $csv = New-Table wrong 6 {
            param($row, $i)
            switch ($i) {
                1 { $row.Directory = 'none' }
                2 { $row.CoreType = 'emerlad' }
                3 { $row.Slots = 'many' }
                4 { $row.LicenseSettings = '{"a":' }
                5 { $row.AnalysisVersion = '77' }
                6 { $row.JobName = 'job_5' }
            }
        }
        $plan = Test-RescalePipeline $csv
        $plan.IsValid | Should -BeFalse
        $found = $plan.Finding | ForEach-Object { "$($_.Severity) $($_.Row) $($_.Column)" }
        foreach ($one in 'Error  Slots', 'Error  LicenseSettings', 'Error 1 Directory', 'Error 2 CoreType', 'Warning 5 ', 'Warning 6 JobName') { $found | Should -Contain $one }
        $plan.Finding | Out-String -Width 300 | Should -Match 'did you mean emerald'
        "$($plan | Out-String)" | Should -Match 'Error: row 2 \(''job_2''\): CoreType'
    }

    It 'takes lists of any kind in the cells of objects' {
        $row = [pscustomobject]@{
            Directory = ''; JobName = 'lists'; AnalysisCode = 'user_included'; Command = 'true'; CoreType = 'emerald'; CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''
            Submit = 'no'; ExtraInputFileIDs = [Collections.Generic.List[string]] @((Send-Named (New-Shelf).Id 'one.txt').FileId); Tags = [Collections.Generic.List[string]] @('a', 'b')
        }
        $result = $row | Invoke-RescalePipeline -StatePath (Join-Path $folder 'lists.state.csv')
        $result.Succeeded | Should -BeTrue
        (Get-RescaleJobTag $result.JobId).Tag | Sort-Object | Should -Be 'a', 'b'
    }

    It 'takes objects, and asks nobody when it is offline' {
        $csv = New-Table objects 2 { param($row) $row.CoreType = 'emerlad' }
        Push-Location -LiteralPath (Split-Path $csv)
        try {
            (Import-Csv -LiteralPath $csv | Test-RescalePipeline).IsValid | Should -BeFalse
            $plan = Import-Csv -LiteralPath $csv | Test-RescalePipeline -Offline
            $plan.IsValid | Should -BeTrue
            # The limits of a platform, which this sandbox has not.
            $plan.ApiCall.AtOnce | Should -Be 150, 50, 300
        }
        finally { Pop-Location }
        New-RescaleJobTable (Import-Csv -LiteralPath $csv)[0] Run_* -Path (Split-Path $csv) | Test-RescalePipeline -Offline | ForEach-Object Jobs | Should -Be 2
    }

    It 'says how long the limits of the platform take' {
        $rows = 1..100 | ForEach-Object { [pscustomobject]@{ Directory = ''; JobName = "j$_"; AnalysisCode = 'user_included'; Command = 'y'; CoreType = 'emerald'; CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''; ExtraInputFileIDs = 'abc' } }
        $plan = $rows | Test-RescalePipeline -Offline
        $plan.ShortestTime.TotalSeconds | Should -BeGreaterThan 211
        $plan.ShortestTime.TotalSeconds | Should -BeLessThan 212
        $plan.Finding.Severity | Should -Be 'Information'
    }

    It 'shows with -WhatIf of the pipeline what it finds' {
        $csv = New-Table whatif 2 { param($row, $i) if ($i -eq 2) { $row.CoreType = 'emerlad' } }
        Invoke-RescalePipeline -JobsCsv $csv -WhatIf -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warned" | Should -Match "row 2 \('job_2'\): CoreType"
    }

    It 'without a table is one error' {
        { Test-RescalePipeline (Join-Path $folder none.csv) } | Should -Throw -ErrorId 'SourceNotFound,*'
    }
}
