BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession

    Add-Type -IgnoreWarnings -TypeDefinition @'
using System; using System.Collections.Generic; using System.Collections.ObjectModel; using System.Globalization; using System.Management.Automation;
using System.Management.Automation.Host; using System.Security;
// Somebody who answers each question by what it is about, and keeps what the shell says.
public sealed class ChoosingHost : PSHost {
    public readonly ChoosingUI Talk = new ChoosingUI();
    public override string Name => "Choosing"; public override Version Version => new Version(1, 0); public override Guid InstanceId { get; } = Guid.NewGuid();
    public override PSHostUserInterface UI => Talk; public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture; public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void EnterNestedPrompt() {} public override void ExitNestedPrompt() {} public override void NotifyBeginApplication() {} public override void NotifyEndApplication() {} public override void SetShouldExit(int exitCode) {}
}
public sealed class ChoosingUI : PSHostUserInterface {
    public readonly List<string> Asked = new List<string>(); public readonly List<string> Said = new List<string>(); public string DeclinedJob = "";
    public override int PromptForChoice(string c, string m, Collection<ChoiceDescription> d, int i) {
        Asked.Add(m);
        bool declines = DeclinedJob == "*" || (DeclinedJob.Length > 0 && m.Contains(DeclinedJob + ","));
        for (int n = 0; n < d.Count; n++) if (d[n].Label.Replace("&", "") == (declines ? "No" : "Yes")) return n;
        throw new InvalidOperationException(m);
    }
    public override void WriteLine(string v) => Said.Add(v); public override void WriteLine(ConsoleColor f, ConsoleColor b, string v) => Said.Add(v);
    public override Dictionary<string, PSObject> Prompt(string c, string m, Collection<FieldDescription> d) => throw new NotImplementedException();
    public override PSHostRawUserInterface RawUI => null; public override string ReadLine() => throw new NotImplementedException(); public override SecureString ReadLineAsSecureString() => throw new NotImplementedException();
    public override PSCredential PromptForCredential(string c, string m, string u, string t) => throw new NotImplementedException();
    public override PSCredential PromptForCredential(string c, string m, string u, string t, PSCredentialTypes a, PSCredentialUIOptions o) => throw new NotImplementedException();
    public override void Write(string v) {} public override void Write(ConsoleColor f, ConsoleColor b, string v) {} public override void WriteErrorLine(string v) {}
    public override void WriteDebugLine(string m) {} public override void WriteProgress(long s, ProgressRecord r) {} public override void WriteVerboseLine(string m) {} public override void WriteWarningLine(string m) {}
}
'@

    # The pipeline before somebody who declines the job of that name (* for all), and what was asked and said.
    function Invoke-Pipeline {
        param([hashtable] $Arguments, [string] $Declined = '')
        $choosing = [ChoosingHost]::new()
        $choosing.Talk.DeclinedJob = $Declined
        $runspace = [runspacefactory]::CreateRunspace($choosing, [initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            $shell = [powershell]::Create($runspace)
            $null = $shell.AddCommand('Import-Module').AddParameter('Name', $ModulePath).Invoke()
            $shell.Commands.Clear()
            $null = $shell.AddCommand('Invoke-RescalePipeline').AddParameters($Arguments).AddParameter('Connection', $connection)
            $result = $shell.Invoke()
            [pscustomobject]@{ Result = @($result); Error = @($shell.Streams.Error); Asked = $choosing.Talk.Asked; Said = @($choosing.Talk.Said -like 'What if:*') }
        }
        finally { $runspace.Dispose() }
    }

    # Rows whose jobs write the square of what lies in their folders.
    function New-Study {
        param([string] $Name, [int] $Count)
        $study = (New-Item -ItemType Directory (Join-Path $folder $Name)).FullName
        $rows = foreach ($n in 1..$Count) {
            $directory = (New-Item -ItemType Directory (Join-Path $study "Run_$n")).FullName
            Set-Content -LiteralPath (Join-Path $directory 'n.txt') -Value $n
            [pscustomobject][ordered]@{
                Directory = $directory; JobName = "${Name}_$n"; AnalysisCode = 'user_included'; AnalysisVersion = ''; Command = 'cat Run_*/n.txt > out.txt'
                CoreType = 'emerald'; CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''
            }
        }
        $csv = Join-Path $study 'jobs.csv'
        $rows | Export-Csv -LiteralPath $csv
        [pscustomobject]@{ Folder = $study; Csv = $csv; Results = Join-Path $study 'results'; State = Join-Path $study 'jobs.state.csv' }
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'The rehearsal of a run that goes on' {
    It 'shows the rows that are left, with the stages that are still to come' {
        $study = New-Study left 3
        Rename-Item -LiteralPath (Join-Path $study.Folder 'Run_2') away
        $null = Invoke-RescalePipeline $study.Csv -ErrorAction SilentlyContinue
        Rename-Item -LiteralPath (Join-Path $study.Folder 'away') Run_2
        $before = Get-ChildItem -LiteralPath $study.Folder -File | Get-FileHash | ForEach-Object { "$($_.Path) $($_.Hash)" }

        $told = Invoke-Pipeline @{ JobsCsv = $study.Csv; Destination = $study.Results; WhatIf = $true }
        $told.Error | Should -BeNullOrEmpty
        $told.Said.Count | Should -Be 4
        $told.Said[0] | Should -Match '"Wait and download to .*results" on target "row 1, job left_1,'
        $told.Said[1] | Should -Match '"Archive, upload, create, submit, wait and download to .*results" on target "row 2, job left_2, .*Run_2 \(1 files, 2 B\)"'
        $told.Said[3] | Should -Match '3 jobs, 1 archives, 1 files of 2 B'
        $told = Invoke-Pipeline @{ JobsCsv = $study.Csv; WhatIf = $true; Resume = $true }
        $told.Said.Count | Should -Be 2
        $told.Said[1] | Should -Match '1 jobs, .*; 2 rows stay as they are'
        (Invoke-Pipeline @{ JobsCsv = $study.Csv; WhatIf = $true; Retry = 'Failed' }).Said[0] | Should -Match 'row 2'
        (Invoke-Pipeline @{ JobsCsv = $study.Csv; WhatIf = $true; Force = $true }).Said.Count | Should -Be 4
        Get-ChildItem -LiteralPath $study.Folder -File | Get-FileHash | ForEach-Object { "$($_.Path) $($_.Hash)" } | Should -Be $before

        $plan = Test-RescalePipeline $study.Csv $study.Results -StatePath $study.State
        ($plan.Jobs, $plan.Unchanged, $plan.Submissions, $plan.Archives) | Should -Be 3, 0, 1, 1
        $plan.Row.Stage | Should -Be 'Wait', 'Archive', 'Wait'
        $plan.Row | Out-String -Width 200 | Should -Match '1 left_1 +Wait +0'
        (Test-RescalePipeline $study.Csv).Row.Stage | Should -Be 'Archive', 'Archive', 'Archive'

        @(Invoke-RescalePipeline $study.Csv $study.Results -Resume -PollIntervalSeconds 1 | Where-Object Succeeded).Count | Should -Be 3
        $told = Invoke-Pipeline @{ JobsCsv = $study.Csv; Destination = $study.Results; WhatIf = $true }
        $told.Said.Count | Should -Be 1
        $told.Said[0] | Should -Match 'no job is left to run; 3 rows stay as they are'
    }

    It 'refuses what the run would refuse' {
        $study = New-Study refused 2
        $null = Invoke-RescalePipeline $study.Csv
        { Invoke-RescalePipeline $study.Csv -WhatIf -ExcludePattern *.rst } | Should -Throw '*archives*' -ErrorId 'PipelineStateInvalid,*'
        { Import-Csv $study.Csv | Select-Object -First 1 | Invoke-RescalePipeline -WhatIf -StatePath $study.State } | Should -Throw '*another table*' -ErrorId 'PipelineStateInvalid,*'
        { Import-Csv $study.Csv | Select-Object -First 1 | Test-RescalePipeline -StatePath $study.State } | Should -Throw '*another table*' -ErrorId 'PipelineStateInvalid,*'
        { Test-RescalePipeline $study.Csv -StatePath (Join-Path $study.Folder none.csv) } | Should -Throw '*no earlier run*' -ErrorId 'PipelineStateInvalid,*'
        $held = [IO.File]::Open("$($study.State).lock", 'OpenOrCreate', 'ReadWrite', 'None')
        try { { Invoke-RescalePipeline $study.Csv -WhatIf } | Should -Throw '*cannot be used*' -ErrorId 'PipelineStateInvalid,*' }
        finally { $held.Dispose() }
    }

    It 'tells rows on existing files what they lack' {
        $study = New-Study bare 2
        Invoke-RescalePipeline $study.Csv -UseExistingFile -WhatIf -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match "row 1 \('bare_1'\): ExtraInputFileIDs is empty or missing.*row 2"
        $results = Invoke-RescalePipeline $study.Csv -UseExistingFile -ErrorAction SilentlyContinue -ErrorVariable failed
        $results.Succeeded | Should -Be $false, $false
        $failed.Count | Should -Be 2
        "$($failed[0])" | Should -Match 'ExtraInputFileIDs is empty or missing.*Send-RescaleFile'
    }
}

Describe 'A row that is declined' {
    It 'stays in the table, and a later run asks about it again' {
        $study = New-Study declined 3
        $arguments = @{ JobsCsv = $study.Csv; Destination = $study.Results; PollIntervalSeconds = 1; Confirm = $true }
        # Nobody wants any: nothing is begun.
        (Invoke-Pipeline $arguments '*').Asked.Count | Should -Be 3
        (Get-ChildItem -LiteralPath $study.Folder -File).Name | Should -Be 'jobs.csv'

        $first = Invoke-Pipeline $arguments declined_2
        $first.Error | Should -BeNullOrEmpty
        ($first.Result.Index | Sort-Object) | Should -Be 1, 3
        (Get-RescalePipelineState $study.State).SubmitStatus | Should -Be 'success', 'pending', 'success'

        $second = Invoke-Pipeline ($arguments + @{ Resume = $true })
        $second.Error | Should -BeNullOrEmpty
        $second.Asked.Count | Should -Be 1
        $second.Asked[0] | Should -Match 'row 2, job declined_2'
        $second.Result.Count | Should -Be 3
        $second.Result.Succeeded | Should -Not -Contain $false
        @(Get-RescaleJob -Name 'declined_*').Count | Should -Be 3
    }
}

Describe 'A run of the Go tool' {
    It 'is gone on with as the documentation shows' {
        $study = New-Study go 3
        $rows = @(Import-Csv -LiteralPath $study.Csv)
        $sent = Send-RescaleFolder (Join-Path $study.Folder Run_2) -AsArchive
        $job = $rows[0] | Invoke-RescalePipeline -StatePath (Join-Path $study.Folder first.state.csv)
        $go = Join-Path $study.Folder 'go-state.csv'
        @(
            'Index,JobName,Directory,TarPath,TarStatus,FileID,UploadStatus,JobID,SubmitStatus,ExtraFileIDs,ErrorMessage,LastUpdated'
            "1,go_1,,,success,f,success,$($job.JobId),success,,,2025-01-02T03:04:05Z"
            "2,go_2,,,success,$($sent.FileId),success,,pending,,,2025-01-02T03:04:05Z"
            '3,go_3,,,pending,,pending,,pending,,,2025-01-02T03:04:05Z'
        ) | Set-Content -LiteralPath $go
        { Invoke-RescalePipeline $study.Csv -StatePath $go } | Should -Throw '*not of this module*' -ErrorId 'PipelineStateInvalid,*'

        $state = Get-RescalePipelineState $go
        $state | Where-Object JobId | Wait-RescaleJob -PollIntervalSeconds 1 | Receive-RescaleJob -Destination $study.Results | Should -Not -BeNullOrEmpty
        $uploaded = $state | Where-Object { $_.FileId -and -not $_.JobId }
        $uploaded | ForEach-Object { Get-RescaleJob -Name $_.JobName } | Should -BeNullOrEmpty
        $second = $uploaded | ForEach-Object {
            $ids = @($_.FileId, $rows[$_.Index - 1].ExtraInputFileIDs | Where-Object { $_ }) -join ','
            $rows[$_.Index - 1] | Select-Object *, @{ Name = 'ExtraInputFileIDs'; Expression = { $ids } } -ExcludeProperty ExtraInputFileIDs
        } | Invoke-RescalePipeline -Destination $study.Results -UseExistingFile -PollIntervalSeconds 1
        ($second.JobName, $second.Succeeded) | Should -Be 'go_2', $true
        (Get-RescalePipelineState (Join-Path $study.Results 'pipeline.existing.state.csv')).ExtraFileId | Should -Be $sent.FileId
        Get-Content -LiteralPath (Join-Path $second.Destination out.txt) | Should -Be '2'
        $third = $state | Where-Object { -not $_.FileId } | ForEach-Object { $rows[$_.Index - 1] } | Invoke-RescalePipeline -Destination $study.Results -PollIntervalSeconds 1
        ($third.JobName, $third.Succeeded) | Should -Be 'go_3', $true
    }
}
