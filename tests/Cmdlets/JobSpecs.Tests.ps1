BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob
}

AfterAll { Stop-TestSession $sandbox }

Describe 'A specification' {
    It 'has every field, and binds to the parameters of the next' {
        $automation = @(Get-RescaleAutomation)[0]
        $spec = New-RescaleJobSpec full @basic -AnalysisVersion 0 -Command "a`r`n`r`nb  c" -CoresPerSlot 2 -Slots 3 -WalltimeHours ([timespan]'1:30:00') `
            -Environment @{ NUMBER = 12345678 } -LicenseSettings @{ LM = '27000@lic' } -Tag 'x, y' -ProjectId p -OrgCode o -AutomationId $automation `
            -ClusterId c -IsLowPriority -UseRescaleLicense -InputFileId abcdef -Directory $folder -Submit no
        $spec.PSTypeNames[0] | Should -Be 'RescaleInterlink.JobSpec'
        $spec.Command | Should -Be "a`nb c"
        $spec.WalltimeHours | Should -Be 1.5
        $spec.LicenseSettings | Should -Be '{"LM":"27000@lic","NUMBER":"12345678"}'
        $spec.Tag | Should -Be 'x', 'y'
        $spec.AutomationId | Should -Be $automation.Id
        $spec.Directory | Should -Be $folder
        $spec.Submit | Should -Be 'no'
        $table = $spec | Format-Table | Out-String -Width 200
        $table | Should -Match 'full +user_included'
        $table | Should -Match 'a…'
        $table | Should -Not -Match 'u000a'
        # A copy is the same but for what is given.
        $copy = $spec | New-RescaleJobSpec -JobName other -CoresPerSlot 4
        foreach ($property in $spec.PSObject.Properties.Name | Where-Object { $_ -notin 'JobName', 'CoresPerSlot' }) {
            $copy.$property | Should -Be $spec.$property -Because $property
        }
        ($copy.JobName, $copy.CoresPerSlot) | Should -Be 'other', 4
    }

    It 'keeps the command as it is on request' {
        (New-RescaleJobSpec s @basic -Command "cat <<E`n  a  b`n`nE" -KeepCommandSpacing).Command | Should -Be "cat <<E`n  a  b`n`nE"
    }

    It 'takes a walltime as hours, as a text and from a table' {
        (New-RescaleJobSpec s @basic -Command x -Walltime 1:30:00).WalltimeHours | Should -Be 1.5
        ([pscustomobject]@{ JobName = 's'; WalltimeHours = '2.5'; Command = 'x'; CoresPerSlot = '4'; Tags = 'a,b'; NoDecompress = 'yes' } | New-RescaleJobSpec @basic) |
            ForEach-Object { ($_.WalltimeHours, $_.CoresPerSlot, $_.NoDecompress, ($_.Tag -join '+')) | Should -Be 2.5, 4, $true, 'a+b' }
    }

    It 'with a slip is one error record that says what may have been meant, and the others go on' {
        $rows = 'emerald', 'emerlad', 'onyx' | ForEach-Object { [pscustomobject]@{ JobName = $_; CoreType = $_ } }
        $specs = $rows | New-RescaleJobSpec -AnalysisCode user_included -Command x -ErrorAction SilentlyContinue -ErrorVariable failed
        $specs.JobName | Should -Be 'emerald', 'onyx'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobSpecInvalid,*'
        "$($failed[0])" | Should -Match 'did you mean emerald\?'
    }

    It 'takes display names and objects of the catalogue' {
        $software = Get-RescaleSoftware python
        $type = Get-RescaleCoreType emerald
        $spec = New-RescaleJobSpec s -AnalysisCode $software.Name -AnalysisVersion $software.Versions[0].Version -CoreType $type.Name -Command x
        ($spec.AnalysisCode, $spec.AnalysisVersion, $spec.CoreType) | Should -Be 'python', $software.Versions[0].AnalysisVersion, 'emerald'
        ($type | New-RescaleJobSpec s -AnalysisCode python -Command x).CoreType | Should -Be 'emerald'
        (Get-RescaleSoftware python -Version * | New-RescaleJobSpec s -CoreType $type -Command x).AnalysisVersion | Should -Not -BeNullOrEmpty
        # An automation has a command of its own, which is not the job's.
        @(Get-RescaleAutomation)[0] | New-RescaleJobSpec s @basic -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        "$failed" | Should -Match 'Command is empty'
    }

    It 'is held to the rules that need no platform when that is not asked' {
        (New-RescaleJobSpec s -AnalysisCode moon -CoreType sun -Command x -Offline).CoreType | Should -Be 'sun'
        $null = New-RescaleJobSpec s -AnalysisCode moon -CoreType sun -Command x -Slots 0 -Offline -ErrorAction SilentlyContinue -ErrorVariable failed
        "$failed" | Should -Match 'Slots must be greater than 0'
    }

    It 'is made of each file that is piped in, and of all that are gathered' {
        $paths = 'a.txt', 'b [1].txt' | ForEach-Object { Join-Path $folder $_ }
        $paths | ForEach-Object { Set-Content -LiteralPath $_ -Value $_ }
        $local = Get-Item -LiteralPath $paths | New-RescaleJobSpec -JobName { $_.BaseName } @basic -Command x
        $local.JobName | Should -Be 'a', 'b [1]'
        $local.InputFile | Should -Be $paths
        @($local.Directory | Where-Object { $_ }).Count | Should -Be 0
        $sent = Send-RescaleFile -LiteralPath $paths
        ($sent | New-RescaleJobSpec s @basic -Command x).InputFileId | Should -Be $sent.Id
        $one = New-RescaleJobSpec s @basic -Command x -InputFile ($sent[0], $sent[1].Id, (Get-Item -LiteralPath $paths[0]), $paths[1])
        $one.InputFileId | Should -Be $sent.Id
        $one.InputFile | Should -Be $paths
        New-RescaleJobSpec s @basic -Command x -InputFile ./missing.txt -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
    }
}

Describe 'Submitting' {
    It 'a chain as it is written runs a job for each file' {
        $paths = 1..3 | ForEach-Object { $path = Join-Path $folder "case_$_.inp"; Set-Content -LiteralPath $path -Value "case $_"; $path }
        $received = Send-RescaleFile -Path $paths | New-RescaleJobSpec -JobName { $_.Name } @basic -Command 'cat case_*.inp' |
            Submit-RescaleJob | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination (Join-Path $folder 'chain')
        @($received).Count | Should -Be 3
        foreach ($number in 1..3) {
            Get-Content -LiteralPath (Join-Path $folder 'chain' "case_$number.inp" 'process_output.log') | Should -Be "case $number"
        }
    }

    It 'local inputs, environment, automation, and -CreateOnly' {
        $path = Join-Path $folder 'in put.txt'
        Set-Content -LiteralPath $path -Value 'local'
        $spec = New-RescaleJobSpec inputs @basic -Command 'cat "in put.txt"; echo $WHO' -InputFile $path -Environment @{ WHO = 'me' } -AutomationId auPost -Tag t1
        $spec | Submit-RescaleJob -WhatIf | Should -BeNullOrEmpty
        $draft = Submit-RescaleJob -InputObject $spec -CreateOnly
        (Get-RescaleJobTag $draft.Id).Tag | Should -Contain 't1'
        $ending = $draft | Submit-RescaleJob | Wait-RescaleJob -PollIntervalSeconds 1
        $null = $ending | Receive-RescaleJob -Destination (Join-Path $folder 'local')
        Get-Content -LiteralPath (Join-Path $folder 'local' 'inputs' 'process_output.log') | Select-Object -First 2 | Should -Be 'local', 'me'
    }

    It 'one whose local input has gone holds up no other' {
        $path = Join-Path $folder 'gone.txt'
        Set-Content -LiteralPath $path -Value x
        $specs = @((New-RescaleJobSpec gone @basic -Command true -InputFile $path), (New-RescaleJobSpec stays @basic -Command true))
        Remove-Item -LiteralPath $path
        ($specs | Submit-RescaleJob -CreateOnly -ErrorAction SilentlyContinue -ErrorVariable failed).Name | Should -Be 'stays'
        $failed.FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
    }
}

Describe 'Files of specifications' {
    BeforeAll {
        $spec = New-RescaleJobSpec kept @basic -Command "cd d`n./run.sh" -WalltimeHours 2 -Tag a, b -Environment @{ LM = 'x@y' } -AutomationId auPost
    }

    It 'are read back from <_>' -ForEach 'Json', 'Template', 'Api' {
        $path = Join-Path $folder "kept-$_.json"
        $file = $spec, $spec | Export-RescaleJobSpec $path -Format $_ -PassThru
        $file.FullName | Should -Be $path
        $read = Import-RescaleJobSpec $path -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        @($read).Count | Should -Be 2
        foreach ($property in $spec.PSObject.Properties.Name) { $read[1].$property | Should -Be $spec.$property -Because $property }
        # It is there, and stays unless -Force says otherwise.
        { $spec | Export-RescaleJobSpec $path } | Should -Throw -ErrorId 'DestinationExists,*'
        $spec | Export-RescaleJobSpec $path -Format $_ -Force -WhatIf
        @(Import-RescaleJobSpec $path).Count | Should -Be 2
        $spec | Export-RescaleJobSpec $path -Format $_ -Force
        @(Import-RescaleJobSpec $path).Count | Should -Be 1
    }

    It 'can be jobs tables, which say what they lose' {
        $path = Join-Path $folder 'kept.csv'
        $spec | New-RescaleJobSpec -Directory $folder | Export-RescaleJobSpec $path -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'AutomationId'
        $read = Import-RescaleJobSpec $path
        ($read.JobName, $read.Command, ($read.Tag -join '+')) | Should -Be 'kept', "cd d`n./run.sh", 'a+b'
        (Import-Csv $path | New-RescaleJobSpec).LicenseSettings | Should -Be '{"LM":"x@y"}'
    }

    It 'that are malformed or say too much are told with the file, and the others are read' {
        $bad = Join-Path $folder 'bad.json'
        Set-Content -LiteralPath $bad -Value '{"JobName":'
        $good = Join-Path $folder 'good.json'
        Set-Content -LiteralPath $good -Value '{"JobName":"good","Moon":1}'
        $read = $bad, $good, (Join-Path $folder 'none.json') | Import-RescaleJobSpec -ErrorAction SilentlyContinue -ErrorVariable failed -WarningVariable warnings -WarningAction SilentlyContinue
        $read.JobName | Should -Be 'good'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobFileInvalid,*'
        $failed[-1].FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
        "$warnings" | Should -Match 'good\.json.*Moon is not known'
    }

    It 'can be scripts, which run' {
        $scripts = (New-Item -ItemType Directory (Join-Path $folder 'scripts')).FullName
        $command = "cat <<E`n# no comment`n  indented`nE"
        $files = New-RescaleJobSpec 'a script' @basic -Command $command -KeepCommandSpacing | Export-RescaleJobScript $scripts -PassThru
        $files.Name | Should -Be 'a script.sh'
        $read = $files | Import-RescaleJobScript
        $read.Command | Should -Be $command
        $ending = $read | Submit-RescaleJob | Wait-RescaleJob -PollIntervalSeconds 1
        $null = $ending | Receive-RescaleJob -Destination (Join-Path $folder 'script')
        Get-Content -LiteralPath (Join-Path $folder 'script' 'a script' 'process_output.log') | Should -Be '# no comment', '  indented'
        $spec, $spec | Export-RescaleJobScript $scripts -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
    }

    It 'can be scripts that say too little' {
        $path = Join-Path $folder 'empty.sh'
        Set-Content -LiteralPath $path -Value '#!/bin/sh'
        Import-RescaleJobScript $path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobScriptInvalid,*'
        "$failed" | Should -Match '#RESCALE_NAME'
    }
}

Describe 'A script that comes from elsewhere' {
    BeforeAll {
        $lines = @(
            "#!/bin/bash", "#RESCALE_NAME`tTräger 埃及 🐪`t ", "#RESCALE_ANALYSIS`tuser_included", "#RESCALE_CORES emerald", "#RESCALE_CORES_PER_SLOT`t2", "#RESCALE_WALLTIME 1"
            "#RESCALE_ENV_PLACE`tZürich`tNord", '', '# a comment', "`techo `"`$PLACE, 'größe' 埃及 🐪`"", ": $('long ' * 20000)", "printf '%s\n' done", ''
        )
        $expected = "Zürich`tNord, 'größe' 埃及 🐪", 'done'
    }

    It 'runs: <Name>' -ForEach @(
        @{ Name = 'CRLF and a byte order mark'; End = "`r`n"; Encoding = 'utf8BOM' }
        @{ Name = 'LF'; End = "`n"; Encoding = 'utf8NoBOM' }
        @{ Name = 'CR'; End = "`r"; Encoding = 'utf8NoBOM' }
        @{ Name = 'UTF-16'; End = "`r`n"; Encoding = 'unicode' }
    ) {
        $path = Join-Path $folder "$Name [1].sh"
        Set-Content -LiteralPath $path -NoNewline -Value ($lines -join $End) -Encoding $Encoding
        $read = Import-RescaleJobScript -LiteralPath $path -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        ($read.JobName, $read.CoresPerSlot, $read.WalltimeHours) | Should -Be 'Träger 埃及 🐪', 2, 1
        $read.Command.Split("`n").Count | Should -Be 3
        $read.Command.Length | Should -BeGreaterThan 64KB
        # What is written of it is read back, and runs as the script itself does.
        $written = $read | New-RescaleJobSpec -JobName "again $Name" | Export-RescaleJobScript $folder -PassThru
        $endings = Submit-RescaleJob -LiteralPath $path, $written.FullName | Wait-RescaleJob -PollIntervalSeconds 1
        @($endings).Count | Should -Be 2
        foreach ($ending in $endings) {
            $log = $ending | Receive-RescaleJob -Destination (Join-Path $folder "out $Name" $ending.JobId) -Include process_output.log
            Get-Content -LiteralPath $log.FullName | Should -Be $expected
        }
    }

    It 'is refused when it is no text, with the line' {
        $path = Join-Path $folder 'latin.sh'
        Set-Content -LiteralPath $path -Encoding latin1 -Value '#!/bin/sh', '#RESCALE_NAME ok', 'cat Prüfung.inp'
        Import-RescaleJobScript $path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-ErrorId $failed[0] | Should -Be 'SourceUnreadable'
        "$($failed[0])" | Should -Match 'in line 3 the byte 0xFC is no part of UTF-8'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'UTF-8'
        Submit-RescaleJob $path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-ErrorId $failed[0] | Should -Be 'SourceUnreadable'
    }
}
