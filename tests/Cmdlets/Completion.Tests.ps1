BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $job = Submit-RescaleJob -JobName "it's a job" -AnalysisCode user_included -Command true -CoreType emerald -CreateOnly
    $file = Send-RescaleFile -LiteralPath (New-RandomFile (Join-Path $folder 'a file.dat') 10)

    # The platform is waited for a second at most; on a busy machine that may not be enough for the first answer.
    function Wait-Completion {
        param([string] $Line)
        Wait-Until { Get-Completion $Line | Where-Object ResultType -eq ParameterValue } "$Line has completions"
        Get-Completion $Line
    }
}

AfterAll {
    Disconnect-Rescale -All
    Stop-TestSandbox $sandbox
}

Describe 'Completion' {
    It 'of -ApiUrl offers the platforms and the running sandbox' {
        $texts = (Get-Completion 'Connect-Rescale -ApiUrl ').CompletionText
        $texts | Should -Contain 'https://platform.rescale.com'
        $texts | Should -Contain "$($sandbox.ApiUrl)"
        (Get-Completion 'Connect-Rescale -ApiUrl https://eu').CompletionText | Should -Be 'https://eu.rescale.com'
    }

    It 'of Stop-RescaleSandbox offers the running sandbox, quoted where needed' {
        (Get-Completion 'Stop-RescaleSandbox -ProcessId ').CompletionText | Should -Be "$($sandbox.ProcessId)"
        (Get-Completion 'Stop-RescaleSandbox -Path ').CompletionText | Should -Be "'$($sandbox.Path)'"
    }

    It 'of <Line> offers the jobs this session has seen' -ForEach @(
        @{ Line = 'Get-RescaleJob -JobId ' }, @{ Line = 'Get-RescaleJob ' }, @{ Line = 'Wait-RescaleJob -JobId ' }, @{ Line = 'Receive-RescaleJob -Id ' }, @{ Line = 'Watch-RescaleJob ' }, @{ Line = 'Get-RescaleJobLog -JobId ' }
        @{ Line = 'Get-RescaleJobFile ' }, @{ Line = 'Get-RescaleJob -JobId it' }
    ) {
        $match = Get-Completion $Line | Where-Object CompletionText -eq $job.Id
        $match.ListItemText | Should -Be "it's a job"
        $match.ToolTip | Should -Match ([regex]::Escape($job.Id))
    }

    It 'of names quotes what needs quotes' {
        (Get-Completion 'Get-RescaleJob -Name ').CompletionText | Should -Contain "'it''s a job'"
        (Get-Completion 'Get-RescaleFile -Name a').CompletionText | Should -Contain "'a file.dat'"
        (Get-Completion 'Receive-RescaleFile -Id ').CompletionText | Should -Contain $file.Id
    }

    It 'of -Status offers what the platform is known to say' {
        (Get-Completion 'Get-RescaleJob -Status C').CompletionText | Should -Be 'Completed'
        (Get-Completion 'Get-RescaleJob -Status Force').CompletionText | Should -Be "'Force Stopped'"
    }

    It 'of ids never asks the platform, and without a connection offers nothing and does not fail' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = Get-Completion 'Get-RescaleJob -JobId '
        $null = Get-Completion 'Receive-RescaleFile -Id '
        $asked = (Invoke-SandboxControl $sandbox Get requests).api.requests.PSObject.Properties.Name | Where-Object { $_ -notmatch '/sandbox/' }
        $asked | Should -BeNullOrEmpty
        Invoke-Fresh {
            Import-Module $args[0]
            foreach ($line in 'Get-RescaleJob -JobId ', 'Submit-RescaleJob -CoreType ', 'Get-RescaleSoftware ') {
                (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue
            }
            'done'
        } @($ModulePath) | Should -Be 'done'
    }

    It 'of core types, software, versions and automations asks once, and then no more' {
        $null = $sandbox | Connect-Rescale
        $null = Invoke-SandboxControl $sandbox Delete requests
        1..2 | ForEach-Object {
            (Wait-Completion 'Submit-RescaleJob -CoreType em').CompletionText | Should -Be 'emerald'
            (Wait-Completion 'Submit-RescaleJob -AnalysisCode openf').CompletionText | Should -Be 'openfoam'
            (Wait-Completion 'Get-RescaleSoftware Gnu').CompletionText | Should -Be 'octave'
            (Wait-Completion 'Submit-RescaleJob -AnalysisCode openfoam -AnalysisVersion ').CompletionText | Should -Be '10-foundation', '9-foundation', 'v2212-esi'
            (Wait-Completion 'Get-RescaleSoftware openfoam -Version v').CompletionText | Should -Be 'v2212-esi'
            (Wait-Completion 'Get-RescaleAutomation ').CompletionText | Should -Be 'auPreE', 'auPost'
        }
        $asked = (Invoke-SandboxControl $sandbox Get requests).api.requests
        $asked.'GET /api/v3/coretypes/' | Should -Be 1
        $asked.'GET /api/v3/automations/' | Should -Be 1
        # Two pages.
        $asked.'GET /api/v3/analyses/' | Should -Be 2
        Get-Completion 'Submit-RescaleJob -AnalysisVersion ' | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
    }

    It 'of core types knows what a version may run on' {
        (Wait-Completion 'Submit-RescaleJob -AnalysisCode su2 -AnalysisVersion 8.0 -CoreType ').CompletionText | Should -Be 'emerald', 'onyx', 'calcite'
        (Wait-Completion 'Submit-RescaleJob -CoreType a').CompletionText | Should -Be 'aquamarine_v3'
    }

    It 'of core types uses the connection that the command line names' {
        $connection = $sandbox | Connect-Rescale
        $null = Get-RescaleCoreType
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            $runspace.SessionStateProxy.SetVariable('theirs', $connection)
            $shell = [powershell]::Create($runspace)
            $null = $shell.AddScript("Import-Module '$($ModulePath.Replace("'", "''"))'").Invoke()
            foreach ($case in @{ Line = 'Submit-RescaleJob -Connection $theirs -CoreType em'; Expected = 'emerald' }, @{ Line = 'Submit-RescaleJob -CoreType em'; Expected = $null }) {
                $shell.Commands.Clear()
                $found = $shell.AddScript("(TabExpansion2 -inputScript '$($case.Line)' -cursorColumn $($case.Line.Length)).CompletionMatches").Invoke()
                ($found | Where-Object ResultType -eq ParameterValue).CompletionText | Should -Be $case.Expected
            }
            $shell.Dispose()
        }
        finally { $runspace.Dispose() }
    }

    It 'of the catalogue uses the connection of that name, and no other' {
        $connection = $sandbox | Connect-Rescale
        $null = Get-RescaleCoreType
        (Wait-Completion "Submit-RescaleJob -Connection $($connection.Name) -CoreType em").CompletionText | Should -Be 'emerald'
        Get-Completion 'Submit-RescaleJob -Connection nosuch -CoreType em' | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
    }

    It 'is filled by what was listed' {
        $null = $sandbox | Connect-Rescale
        $null = Get-RescaleCoreType
        $null = Invoke-SandboxControl $sandbox Delete requests
        (Get-Completion 'Submit-RescaleJob -CoreType on').CompletionText | Should -Be 'onyx'
        Get-RequestCount $sandbox 'GET /api/v3/coretypes/' | Should -Be 0
    }

    It 'gives the prompt back when the platform says nothing, and has the answer later' {
        $null = $sandbox | Connect-Rescale
        Set-Fault $sandbox @{ target = 'api'; path = '^/api/v3/coretypes/'; fault = 'stall'; times = 1 }
        try {
            # The fault never ends by itself: that this returns is the test.
            Get-Completion 'Submit-RescaleJob -CoreType em' | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
        }
        finally { Clear-Fault $sandbox }
        $null = $sandbox | Connect-Rescale
        Set-Fault $sandbox @{ target = 'api'; path = '^/api/v3/coretypes/'; fault = 'stall'; milliseconds = 2500; times = 1 }
        try {
            $null = Get-Completion 'Submit-RescaleJob -CoreType em'
            Wait-Until { (Get-Completion 'Submit-RescaleJob -CoreType em').CompletionText -eq 'emerald' } 'the call in the background has ended'
        }
        finally { Clear-Fault $sandbox }
    }

    It 'is offered for <Parameter> of every command that takes it' -ForEach @(
        @{ Parameter = 'JobId' }, @{ Parameter = 'FileId' }, @{ Parameter = 'CoreType' }, @{ Parameter = 'AnalysisCode' }, @{ Parameter = 'AnalysisVersion' }, @{ Parameter = 'AutomationId' }, @{ Parameter = 'InputFileId' }
    ) {
        foreach ($command in Get-Command -Module RescaleInterlink) {
            $found = $command.Parameters.Values | Where-Object { $_.Name -eq $Parameter -or $_.Aliases -contains $Parameter }
            if (-not $found) { continue }
            @($found.Attributes | Where-Object { $_ -is [System.Management.Automation.ArgumentCompleterAttribute] }).Count | Should -Be 1 -Because "$($command.Name) -$($found.Name)"
        }
    }
}
