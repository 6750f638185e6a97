BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder
    $null = $sandbox | Connect-Rescale
    $job = Submit-RescaleJob -JobName "it's a job" -AnalysisCode user_included -Command true -CoreType emerald -CreateOnly
    $file = Send-RescaleFile -LiteralPath (New-RandomFile (Join-Path $folder 'a file.dat') 10)

    function Get-Completion { param([string] $Line) @((TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches) }
}

AfterAll {
    Disconnect-Rescale
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
        @{ Line = 'Get-RescaleJob -JobId ' }, @{ Line = 'Get-RescaleJob ' }, @{ Line = 'Wait-RescaleJob -JobId ' }, @{ Line = 'Receive-RescaleJob -Id ' }
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

    It 'never asks the platform, and without a connection offers nothing and does not fail' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = Get-Completion 'Get-RescaleJob -JobId '
        $null = Get-Completion 'Receive-RescaleFile -Id '
        $null = Get-Completion 'Submit-RescaleJob -CoreType '
        $asked = (Invoke-SandboxControl $sandbox Get requests).api.requests.PSObject.Properties.Name | Where-Object { $_ -notmatch '/sandbox/' }
        $asked | Should -BeNullOrEmpty
        Invoke-Fresh {
            Import-Module $args[0]
            $line = 'Get-RescaleJob -JobId '
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue
            'done'
        } @($ModulePath) | Should -Be 'done'
    }
}
