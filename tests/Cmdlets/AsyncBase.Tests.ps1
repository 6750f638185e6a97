BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    # The test cmdlets derive from the module's base, so they belong into the module's own load context.
    $context = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Connect-Rescale).ImplementingType.Assembly)
    $testCmdlets = $context.LoadFromAssemblyPath((Get-BuiltAssembly 'tests/Cmdlets/TestCmdlets' 'RescaleInterlink.TestCmdlets'))
    Import-Module -Assembly $testCmdlets -Global
}

Describe 'A stop' {
    It 'in <Phase> returns within 2 s, and the body has ended by then' -ForEach @(
        @{ Phase = 'Begin' }, @{ Phase = 'Process' }, @{ Phase = 'End' }, @{ Phase = 'Background' }
    ) {
        $hanging = [Threading.ManualResetEventSlim]::new()
        $ended = [Threading.ManualResetEventSlim]::new()
        $stop = Invoke-Stopped -Variables @{ hanging = $hanging; ended = $ended; phase = $Phase; testCmdlets = $testCmdlets } `
            -Prepare { Import-Module -Assembly $testCmdlets } `
            -Script { 1 | Test-Stall -Phase $phase -Hanging $hanging -Ended $ended } `
            -Ready { $hanging.IsSet }
        $ended.IsSet | Should -BeTrue
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.State | Should -Be 'Stopped'
        $stop.Errors | Should -BeNullOrEmpty
    }

    It 'in background work ends it too when another command of the pipeline fails' {
        $hanging = [Threading.ManualResetEventSlim]::new()
        $ended = [Threading.ManualResetEventSlim]::new()
        $source = { 1; Wait-Until { $hanging.IsSet } 'the work began'; throw 'elsewhere' }
        { & $source | Test-Stall -Phase Background -Hanging $hanging -Ended $ended } | Should -Throw 'elsewhere'
        $ended.IsSet | Should -BeTrue
    }
}

Describe 'The streams' {
    It 'all arrive, each in its own stream' {
        $result = @(Test-Stream -ErrorAction SilentlyContinue -ErrorVariable failed -WarningVariable warned -WarningAction SilentlyContinue -InformationVariable informed)
        $result.Value | Should -Be 1, 2, 3
        $warned | Should -Be 'warning'
        "$informed" | Should -Be 'information'
        $failed.Count | Should -Be 1
        (Test-Stream -Verbose -ErrorAction Ignore -WarningAction Ignore 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }).Message | Should -Contain 'verbose'
        $DebugPreference = 'Continue'
        (Test-Stream -ErrorAction Ignore -WarningAction Ignore 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }).Message | Should -Contain 'debug'
    }

    It 'carry objects with their stable type name' {
        (Test-Stream -ErrorAction Ignore -WarningAction Ignore | Select-Object -First 1).PSTypeNames[0] | Should -Be 'RescaleInterlink.TestNumber'
    }

    It 'carry an error record with id, category, target and recommended action' {
        $null = Test-Stream -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction Ignore
        $failed[0].FullyQualifiedErrorId | Should -Be 'FileNotFound,RescaleInterlink.TestCmdlets.TestStreamCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be 'target'
        $failed[0].ErrorDetails.RecommendedAction | Should -Be 'look again'
    }

    It 'a later command that wants no more ends the body' {
        $ended = [Threading.ManualResetEventSlim]::new()
        $first = Test-Stream -Count 100000 -Ended $ended -ErrorAction Ignore -WarningAction Ignore | Select-Object -First 2
        $first.Value | Should -Be 1, 2
        $ended.IsSet | Should -BeTrue
    }

    It '-ErrorAction Stop ends the body and throws the record' {
        $ended = [Threading.ManualResetEventSlim]::new()
        { Test-Stream -Ended $ended -ErrorAction Stop -WarningAction Ignore } | Should -Throw 'no such file' -ErrorId 'FileNotFound,*'
        $ended.IsSet | Should -BeTrue
    }

    It '-WhatIf reaches the question and changes nothing' {
        Test-Stream -WhatIf -ErrorAction Ignore -WarningAction Ignore | Should -BeNullOrEmpty
    }

    It 'a failure of the whole call terminates with its own id' {
        { Test-Stream -Throw Rescale -ErrorAction SilentlyContinue -WarningAction Ignore } | Should -Throw 'the disk is full' -ErrorId 'DiskFull,*'
    }

    It 'a fault of ours is reported as such, without the secret in its text' {
        try { Test-Stream -Throw Unexpected -ErrorAction SilentlyContinue -WarningAction Ignore; throw 'nothing was thrown' }
        catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'UnexpectedFailure,RescaleInterlink.TestCmdlets.TestStreamCommand'
        "$record" | Should -Not -Match '0123456789abcdef0123456789abcdef01234567'
    }
}

Describe 'Progress' {
    BeforeAll {
        function Get-ProgressRecord {
            param([string] $Preference, [int] $Least)
            $shell = [powershell]::Create()
            try {
                $asked = [System.Collections.Concurrent.ConcurrentQueue[int]]::new()
                $null = $shell.AddScript({
                        param($module, $testCmdlets, $asked, $preference, $least)
                        Import-Module $module
                        Import-Module -Assembly $testCmdlets
                        $ProgressPreference = $preference
                        Test-Progress -Asked $asked -LeastReports $least
                    }).AddParameters(@($ModulePath, $testCmdlets, $asked, $Preference, $Least)).Invoke()
                if ($shell.HadErrors) { throw $shell.Streams.Error[0] }
                [pscustomobject]@{ Records = @($shell.Streams.Progress); Asked = @($asked) }
            }
            finally { $shell.Dispose() }
        }
    }

    It 'shows one parent and at most four items, within 0 to 100, and completes every one' {
        $shown = Get-ProgressRecord -Preference Continue -Least 4
        $ours = $shown.Records | Where-Object { $_.ParentActivityId -eq 1 -or $_.Activity -eq 'Testing' }
        ($ours | ForEach-Object ActivityId | Sort-Object -Unique) | Should -Be 1, 2, 3, 4, 5
        $ours.PercentComplete | ForEach-Object { $_ | Should -BeIn (-1..100) }
        foreach ($group in $ours | Group-Object ActivityId) { $group.Group[-1].RecordType | Should -Be 'Completed' }
    }

    It 'is neither shown nor asked for under SilentlyContinue' {
        $shown = Get-ProgressRecord -Preference SilentlyContinue -Least 0
        $shown.Asked | Should -BeNullOrEmpty
        $shown.Records | Where-Object Activity -eq 'Testing' | Should -BeNullOrEmpty
    }
}
