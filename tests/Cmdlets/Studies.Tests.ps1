# The studies of examples/ that are run from PowerShell, on the storage of this run.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $null = Get-BasicJob
}

AfterAll { Stop-TestSession $sandbox }

Describe 'The damping study' {
    BeforeAll {
        $study = Join-Path $RepositoryRoot 'examples' 'damping-study'
        $results = Join-Path $folder 'results [1]'
        $null = Invoke-SandboxControl $sandbox Delete requests
        & (Join-Path $study 'Study.ps1') -Destination $results 6>&1 | Out-Null
        $code = $LASTEXITCODE
        $reports = @(Import-Csv -LiteralPath (Join-Path $results 'study.csv'))
        $uploads = Get-RequestCount $sandbox 'POST /api/v3/files/'
    }

    It 'submits twenty jobs, of which one is stopped and the others succeed' {
        $reports.Count | Should -Be 20
        $reports.Verdict | Sort-Object -Unique | Should -Be 'ok'
        $code | Should -Be 0
        ($reports | Where-Object Status -ne 'Completed').Run | Should -Be 'run_04'
        @(Get-RescaleJob | Where-Object Name -like 'run_*').Count | Should -Be 20
    }

    It 'computes what the closed solution says' {
        foreach ($report in $reports | Where-Object Run -ne 'run_04') {
            $computed = Import-Csv -LiteralPath (Join-Path $results $report.Run 'result.csv')
            # What is left of the beginning lies within the envelope exp(-2 pi D t).
            [Math]::Abs([double]$computed.position) | Should -BeLessThan ([Math]::Exp(-2 * [Math]::PI * $computed.damping * $computed.periods) * 1.1)
            [double]$report.Computed | Should -Be ([double]$computed.position)
            [double]$report.Error | Should -BeLessThan 1e-5
        }
    }

    It 'gives each job its license and its automation, and sends what they share once' {
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        foreach ($report in $reports) {
            $record = Invoke-RestMethod -Headers $headers -Uri "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/jobs/$($report.JobId)/"
            $record.jobanalyses[0].envVars.OSCILLATOR_LICENSE | Should -Be '27000@licenses.example'
            if ($report.Run -ne 'run_04') { [int](Get-Content -LiteralPath (Join-Path $results $report.Run 'count.txt')) | Should -BeGreaterThan 5 }
        }
        $uploads | Should -Be 2
    }

    It 'keeps what the stopped job wrote, and nothing that was not there' {
        (Get-ChildItem -LiteralPath (Join-Path $results 'run_04') -Force).Name | Should -Be 'process_output.log'
        Get-Content -LiteralPath (Join-Path $results 'run_04' 'process_output.log') -TotalCount 1 | Should -Be 'licensed by 27000@licenses.example'
        (Get-RescaleJob -JobId ($reports | Where-Object Run -eq 'run_04').JobId).Status | Should -Not -Be 'Completed'
        Get-ChildItem -LiteralPath $results -Recurse -Force | Where-Object Name -like '*.rescale-*' | Should -BeNullOrEmpty
    }

    It 'fails when an automation does not do its part' {
        & (Join-Path $study 'Study.ps1') -Destination (Join-Path $folder 'without') -Automation 'Record the environment' 6>&1 | Out-Null
        $LASTEXITCODE | Should -Be 1
        $verdicts = (Import-Csv -LiteralPath (Join-Path $folder 'without' 'study.csv')).Verdict
        @($verdicts | Where-Object { $_ -eq 'count.txt missing' }).Count | Should -Be 19
    }
}
