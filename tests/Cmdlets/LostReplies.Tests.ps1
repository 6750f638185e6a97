BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob
    $creation = @{ target = 'api'; method = 'POST'; path = '^/api/v3/jobs/$' }
    $registration = @{ target = 'api'; method = 'POST'; path = '^/api/v3/files/$' }

    function Get-Fired { @((Invoke-SandboxControl $sandbox Get faults).rules.fired) }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Under <Fault>' -ForEach @(
    @{ Fault = 'loseReply'; Name = 'lost [1] ü' }
    @{ Fault = 'garbleReply'; Name = 'garbled [1] ü' }
    @{ Fault = 'resetAfter'; Name = 'cut [1] ü' }
    @{ Fault = 'status'; Name = 'failed [1] ü' }
) {
    AfterEach { Clear-Fault $sandbox }

    It 'Submit-RescaleJob makes exactly one job, and starts it' {
        Set-Fault $sandbox ($creation + @{ fault = $Fault; times = 1 })
        $job = Submit-RescaleJob @basic -JobName $Name -Command 'echo one > one.txt' -Tag marked
        Get-Fired | Should -Be 1
        @(Get-RescaleJob | Where-Object Name -EQ $Name).Id | Should -Be $job.Id
        ($job | Get-RescaleJobTag).Tag | Should -Be 'marked'
        ($job | Wait-RescaleJob -PollIntervalSeconds 1).Status | Should -Be 'Completed'
    }

    It 'Send-RescaleFile makes exactly one file' {
        $path = New-RandomFile (Join-Path $folder "$Name.bin") 100000
        Set-Fault $sandbox ($registration + @{ fault = $Fault; times = 1 })
        $sent = Send-RescaleFile -LiteralPath $path
        Get-Fired | Should -Be 1
        @(Get-RescaleFile | Where-Object Name -EQ "$Name.bin").Id | Should -Be $sent.Id
        $back = Receive-RescaleFile -Id $sent.Id -Destination (New-TestFolder)
        Get-Sha512 $back.Path | Should -Be $sent.Sha512
    }
}

Describe 'A job that may have been created' {
    AfterEach { Clear-Fault $sandbox }

    It 'is one error that tells its mark when the platform cannot be asked, and the others go on' {
        Set-Fault $sandbox ($creation + @{ fault = 'loseReply'; times = 1 }), @{ target = 'api'; method = 'GET'; path = '^/api/v3/jobs/$'; fault = 'status'; status = 403; times = 1 }
        $jobs = 'asked 1', 'asked 2' | ForEach-Object { Submit-RescaleJob @basic -JobName $_ -Command true -CreateOnly -ErrorAction SilentlyContinue -ErrorVariable +errors }
        Clear-Fault $sandbox
        $jobs.Name | Should -Be 'asked 2'
        Get-ErrorId $errors[0] | Should -Be 'JobSubmissionUncertain'
        $errors[0].Exception.Message | Should -Match 'RESCALE_INTERLINK_MARK=[0-9a-f]{32}'
        $errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        @(Get-RescaleJob | Where-Object Name -Like 'asked *').Count | Should -Be 2
    }

    It 'is looked for no longer than until a stop: <What>' -ForEach @(
        @{ What = 'a job'; Path = '^/api/v3/jobs/$'; Script = { Submit-RescaleJob @basic -JobName stopped -Command true -Connection $connection } }
        @{ What = 'a file'; Path = '^/api/v3/files/$'; Script = { Send-RescaleFile -LiteralPath $source -Connection $connection } }
    ) {
        $source = New-RandomFile (Join-Path $folder 'stopped.bin') 1000
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = $Path; fault = 'loseReply' }, @{ target = 'api'; method = 'GET'; path = $Path; fault = 'stall' }
        $stop = Invoke-Stopped -Script $Script -Variables @{ basic = $basic; source = $source; connection = $connection } -Ready { (Get-Fired)[1] -gt 0 }
        $stop.State | Should -Be 'Stopped'
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
    }

    It 'is found by the next run of a pipeline whose process was killed' {
        $directory = (New-Item -ItemType Directory (Join-Path $folder 'killed [1]')).FullName
        Set-Content -LiteralPath (Join-Path $directory 'n.txt') -Value 7
        $csv = Join-Path $folder 'killed.csv'
        [pscustomobject]@{
            Directory = $directory; JobName = 'killed [1] ü'; Command = 'cat killed*/n.txt > copy.txt'; CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''
            AnalysisCode = $basic.AnalysisCode; CoreType = $basic.CoreType; Tags = 'study'
        } | Export-Csv -LiteralPath $csv
        $results = Join-Path $folder 'killed results'
        $script = Join-Path (New-TestFolder) 'pipeline.ps1'
        Set-Content -LiteralPath $script -Value {
            param($module, $csv, $results)
            Import-Module $module
            $null = Connect-Rescale -Sandbox
            Invoke-RescalePipeline -JobsCsv $csv -Destination $results -PollIntervalSeconds 1
        }
        # The job is made, its answer is lost, and the look for it does not end.
        Set-Fault $sandbox ($creation + @{ fault = 'loseReply'; times = 1 }), @{ target = 'api'; method = 'GET'; path = '^/api/v3/jobs/$'; fault = 'stall' }
        $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME 'pwsh'))
        if (-not (Test-Path -LiteralPath $start.FileName)) { $start.FileName = 'pwsh' }
        foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $script, $ModulePath, $csv, $results) { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [Diagnostics.Process]::Start($start)
        try { Wait-Until { (Get-Fired)[1] -gt 0 -or $process.HasExited } 'the job is being looked for' }
        finally { if (-not $process.HasExited) { $process.Kill() } else { throw $process.StandardError.ReadToEnd() + $process.StandardOutput.ReadToEnd() }; $process.WaitForExit() }
        Clear-Fault $sandbox
        $made = @(Get-RescaleJob | Where-Object Name -EQ 'killed [1] ü')
        $made.Count | Should -Be 1
        $result = Invoke-RescalePipeline -JobsCsv $csv -Destination $results -PollIntervalSeconds 1
        $result.JobId | Should -Be $made.Id
        $result.Status | Should -Be 'Completed'
        Get-Content -LiteralPath (Join-Path $results 'killed [1] ü' 'copy.txt') | Should -Be 7
        @(Get-RescaleJob | Where-Object Name -EQ 'killed [1] ü').Count | Should -Be 1
        (Get-RescaleJobTag -JobId $made.Id).Tag | Should -Be 'study'
    }
}

Describe 'The mark' {
    It 'is in no specification, however one comes by it' {
        $spec = New-RescaleJobSpec spec -AnalysisCode user_included -CoreType emerald -Command true -Environment @{ RESCALE_INTERLINK_MARK = 'mine'; A = 'b' }
        $spec.LicenseSettings | Should -Be '{"A":"b"}'
        $path = Join-Path $folder 'body.json'
        Set-Content -LiteralPath $path -Value '{"name":"n","jobanalyses":[{"command":"true","analysis":{"code":"user_included"},"hardware":{"coreType":{"code":"emerald"}},"envVars":{"RESCALE_INTERLINK_MARK":"another"}}]}'
        $read = Import-RescaleJobSpec -LiteralPath $path
        $read.LicenseSettings | Should -BeNullOrEmpty
        $null = $read | Export-RescaleJobSpec -Path (Join-Path $folder 'out.json')
        Get-Content -Raw -LiteralPath (Join-Path $folder 'out.json') | Should -Not -Match 'MARK'
        $job = $read | Submit-RescaleJob
        $job | Should -Not -BeNullOrEmpty
        ($job | Wait-RescaleJob -PollIntervalSeconds 1).Status | Should -Be 'Completed'
    }
}
