# Core types, software, automations and the tags of jobs; and what the platform may say that a terminal must not hear.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $draft = @{ AnalysisCode = 'user_included'; CoreType = 'emerald'; Command = 'true'; CreateOnly = $true }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Get-RescaleCoreType' {
    It 'gets the active ones, and all with -All' {
        $active = Get-RescaleCoreType
        $active[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.CoreType'
        $active.IsActive | Should -Not -Contain $false
        $active.Code | Should -Not -Contain 'nickel'
        $all = Get-RescaleCoreType -All
        ($all | Where-Object Code -eq 'nickel').IsActive | Should -BeFalse
        ($all | Where-Object Code -eq 'emerald').Cores | Should -Be 1, 2, 4, 8, 16, 18, 36, 72
    }

    It 'takes wildcards, and -Search looks into names too' {
        (Get-RescaleCoreType em*, ONYX).Code | Should -Be 'emerald', 'onyx'
        (Get-RescaleCoreType -Search 'marine v').Code | Should -Be 'aquamarine_v3'
        Get-RescaleCoreType nothing* | Should -BeNullOrEmpty
    }

    It 'has prices with -IncludePrice' {
        (Get-RescaleCoreType emerald).Price | Should -BeNullOrEmpty
        $priced = Get-RescaleCoreType emerald -IncludePrice
        $priced.Price | Should -Be 0.12
        $priced.LowPriorityPrice | Should -Be 0.06
    }

    It 'an unknown code is one error record, and the others are written' {
        (Get-RescaleCoreType emerald, nosuch -ErrorAction SilentlyContinue -ErrorVariable failed).Code | Should -Be 'emerald'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'CoreTypeNotFound,*'
        $failed[0].TargetObject | Should -Be 'nosuch'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match '-All'
        Get-RescaleCoreType nickel -ErrorAction SilentlyContinue -ErrorVariable inactive | Should -BeNullOrEmpty
        $inactive.Count | Should -Be 1
        (Get-RescaleCoreType nickel -All).Code | Should -Be 'nickel'
    }

    It 'binds to a job, and costs one listing however many come down the pipeline' {
        (Get-RescaleCoreType emerald | Submit-RescaleJob -JobName bound -AnalysisCode user_included -Command true -CreateOnly).Name | Should -Be 'bound'
        $null = Invoke-SandboxControl $sandbox Delete requests
        @('emerald', 'onyx', 'calcite' | ForEach-Object { [pscustomobject]@{ CoreType = $_ } } | Get-RescaleCoreType).Count | Should -Be 3
        Get-RequestCount $sandbox 'GET /api/v3/coretypes/' | Should -Be 1
    }
}

Describe 'Get-RescaleSoftware' {
    It 'gets software with its versions, over all pages' {
        $all = Get-RescaleSoftware
        $all.Count | Should -BeGreaterThan 25
        $foam = $all | Where-Object Code -eq openfoam
        $foam.PSTypeNames[0] | Should -Be 'RescaleInterlink.Software'
        $foam.Versions.Version | Should -Be '10', '9', 'v2212'
        $foam.Versions[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.SoftwareVersion'
        ($foam | Format-Table | Out-String) | Should -Match '10, 9, v2212'
        (Get-RescaleSoftware -Search 'foundation').Code | Should -Be 'openfoam', 'python'
    }

    It 'with -Version gets the versions themselves, by name or by code' {
        $version = Get-RescaleSoftware openfoam -Version 10
        $version.AnalysisCode, $version.AnalysisVersion, $version.Version | Should -Be 'openfoam', '10-foundation', '10'
        (Get-RescaleSoftware openfoam v2212-esi).Version | Should -Be 'v2212'
        @(Get-RescaleSoftware openfoam, python -Version *).Count | Should -Be 5
        ($version | Get-RescaleCoreType).Code | Should -Contain 'emerald'
        # Of a version that names none, any will do.
        @([pscustomobject]@{ AllowedCoreType = [string[]]@() } | Get-RescaleCoreType).Count | Should -Be @(Get-RescaleCoreType).Count
    }

    It 'a version binds to a job' {
        $job = Get-RescaleSoftware python -Version 3.12 | Submit-RescaleJob -JobName versioned -CoreType emerald -Command true -CreateOnly
        $job.Name | Should -Be 'versioned'
        ((Get-RescaleSoftware python).Versions[0] | Submit-RescaleJob -JobName again -CoreType emerald -Command true -CreateOnly).Name | Should -Be 'again'
    }

    It 'unknown software is one error record' {
        Get-RescaleSoftware nosuch, python -ErrorAction SilentlyContinue -ErrorVariable failed | Should -Not -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'SoftwareNotFound,*'
    }
}

Describe 'Get-RescaleAutomation' {
    It 'gets all, some by wildcard, and one by id' {
        (Get-RescaleAutomation).ExecuteOn | Should -Be 'pre', 'post'
        $one = Get-RescaleAutomation auPreE
        $one.PSTypeNames[0] | Should -Be 'RescaleInterlink.Automation'
        $one.AutomationId | Should -Be 'auPreE'
        "$($one.EnvironmentVariables)" | Should -Be 'RECORD_NAME=environment'
        (Get-RescaleAutomation -Name 'count*').Id | Should -Be 'auPost'
        (Get-RescaleAutomation -Search COUNT).Id | Should -Be 'auPost'
        Get-RescaleAutomation nosuch -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'AutomationNotFound,*'
    }
}

Describe 'Tags of jobs' {
    It 'are added, shown and taken away, and flow from one command to the next' {
        $job = Submit-RescaleJob @draft -JobName tagged
        $job | Add-RescaleJobTag -Tag 'a b', c, ' c ' | Should -BeNullOrEmpty
        $tags = $job | Get-RescaleJobTag
        $tags[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobTag'
        $tags.Tag | Should -Be 'a b', 'c'
        $tags.JobId | Select-Object -Unique | Should -Be $job.Id
        (Get-RescaleJobTag $job.Id -Tag 'A*').Tag | Should -Be 'a b'
        $tags | Where-Object Tag -eq c | Remove-RescaleJobTag
        (Get-RescaleJobTag $job.Id).Tag | Should -Be 'a b'
        ([pscustomobject]@{ JobId = $job.Id; Tags = 'x', 'y' } | Add-RescaleJobTag -PassThru).Tag | Should -Be 'a b', 'x', 'y'
        (Remove-RescaleJobTag $job.Id x, y, 'never there' -PassThru).Tag | Should -Be 'a b'
    }

    It 'may have commas and blanks, and go as they came' {
        $job = Submit-RescaleJob @draft -JobName 'tagged with commas'
        Add-RescaleJobTag $job.Id 'a,b', a, b
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        $null = Invoke-RestMethod -Method Post -Headers $headers -ContentType application/json -Body '{"name":" padded "}' -Uri "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/jobs/$($job.Id)/tags/"
        Get-RescaleJobTag $job.Id -Tag 'a,b', '*padded*' | Remove-RescaleJobTag
        (Get-RescaleJobTag $job.Id).Tag | Should -Be 'a', 'b'
    }

    It 'that are refused are one error record each, and the other tags go on' {
        $job = Submit-RescaleJob @draft -JobName 'tagged in part'
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/tags/'; fault = 'status'; status = 400; times = 1 }
        try { Add-RescaleJobTag $job.Id refused, taken -ErrorAction SilentlyContinue -ErrorVariable failed } finally { Clear-Fault $sandbox }
        $failed.Count | Should -Be 1
        "$($failed[0])" | Should -Match "'refused'"
        $failed[0].TargetObject | Should -Be $job.Id
        (Get-RescaleJobTag $job.Id).Tag | Should -Be 'taken'
    }

    It 'of a job that is not there are one error record, and the other jobs go on' {
        $job = Submit-RescaleJob @draft -JobName 'also tagged'
        Add-RescaleJobTag nosuch, $job.Id z -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
        (Get-RescaleJobTag $job.Id).Tag | Should -Be 'z'
        Get-RescaleJobTag nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        Remove-RescaleJobTag nosuch z -ErrorAction SilentlyContinue -ErrorVariable +failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobNotFound,*'
    }

    It '-WhatIf changes nothing' {
        $job = Submit-RescaleJob @draft -JobName untouched
        Add-RescaleJobTag $job.Id a -WhatIf
        Get-RescaleJobTag $job.Id | Should -BeNullOrEmpty
        Add-RescaleJobTag $job.Id a
        Remove-RescaleJobTag $job.Id a -WhatIf
        (Get-RescaleJobTag $job.Id).Tag | Should -Be 'a'
    }
}

Describe 'A key that is revoked in the middle of a listing' {
    It 'keeps what was streamed, and is one error' {
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = '^/api/v3/analyses/$'; fault = 'status'; status = 401; skip = 1 }
        $streamed = [Collections.Generic.List[object]]::new()
        try {
            { Get-RescaleSoftware -ErrorVariable script:failed | ForEach-Object { $streamed.Add($_) } } | Should -Throw -ErrorId 'ApiKeyRejected,*'
        }
        finally { Clear-Fault $sandbox }
        $streamed.Count | Should -Be 25
        foreach ($software in $streamed) { $software.Code, $software.Name | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Eight runspaces with one connection' {
    It 'make mixed calls at once, and each gets its own answers' {
        $results = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            $ErrorActionPreference = 'Stop'
            Import-Module $using:ModulePath
            $c = $using:connection
            $n = $_
            $jobs = foreach ($i in 1..3) { Submit-RescaleJob -JobName "parallel $n $i" -AnalysisCode user_included -CoreType emerald -Command true -CreateOnly -Connection $c }
            $jobs | Add-RescaleJobTag -Tag "from $n" -Connection $c
            $path = Join-Path $using:folder "parallel $n.txt"
            Set-Content -LiteralPath $path -Value $n
            $file = Send-RescaleFile -LiteralPath $path -Connection $c
            $received = $file | Receive-RescaleFile -Destination (Join-Path $using:folder "received $n") -Connection $c
            [pscustomobject]@{
                Number = $n
                Tags = @($jobs | Get-RescaleJobTag -Connection $c).Tag
                Names = @(Get-RescaleJob -JobId $jobs.Id -Connection $c).Name
                Found = @(Get-RescaleJob -Name "parallel $n *" -Connection $c).Count
                Software = @(Get-RescaleSoftware -Connection $c).Count
                CoreTypes = @(Get-RescaleCoreType -Connection $c).Count
                Missing = (Get-RescaleFile "nosuch$n" -Connection $c -ErrorAction SilentlyContinue -ErrorVariable failed), $failed[0].TargetObject
                Content = Get-Content -LiteralPath $received.FullName
            }
        }
        @($results).Count | Should -Be 8
        foreach ($result in $results) {
            $n = $result.Number
            $result.Tags | Should -Be @("from $n", "from $n", "from $n")
            $result.Names | Should -Be @("parallel $n 1", "parallel $n 2", "parallel $n 3")
            $result.Found | Should -Be 3
            $result.Software | Should -BeGreaterThan 25
            $result.CoreTypes | Should -Be 4
            $result.Missing[-1] | Should -Be "nosuch$n"
            $result.Content | Should -Be "$n"
        }
    }
}

Describe 'Text of the platform on the terminal' {
    BeforeDiscovery {
        . (Join-Path $PSScriptRoot 'Support.ps1')
        $views = Select-Xml -LiteralPath (Join-Path $ModuleFolder 'module' 'RescaleInterlink.Format.ps1xml') -XPath '//View' | ForEach-Object {
            @{ View = $_.Node.Name; Type = @($_.Node.ViewSelectedBy.TypeName)[0]; List = [bool]$_.Node['ListControl']; Custom = [bool]$_.Node['CustomControl']
                Shown = @([regex]::Matches($_.Node.InnerXml, '(?<=\$_\.|<PropertyName>)\w+').Value | Where-Object { $_ -notin 'Value', 'PSTypeNames' } | Select-Object -Unique) }
        } | Where-Object View -notin 'RateLimit', 'FipsReport' # All their text is the module's own.
    }

    It 'has no control characters in the view <View>' -ForEach $views {
        # An object of the type, as a script may make one: every text in it is hostile.
        $assembly = (Get-Command Connect-Rescale).ImplementingType.Assembly
        $class = $assembly.GetTypes() | Where-Object {
            $getter = $_.GetMethods([Reflection.BindingFlags]'Static, NonPublic, Public') | Where-Object Name -like '*get_TypeName'
            $getter -and -not $_.IsInterface -and $getter.Invoke($null, @()) -eq $Type
        } | Select-Object -First 1
        $hostile = "x`e[2J`a`u{202e}`u{9b}y`nz"
        $item = [pscustomobject]@{ PSTypeName = $Type }
        if ($class) {
            foreach ($property in $class.GetProperties()) {
                $value = if ($property.PropertyType -eq [string]) { $hostile } elseif ($property.PropertyType -eq [string[]]) { , @($hostile, $hostile) } else { $null }
                $item | Add-Member -NotePropertyName $property.Name -NotePropertyValue $value
            }
        }
        else {
            # A view for objects of several types: whatever it shows. One of unknown shape shows all.
            foreach ($name in $(if ($Custom) { 'JobId', "x`e[2J`a" } else { $Shown })) { $item | Add-Member -NotePropertyName $name -NotePropertyValue $hostile }
        }
        $rendering = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'Ansi'
            $shown = if ($Custom) { $item | Out-String -Width 500 } elseif ($List) { $item | Format-List | Out-String -Width 500 } else { $item | Format-Table | Out-String -Width 500 }
        }
        finally { $PSStyle.OutputRendering = $rendering }
        # Not shown by Should: the report of a failure would have them too.
        ($shown -match "`e\[2J|`a|`u{202e}|`u{9b}") | Should -BeFalse
        $shown.Trim() | Should -Not -BeNullOrEmpty
    }

    It 'has none when a job of the platform really has such a name' {
        $name = "x`e[2J`a`u{202e}`u{9b}y"
        $job = Submit-RescaleJob @draft -JobName $name -Verbose 4>&1 | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] }
        # The object has the name as it is, and finds its job by it.
        (Get-RescaleJob -JobId $job.Id).Name | Should -BeExactly $name
        $rendering = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'Ansi'
            $table = Get-RescaleJob -JobId $job.Id | Out-String -Width 300
            $list = Get-RescaleJob -JobId $job.Id | Format-List | Out-String -Width 300
            $completions = @(Get-Completion "Get-RescaleJob -JobId $($job.Id.Substring(0, 3))" | Where-Object CompletionText -eq $job.Id)
        }
        finally { $PSStyle.OutputRendering = $rendering }
        foreach ($shown in $table, $list, "$($completions.ListItemText) $($completions.ToolTip)") {
            ($shown -match "`e\[2J|`a|`u{202e}|`u{9b}") | Should -BeFalse
            $shown.Contains('\u001b[2J') | Should -BeTrue
        }
    }

    It 'has none in errors, questions and messages' {
        Get-RescaleJob "no`e[2Jsuch" -ErrorAction SilentlyContinue -ErrorVariable failed
        "$($failed[0])" | Should -Match 'no\\u001b\[2Jsuch'
        ($failed[0].Exception.Message -match "`e") | Should -BeFalse
        (($failed[0] | Out-String) -match "`e\[2J") | Should -BeFalse
    }
}
