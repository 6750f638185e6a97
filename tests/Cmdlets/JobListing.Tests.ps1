# Listing jobs, and looking at one: conditions, what they cost, history, custom fields, the cluster.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob

    # Jobs that are only created, quickly: a listing has to have several pages.
    function New-Draft {
        param([string[]] $Name)
        $client = [Net.Http.HttpClient]::new()
        try {
            $client.DefaultRequestHeaders.Authorization = [Net.Http.Headers.AuthenticationHeaderValue]::new('Token', [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password)
            foreach ($one in $Name) {
                $body = @{
                    name = $one
                    jobanalyses = @(@{ command = 'true'; analysis = @{ code = 'user_included' }; hardware = @{ coreType = @{ code = 'emerald' }; coresPerSlot = 1; walltime = 1 } })
                } | ConvertTo-Json -Depth 5 -Compress
                $answer = $client.PostAsync("$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/jobs/", [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, 'application/json')).GetAwaiter().GetResult()
                if (-not $answer.IsSuccessStatusCode) { throw "$($answer.StatusCode)" }
                ($answer.Content.ReadAsStringAsync().GetAwaiter().GetResult() | ConvertFrom-Json).id
            }
        }
        finally { $client.Dispose() }
    }

    # What a listing has cost.
    function Measure-Call {
        param([scriptblock] $Script)
        $null = Invoke-SandboxControl $sandbox Delete requests
        $found = @(& $Script)
        [pscustomobject]@{ Jobs = $found; Pages = Get-RequestCount $sandbox 'GET /api/v3/jobs/'; Tags = Get-RequestCount $sandbox 'GET /api/v3/jobs/{id}/tags/' }
    }

    function Start-Executing {
        param([string] $Name, [string] $Command)
        $job = Submit-RescaleJob @basic -JobName $Name -Command $Command
        Wait-Until { ($job | Get-RescaleJobStatus).Status -eq 'Executing' } "$Name executes"
        $job
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'A listing of jobs' {
    BeforeAll {
        $null = New-Draft (1..450 | ForEach-Object { "old $_" })
        [Threading.Thread]::Sleep(5)
        $cutoff = Get-Date
        [Threading.Thread]::Sleep(5)
        $new = New-Draft 'new 1', 'new [2] ü', "new '3'", 'new 4', 'new 5'
    }

    It 'of new jobs ends with the first page of old ones' {
        $all = Measure-Call { Get-RescaleJob -NewerThan ([datetime]'2020-01-01') }
        $all.Jobs.Count | Should -BeGreaterOrEqual 455
        $all.Pages | Should -Be 3
        $some = Measure-Call { Get-RescaleJob -NewerThan $cutoff }
        $some.Jobs.Id | Should -Be $new[-1..-5]
        $some.Pages | Should -Be 2
        (Measure-Call { Get-RescaleJob -NewerThan (Get-Date).AddHours(1) }).Pages | Should -Be 1
        # Without a cutoff an old job may still be meant.
        (Measure-Call { Get-RescaleJob -Name 'new *' }).Jobs.Count | Should -Be 5
    }

    It 'ends when there are enough' {
        (Measure-Call { Get-RescaleJob -First 3 }).Pages | Should -Be 1
        $first = Measure-Call { Get-RescaleJob -First 120 }
        $first.Pages | Should -Be 1
        $first.Jobs.Count | Should -Be 120
        $first = Measure-Call { Get-RescaleJob -NewerThan 1.00:00:00 -Name 'new*' -First 2 }
        $first.Jobs.Id | Should -Be $new[-1], $new[-2]
        $first.Pages | Should -Be 1
        (Measure-Call { Get-RescaleJob -NewerThan 1.00:00:00 | Select-Object -First 3 }).Pages | Should -Be 1
    }

    It 'takes the cutoff as <Form>' -ForEach @(
        @{ Form = 'local time'; Of = { param($date) $date } }
        @{ Form = 'a date without a zone'; Of = { param($date) [datetime]::SpecifyKind($date, 'Unspecified') } }
        @{ Form = 'UTC'; Of = { param($date) $date.ToUniversalTime() } }
        @{ Form = 'the time of another zone'; Of = { param($date) [DateTimeOffset]::new($date).ToOffset('09:00') } }
        @{ Form = 'text with a zone'; Of = { param($date) $date.ToUniversalTime().ToString('o') } }
    ) {
        (Get-RescaleJob -NewerThan (& $Of $cutoff)).Id | Should -Be $new[-1..-5]
        (Get-RescaleJob -OlderThan (& $Of $cutoff) -First 1).Name | Should -Be 'old 450'
    }

    It 'takes spans, which count back from now' {
        @(Get-RescaleJob -NewerThan 2.00:00:00 -First 456).Count | Should -BeGreaterOrEqual 455
        @(Get-RescaleJob -NewerThan '1:00:00' -First 1).Count | Should -Be 1
        @(Get-RescaleJob -NewerThan (New-TimeSpan -Days 800000) -First 1).Count | Should -Be 1
        Get-RescaleJob -OlderThan 2.00:00:00 | Should -BeNullOrEmpty
        (Get-RescaleJob -OlderThan 0:00:00 -First 1).Id | Should -Be $new[-1]
        Get-RescaleJob -NewerThan 0:00:00 | Should -BeNullOrEmpty
        { Get-RescaleJob -NewerThan 2 } | Should -Throw '*2.00:00:00*'
        { Get-RescaleJob -NewerThan -1.00:00:00 } | Should -Throw '*future*'
        { Get-RescaleJob -NewerThan 'last week' } | Should -Throw -ErrorId 'CannotConvertArgument*,*'
    }

    It 'is filtered by owner, and in the order newest first' {
        @(Get-RescaleJob -Owner $connection.Email.ToUpperInvariant() -NewerThan $cutoff).Id | Should -Be $new[-1..-5]
        Get-RescaleJob -Owner 'somebody@*' -NewerThan $cutoff | Should -BeNullOrEmpty
        $dates = @(Get-RescaleJob -First 50).DateInserted
        $dates[0] | Should -BeOfType ([DateTimeOffset])
        $dates | Should -Be ($dates | Sort-Object -Descending)
        (Get-RescaleJob -Name 'new `[2`] *').Id | Should -Be $new[1]
    }

    It 'is filtered by tags, which are asked for last' {
        Add-RescaleJobTag $new[0] wing, 'Größe 3'
        Add-RescaleJobTag $new[1], $new[3] wing
        $tagged = Measure-Call { Get-RescaleJob -NewerThan $cutoff -Tag WING }
        $tagged.Jobs.Id | Should -Be $new[3], $new[1], $new[0]
        $tagged.Tags | Should -Be 5
        $tagged.Pages | Should -Be 2
        (Measure-Call { Get-RescaleJob -Name "new '3'" -Tag wing }).Tags | Should -Be 1
        (Get-RescaleJob -NewerThan $cutoff -Tag 'größe*', nosuch).Id | Should -Be $new[0]
        (Get-RescaleJob -NewerThan $cutoff -Tag 'größe*', wing -AllTags).Id | Should -Be $new[0]
        Get-RescaleJob -NewerThan $cutoff -Tag wing, nosuch -AllTags | Should -BeNullOrEmpty
        # Who has enough costs no further page.
        $one = Measure-Call { Get-RescaleJob -Tag wing -First 1 }
        $one.Jobs.Id | Should -Be $new[3]
        $one.Pages | Should -Be 1
        $one.Tags | Should -BeLessOrEqual 16
    }

    It 'tells of a job whose tags cannot be read, and goes on' {
        Set-Fault $sandbox @{ target = 'api'; path = "/jobs/$($new[1])/tags/"; fault = 'status'; status = 403 }
        try { $found = Get-RescaleJob -NewerThan $cutoff -Tag wing -ErrorAction SilentlyContinue -ErrorVariable failed } finally { Clear-Fault $sandbox }
        $found.Id | Should -Be $new[3], $new[0]
        $failed.Count | Should -Be 1
        $failed[0].TargetObject | Should -Be $new[1]
        $failed[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        Set-Fault $sandbox @{ target = 'api'; path = '/tags/$'; fault = 'status'; status = 401 }
        try { { Get-RescaleJob -NewerThan $cutoff -Tag wing } | Should -Throw -ErrorId 'ApiKeyRejected,*' } finally { Clear-Fault $sandbox }
    }

    It 'by a pattern that is none is one clear error' {
        foreach ($script in { Get-RescaleJob -Name '[' }, { Get-RescaleJob -Tag 'a', '[b' -AllTags }, { Get-RescaleJobTag $new[0] '[' }, { Get-RescaleJobCustomField $new '[' },
            { Get-RescaleFile -Name '[' }, { Get-RescaleConnection '[' }, { Get-RescaleSoftware '[' }, { Get-RescaleConfiguration '[' }) {
            $script | Should -Throw -ErrorId 'PatternInvalid,*'
        }
    }

    It 'that is stopped while tags are asked for gives the prompt back' {
        Set-Fault $sandbox @{ target = 'api'; path = '/tags/$'; fault = 'stall' }
        try {
            $stop = Invoke-Stopped -Script { Get-RescaleJob -Tag wing -Connection $connection } -Variables @{ connection = $connection } `
                -Ready { @((Invoke-SandboxControl $sandbox Get faults).rules | Where-Object fired -ge 2).Count -gt 0 }
        }
        finally { Clear-Fault $sandbox }
        $stop.State | Should -Be 'Stopped'
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
    }
}

Describe 'The status of a job' {
    It 'is the newest entry, or all of them with -History' {
        $job = Submit-RescaleJob @basic -JobName 'with history' -Command 'exit 3'
        $null = $job | Wait-RescaleJob -PollIntervalSeconds 1 -ErrorAction SilentlyContinue
        $now = $job | Get-RescaleJobStatus
        $now.PSTypeNames[0] | Should -Be 'RescaleInterlink.JobStatus'
        $now.JobId, $now.Status, $now.StatusReason | Should -Be $job.Id, 'Completed', 'A run failed: exit code 3'
        $now.StatusDate | Should -BeOfType ([DateTimeOffset])
        $history = $job.Id | ForEach-Object { Get-RescaleJobStatus $_ -History }
        $history[0].StatusDate | Should -Be $now.StatusDate
        $history.Status | Should -Be 'Completed', 'Executing', 'Started', 'Validated', 'Queued', 'Pending'
        $history.StatusDate | Should -Be ($history.StatusDate | Sort-Object -Descending)
        # Each entry binds as its job.
        (Get-RescaleJob -JobId ($history | Select-Object -Unique -ExpandProperty JobId)).StatusReason | Should -Be $now.StatusReason
    }

    It 'and all else of a job that is not there is one error record, and the others go on' {
        $job = New-Draft there
        foreach ($command in 'Get-RescaleJobStatus', 'Get-RescaleJobCustomField', 'Get-RescaleJobConnection', 'Get-RescaleJobLoad') {
            $found = & $command 'no/such [job]', $job -ErrorAction SilentlyContinue -ErrorVariable failed
            @($failed).Count | Should -Be 1 -Because $command
            Get-ErrorId $failed[0] | Should -Be 'JobNotFound'
            $failed[0].TargetObject | Should -Be 'no/such [job]'
            $failed[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $found.JobId | Select-Object -Unique | Should -Be $(if ($command -ne 'Get-RescaleJobLoad') { $job })
        }
    }
}

Describe 'Custom fields' {
    It 'are those of the workspace and what was set, as text' {
        $id = New-Draft 'with fields'
        $null = Invoke-SandboxControl $sandbox Put "jobs/$id/custom-fields" @{ 'Auto Download' = 'Enabled'; 'Größe [mm]' = 3.5; done = $true; list = @('a', 'b') }
        $fields = Get-RescaleJob $id | Get-RescaleJobCustomField
        $fields[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobCustomField'
        $values = @{}
        foreach ($field in $fields) {
            $field.JobId | Should -Be $id
            $values[$field.Name] = $field.Value
        }
        $values.Count | Should -Be 5
        $values['Auto Download'] | Should -BeExactly 'Enabled'
        $values['Auto Download Path'] | Should -Be $null
        $values['Größe [mm]'] | Should -BeExactly '3.5'
        $values['done'] | Should -BeExactly 'true'
        $values['list'] | Should -BeExactly '["a","b"]'
        (Get-RescaleJobCustomField $id 'auto*', 'größe `[*').Name | Should -Be 'Auto Download', 'Auto Download Path', 'Größe [mm]'
        ($fields | Where-Object Value -eq Enabled | Get-RescaleJob).Id | Should -Be $id
        (Get-Completion "Get-RescaleJobCustomField $id -Name auto").CompletionText | Should -Be "'Auto Download'", "'Auto Download Path'"
    }
}

Describe 'The cluster of a job' {
    BeforeAll { $running = Start-Executing 'my [cluster] ü' 'while [ ! -e stop ]; do :; done' }
    AfterAll { $running | Stop-RescaleJob -Force }

    It 'is told as the platform tells it, and shown' {
        $details = $running | Get-RescaleJobConnection
        $details.PSTypeNames[0] | Should -Be 'RescaleInterlink.JobConnection'
        $details.JobId | Should -Be $running.Id
        (Get-Process -Id $details.nodes[0].processId).HasExited | Should -BeFalse
        $details | Out-String | Should -Match '"ipAddress": "127.0.0.1"'
        ($details | Get-RescaleJob).Id | Should -Be $running.Id
        (Get-RescaleJobConnection (New-Draft idle)).nodes.Count | Should -Be 0
    }

    It 'has a load, measured over time' {
        Wait-Until { (@($running | Get-RescaleJobLoad)[-1]).cpuSeconds -ge 0.1 } 'the loop has used a processor'
        $load = @($running | Get-RescaleJobLoad -Hours 2)
        $load.Count | Should -BeGreaterOrEqual 2
        $load[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobLoad'
        $load.JobId | Select-Object -Unique | Should -Be $running.Id
        $load[-1].cpuSeconds | Should -BeGreaterOrEqual $load[0].cpuSeconds
        $load[-1].memoryBytes | Should -BeGreaterThan 0
        $load | Out-String | Should -Match 'cpuPercent'
        { Get-RescaleJobLoad $running.Id -Hours 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'of a platform that does not tell the load is one warning, for all jobs together' {
        foreach ($status in 404, 405) {
            Set-Fault $sandbox @{ target = 'api'; path = 'cluster-load-measurements'; fault = 'status'; status = $status }
            try { $running, $running, 'nosuch' | ForEach-Object { $_.Id ?? $_ } | ForEach-Object { [pscustomobject]@{ JobId = $_ } } | Get-RescaleJobLoad -WarningVariable warned -WarningAction SilentlyContinue -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty }
            finally { Clear-Fault $sandbox }
            @($warned).Count | Should -Be 1
            @($failed).Count | Should -Be 1
            Get-ErrorId $failed[0] | Should -Be 'JobNotFound'
        }
    }

    It 'is in no message and no report' {
        $name = (Get-RescaleJobConnection $running.Id -Verbose -Debug *>&1 | ForEach-Object {
                if ($_ -is [Management.Automation.VerboseRecord] -or $_ -is [Management.Automation.DebugRecord]) { "$_" | Should -Not -Match '127\.0\.0\.1"|ipAddress' } else { $_.nodes[0].ipAddress }
            })
        $name | Should -Be '127.0.0.1'
        # An answer that breaks off in the middle.
        Set-Fault $sandbox @{ target = 'api'; path = 'connection_details'; fault = 'oversize'; times = 1 }
        try { $null = Get-RescaleJobConnection $running.Id -ErrorAction SilentlyContinue -ErrorVariable failed } finally { Clear-Fault $sandbox }
        "$failed" | Should -Not -Match 'ipAddress'
        $report = Export-RescaleDiagnostic (Join-Path $folder 'report.json')
        Get-Content -LiteralPath $report.FullName -Raw | Should -Not -Match 'ipAddress'
    }
}

Describe 'An answer of any shape' {
    BeforeAll {
        $shape = (Get-Command Connect-Rescale).ImplementingType.Assembly.GetType('RescaleInterlink.PowerShell.Objects.ShellJson').GetMethod('OfJob')
        function Read-Shape { param([string] $Json) $shape.Invoke($null, @('RescaleInterlink.JobConnection', 'j1', [Text.Json.JsonDocument]::Parse($Json).RootElement)) }
        function Get-Names { param($Item) @($Item.PSObject.Properties.Name) -join '|' }
    }

    It 'becomes an object with its properties in their order' {
        $item = Read-Shape '{"z":1,"a":{"password":"s3cret","port":22},"list":[1,"x",null,{"k":true}],"big":123456789012345678901,"half":1.5,"none":null}'
        Get-Names $item | Should -Be 'JobId|z|a|list|big|half|none'
        $item.a.password | Should -BeExactly 's3cret'
        $item.a.port | Should -BeOfType ([long])
        $item.list.Count | Should -Be 4
        $item.list[3].k | Should -BeTrue
        "$($item.big)" | Should -BeExactly '123456789012345678901'
        $item.half | Should -Be 1.5
        $item.none | Should -Be $null
        ($item | Out-String) | Should -Match '"password": "s3cret"'
    }

    It 'keeps names that the shell cannot tell apart' {
        Get-Names (Read-Shape '{"host":1,"Host":2,"HOST":3,"":4,"JobId":"other","Host_2":5}') | Should -Be 'JobId|host|Host_2|HOST_3|_2|JobId_2|Host_2_2'
        Get-Names (Read-Shape '{"jobId":"j1","x":1}') | Should -Be 'JobId|x'
    }

    It 'has no names that the shell keeps for itself' {
        Get-Names (Read-Shape '{"psobject":1,"PSTypeNames":2,"PSBase":3,"Length":4}') | Should -Be 'JobId|psobject_2|PSTypeNames_2|PSBase_2|Length'
    }

    It 'with bytes that are no text loses those alone' {
        $bytes = [byte[]]((0x7b, 0x22, 0x61, 0xff, 0x22, 0x3a, 0x31, 0x2c) + [Text.Encoding]::UTF8.GetBytes('"b":"') + 0xc0 + [Text.Encoding]::UTF8.GetBytes('","c":2}'))
        $item = $shape.Invoke($null, @('RescaleInterlink.JobConnection', 'j1', [Text.Json.JsonDocument]::Parse([IO.MemoryStream]::new($bytes)).RootElement))
        Get-Names $item | Should -Be 'JobId|_2|b|c'
        $item.b, $item.c | Should -Be '', 2
    }

    It 'that is <Json> is no failure' -ForEach @(
        @{ Json = '[]' }, @{ Json = '[{"a":1}]' }, @{ Json = '"text"' }, @{ Json = '7' }, @{ Json = 'null' }, @{ Json = 'true' }, @{ Json = '{}' }
        @{ Json = '{"\ud800":"\ud800"}' }, @{ Json = '{"n":1e999}' }
    ) {
        $item = Read-Shape $Json
        $item.PSObject.Properties['JobId'].Value | Should -Be 'j1'
        $item | Out-String | Should -Match 'j1'
    }
}
