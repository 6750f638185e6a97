BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob
    $job = Submit-RescaleJob @basic -JobName study -Command @'
mkdir -p a/b tmp; echo one > a/one.csv; echo two > a/b/two.csv; echo log > a/b/run.log; echo junk > tmp/junk.csv
echo device > CON; echo colon > a:b; echo lower > twin; echo upper > TWIN; head -c 300000 /dev/zero > zero.dat
'@
    $null = $job | Wait-RescaleJob -PollIntervalSeconds 1
    $outputs = 'a/b/run.log', 'a/b/two.csv', 'a/one.csv', 'a:b', 'CON', 'process_output.log', 'tmp/junk.csv', 'twin', 'TWIN', 'zero.dat'
    function Get-Tree {
        param([string] $Path)
        if (Test-Path -LiteralPath $Path) {
            Get-ChildItem -LiteralPath $Path -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($Path, $_.FullName).Replace('\', '/') } | Sort-Object -CaseSensitive
        }
    }
    # Every file of a folder is made another one.
    function Set-Another { param([string] $Path) Get-ChildItem -LiteralPath $Path -Recurse -File | ForEach-Object { Set-Content -LiteralPath $_.FullName -Value 'mine' } }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Receive-RescaleJob' {
    It 'keeps the paths, and the next time nothing travels' {
        $target = Join-Path $folder 'paths'
        $received = $job | Receive-RescaleJob -Destination $target
        ($received.RelativePath | Sort-Object -CaseSensitive) | Should -Be ($outputs | Sort-Object -CaseSensitive)
        $received.Integrity | Select-Object -Unique | Should -Be 'Verified'
        $received.JobId | Select-Object -Unique | Should -Be $job.Id
        Get-Tree (Join-Path $target study) | Should -Be ($outputs | Sort-Object -CaseSensitive)
        Get-Content -LiteralPath (Join-Path $target study 'a:b') | Should -Be 'colon'
        Get-Content -LiteralPath (Join-Path $target study 'TWIN') | Should -Be 'upper'
        $again = $job | Receive-RescaleJob -Destination $target
        $again.Status | Select-Object -Unique | Should -Be 'Identical'
        $again.Count | Should -Be $outputs.Count
    }

    It 'takes only what <Name> takes' -ForEach @(
        @{ Name = 'include'; Filter = @{ Include = '*.csv' }; Expected = 'a/b/two.csv', 'a/one.csv', 'tmp/junk.csv' }
        @{ Name = 'exclude'; Filter = @{ Include = '*.csv', '*.log'; Exclude = 'tmp', 'process*' }; Expected = 'a/b/run.log', 'a/b/two.csv', 'a/one.csv' }
        @{ Name = 'search'; Filter = @{ Search = 'O', 'csv' }; Expected = 'a/b/two.csv', 'a/one.csv' }
        @{ Name = 'pathfilter'; Filter = @{ PathFilter = 'a/**/*.csv' }; Expected = 'a/b/two.csv', 'a/one.csv' }
        @{ Name = 'all'; Filter = @{ PathFilter = '**/b/**'; Exclude = '*.log'; Search = 'TWO'; Include = '*.csv' }; Expected = 'a/b/two.csv' }
        @{ Name = 'nothing'; Filter = @{ Include = 'nosuch' }; Expected = @() }
    ) {
        $null = $job | Receive-RescaleJob -Destination (Join-Path $folder $Name) @Filter
        @(Get-Tree (Join-Path $folder $Name study)) | Should -Be $Expected
        (($job | Get-RescaleJobFile @Filter).RelativePath | Sort-Object -CaseSensitive) | Should -Be $(if ($Expected) { $Expected } else { $null })
    }

    It 'meets what is there as -Conflict <Conflict> says' -ForEach @(
        @{ Conflict = 'Merge'; Status = $null; Errors = 3; Mine = 3; Files = 3 }
        @{ Conflict = 'Skip'; Status = 'Skipped'; Errors = 0; Mine = 3; Files = 3 }
        @{ Conflict = 'Overwrite'; Status = 'Completed'; Errors = 0; Mine = 0; Files = 3 }
        @{ Conflict = 'Rename'; Status = 'Completed'; Errors = 0; Mine = 3; Files = 6 }
        @{ Conflict = 'Error'; Status = $null; Errors = 1; Mine = 3; Files = 3 }
    ) {
        $target = Join-Path $folder "conflict $Conflict"
        $null = $job | Receive-RescaleJob -Destination $target -PathFilter 'a/**'
        Set-Another $target
        $received = $job | Receive-RescaleJob -Destination $target -PathFilter 'a/**' -Conflict $Conflict -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        $received.Status | Select-Object -Unique | Should -Be $Status
        @($failed).Count | Should -Be $Errors
        if ($Errors) { $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*' }
        $there = Get-ChildItem -LiteralPath $target -Recurse -File
        @($there).Count | Should -Be $Files
        @($there | Where-Object { (Get-Content -LiteralPath $_.FullName) -eq 'mine' }).Count | Should -Be $Mine
    }

    It 'with -Force replaces, and with another mode beside it is refused' {
        { Receive-RescaleJob $job.Id -Destination $folder -Force -Conflict Skip } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
        { Receive-RescaleJob $job.Id -Destination $folder -Include 'a[' } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It 'with -WhatIf tells each file and the sum, and makes nothing' {
        $target = Join-Path $folder 'plan'
        $text = Invoke-Fresh {
            $module, $destination, $id, $url, $key, $certificate = $args
            Import-Module $module
            $null = Connect-Rescale -ApiUrl $url -ApiKey (ConvertTo-SecureString $key -AsPlainText -Force)
            Receive-RescaleJob $id -Destination $destination -PathFilter 'a/**' -WhatIf
        } $ModulePath, $target, $job.Id, $sandbox.ApiUrl.AbsoluteUri, ([Net.NetworkCredential]::new('', $sandbox.ApiKey).Password)
        "$text" | Should -Match 'a/b/two.csv \(4 B\)'
        "$text" | Should -Match '3 files \(12 B\) and 3 new folders'
        Test-Path -LiteralPath $target | Should -BeFalse
    }

    It 'receives several jobs at once, those of one name into folders of their own, and a job that is named twice once' {
        $more = 1..2 | ForEach-Object { Submit-RescaleJob @basic -JobName twins -Command "echo $_ > n" }
        $null = $more | Wait-RescaleJob -PollIntervalSeconds 1
        $received = $more + $more[0] + $job | Receive-RescaleJob -Destination (Join-Path $folder 'several') -Include n, one.csv
        $received.Count | Should -Be 3
        (Get-ChildItem (Join-Path $folder 'several')).Name | Sort-Object | Should -Be 'study', 'twins', "twins_$($more[1].Id.Substring(0, 6))"
    }

    It 'costs one listing and no call for a single file' {
        $many = Submit-RescaleJob @basic -JobName many -Command 'i=0; while [ $i -lt 119 ]; do i=$((i+1)); echo $i > $i.txt; done'
        $null = $many | Wait-RescaleJob -PollIntervalSeconds 1
        # A session of its own: another one has keys already.
        $connection = $sandbox | Connect-Rescale -Name own -NoDefault
        $null = Invoke-SandboxControl $sandbox Delete requests
        $received = $many | Receive-RescaleJob -Destination (Join-Path $folder 'cost') -Connection $connection
        $received.Count | Should -Be 120
        $calls = (Invoke-SandboxControl $sandbox Get requests).api.requests
        $calls.'GET /api/v2/jobs/{id}/files/' | Should -Be 1
        $calls.'POST /api/v3/credentials/' | Should -Be $(if ($TestStorage -eq 'Azure') { 2 } else { 1 })
        $calls.'GET /api/v3/files/{id}/' | Should -BeNullOrEmpty
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = $many | Get-RescaleJobFile | Receive-RescaleFile -Destination (Join-Path $folder 'cost of files') -Connection $connection
        # One by one from the pipeline: they gather while the calls before them are under way.
        Get-RequestCount $sandbox 'POST /api/v3/credentials/' | Should -BeLessThan 12
        $connection | Disconnect-Rescale
    }

    It 'continues a file that was interrupted' {
        $big = Submit-RescaleJob @basic -JobName big -Command 'head -c 100000000 /dev/urandom > big.dat'
        $null = $big | Wait-RescaleJob -PollIntervalSeconds 1
        $target = Join-Path $folder 'interrupted'
        Set-Fault $sandbox @{ target = 'storage'; operation = 'GetObject'; fault = 'stall'; skip = 4 }
        $null = Invoke-Stopped -Variables @{ connection = (Get-RescaleConnection | Where-Object IsDefault); target = $target; id = $big.Id } -Script {
            Receive-RescaleJob $id -Destination $target -Include big.dat -Connection $connection
        } -Ready { (Get-RescaleTransfer | Where-Object LocalPath -like '*big.dat').BytesDone -gt 0 }
        Clear-Fault $sandbox
        $done = $big | Receive-RescaleJob -Destination $target -Include big.dat
        $done.Resumed | Should -BeGreaterThan 0
        $done.Integrity | Should -Be 'Verified'
    }
}

Describe 'Get-RescaleJobFile' {
    It 'with -Live lists the work folder of the active run, and the outputs when there is none' {
        $running = Submit-RescaleJob @basic -JobName live -Command 'mkdir -p out; echo part > out/part.csv; while [ ! -e out/stop ]; do sleep 0.1; done'
        try {
            Wait-Until { @(Get-RescaleJobFile $running.Id -Live -PathFilter 'out/*.csv').Count -eq 1 } 'the live file is listed'
            $live = Get-RescaleJobFile $running.Id -Live -Include part.csv
            $live.RelativePath | Should -Be 'out/part.csv'
            $live.Size | Should -Be 5
            $live.RunId | Should -Not -BeNullOrEmpty
            (Get-RescaleJobFile $running.Id -Live -RunId $live.RunId -Name part*).RelativePath | Should -Be 'out/part.csv'
            Get-RescaleJobFile $running.Id -Live -RunId nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        }
        finally { $null = Invoke-RestMethod -Method Post -SkipCertificateCheck -Uri "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/jobs/$($running.Id)/stop/" -Headers @{ Authorization = "Token $([Net.NetworkCredential]::new('', $sandbox.ApiKey).Password)" } }
        $ended = Get-RescaleJobFile $job.Id -Live
        $ended.Count | Should -Be $outputs.Count
        @($ended | Where-Object RunId).Count | Should -Be 0
    }

    It 'falls back to the outputs when the runs cannot be listed' {
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = '^/api/v2/jobs/[^/]+/runs/$'; fault = 'status'; status = 404 }
        try { @(Get-RescaleJobFile $job.Id -Live).Count | Should -Be $outputs.Count }
        finally { Clear-Fault $sandbox }
    }
}
