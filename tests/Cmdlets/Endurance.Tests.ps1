# A platform that goes away and comes back, and secrets that must not be seen.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $folder = New-TestFolder
    # The sandbox changes: it is killed and started again.
    $world = @{ Sandbox = Start-TestSandbox $folder; Shells = [System.Collections.Generic.List[powershell]]::new() }
    $connection = $world.Sandbox | Connect-Rescale

    # Runs a script beside the test; the result is what it wrote and the errors it reported.
    function Start-Beside {
        param([scriptblock] $Script, [hashtable] $Variables)
        $shell = [powershell]::Create()
        $shell.Runspace.SessionStateProxy.SetVariable('ProgressPreference', 'SilentlyContinue')
        foreach ($entry in $Variables.GetEnumerator()) { $shell.Runspace.SessionStateProxy.SetVariable($entry.Key, $entry.Value) }
        $null = $shell.AddScript("Import-Module '$($ModulePath.Replace("'", "''"))'").AddStatement().AddScript($Script)
        $world.Shells.Add($shell)
        [pscustomobject]@{ Shell = $shell; Running = $shell.BeginInvoke() }
    }
    function Wait-Beside {
        param($Beside, [int] $Seconds = 120)
        Wait-Until { $Beside.Running.IsCompleted } 'the command beside ended' $Seconds
        $output = $Beside.Shell.EndInvoke($Beside.Running)
        $errors = @($Beside.Shell.Streams.Error)
        [pscustomobject]@{ Output = @($output); Errors = $errors }
    }
    function Restart-Killed {
        $process = Get-Process -Id $world.Sandbox.ProcessId
        $process.Kill()
        Wait-Until { $process.HasExited } 'the sandbox is dead'
        $world.Sandbox = Start-RescaleSandbox -Path $world.Sandbox.Path -AllowFault
    }
}

AfterAll {
    foreach ($shell in $world.Shells) {
        $shell.Stop()
        $shell.Dispose()
    }
    Disconnect-Rescale
    Stop-TestSandbox $world.Sandbox
}

Describe 'A sandbox that is killed and started again' {
    It 'keeps address, key, files and jobs' {
        $file = Send-RescaleFile -LiteralPath (New-RandomFile (Join-Path $folder 'kept.bin') 20MB)
        $url = "$($world.Sandbox.ApiUrl)"
        Restart-Killed
        "$($world.Sandbox.ApiUrl)" | Should -Be $url
        ($file | Receive-RescaleFile -Destination (Join-Path $folder 'kept')).Sha512 | Should -Be $file.Sha512
    }

    It 'in the middle of an upload does not harm it' {
        $source = New-RandomFile (Join-Path $folder 'killed.bin') 64MB
        # Parts are slow, so that the kill comes between them.
        Set-Fault $world.Sandbox @{ target = 'storage'; operation = 'UploadPart'; fault = 'latency'; milliseconds = 700; skip = 1 }
        $beside = Start-Beside { Send-RescaleFile -LiteralPath $source -Connection $connection } @{ source = $source; connection = $connection }
        Wait-Until { @((Invoke-SandboxControl $world.Sandbox Get faults).rules | Where-Object fired -gt 0).Count -gt 0 } 'parts were sent'
        Restart-Killed
        $sent = Wait-Beside $beside
        $sent.Errors | Should -BeNullOrEmpty
        ($sent.Output | Receive-RescaleFile -Destination (Join-Path $folder 'killed')).Sha512 | Should -Be (Get-Sha512 $source)
    }

    It 'in the middle of a job runs the job again, and the pipeline completes' {
        $directory = (New-Item -ItemType Directory (Join-Path $folder 'run')).FullName
        $go = Join-Path $folder 'go'
        Set-Content -LiteralPath (Join-Path $directory 'deck.txt') -Value deck
        $row = [pscustomobject]@{
            Directory = $directory; JobName = 'again'; AnalysisCode = 'user_included'; CoreType = 'emerald'; CoresPerSlot = 1
            WalltimeHours = 1; Slots = 1; LicenseSettings = ''
            Command = "echo started > '$folder/started'; while [ ! -e '$go' ]; do sleep 0.1; done; cat run/deck.txt > result.txt"
        }
        $beside = Start-Beside { $row | Invoke-RescalePipeline -Destination $results -PollIntervalSeconds 1 -Connection $connection } @{
            row = $row; results = Join-Path $folder 'results'; connection = $connection }
        Wait-Until { Test-Path -LiteralPath (Join-Path $folder 'started') } 'the job executes'
        Restart-Killed
        $null = New-Item -ItemType File $go
        $done = Wait-Beside $beside
        $done.Errors | Should -BeNullOrEmpty
        $done.Output.Succeeded | Should -BeTrue
        Get-Content -LiteralPath (Join-Path $folder 'results' 'again' 'result.txt') | Should -Be 'deck'
        @(Get-RescaleJob -Name again).Count | Should -Be 1
    }
}

Describe 'A platform that does not answer' {
    It 'is waited for with one warning that says so, and can be stopped' {
        Set-Fault $world.Sandbox @{ target = 'api'; path = '/files/'; fault = 'status'; status = 503; times = $null }
        $warnings = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $stop = Invoke-Stopped -Variables @{ warnings = $warnings; connection = $connection } `
            -Script { Get-RescaleFile -Connection $connection 3>&1 | ForEach-Object { $warnings.Enqueue("$_") } } `
            -Ready { $warnings.Count -gt 0 }
        Clear-Fault $world.Sandbox
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $warnings.Count | Should -Be 1
        @($warnings)[0] | Should -Match '503.*goes on trying'
    }
}

Describe 'Secrets' {
    It 'are in no stream of any command, and in no file of the state folder that others can read' {
        $key = [Net.NetworkCredential]::new('', $world.Sandbox.ApiKey).Password
        $source = New-RandomFile (Join-Path $folder 'secret.bin') 20MB
        Set-Fault $world.Sandbox @{ target = 'storage'; fault = 'status'; status = 500; code = 'InternalError'; times = 2 }, @{ target = 'api'; path = '/files/'; fault = 'status'; status = 503; times = 1 }
        $everything = . {
            $world.Sandbox | Connect-Rescale -Verbose -Debug:$false
            Send-RescaleFile -LiteralPath $source -Verbose | Tee-Object -Variable sent
            $sent | Receive-RescaleFile -Destination (Join-Path $folder 'secret') -Verbose
            Get-RescaleFile -Id nosuch -ErrorAction Continue
            Get-RescaleFile -First 3 | Format-List * -Force
        } *>&1 | Out-String -Width 500
        Clear-Fault $world.Sandbox
        $everything += $Error | Format-List * -Force | Out-String -Width 500
        $everything | Should -Match 'secret\.bin'
        $everything | Should -Not -Match ([regex]::Escape($key))
        $everything | Should -Not -Match 'X-Amz-Signature|SecretAccessKey|AWS4-HMAC|encodedEncryptionKey'
        # The file's own key is known to the platform; it must not be shown either.
        $record = Invoke-RestMethod "$($world.Sandbox.ApiUrl)api/v3/files/$($sent.Id)/" -Headers @{ Authorization = "Token $key" }
        $record.encodedEncryptionKey.Length | Should -BeGreaterThan 20
        $everything | Should -Not -Match ([regex]::Escape($record.encodedEncryptionKey))
        if (-not $IsWindows) {
            Get-ChildItem -LiteralPath $env:RESCALE_STATE_HOME -Recurse -Force -File | ForEach-Object { $_.UnixMode } | Should -Match '^-rw-------'
        }
    }
}

Describe 'A listing' {
    It 'holds all that its downloads need: no file is looked up again' {
        $job = Submit-RescaleJob -JobName outputs -AnalysisCode user_included -CoreType emerald -Command 'for i in 1 2 3 4 5; do echo $i > $i.txt; done'
        $null = $job | Wait-RescaleJob -PollIntervalSeconds 1
        $files = $job | Get-RescaleJobFile
        $null = Invoke-SandboxControl $world.Sandbox Delete requests
        @($files | Receive-RescaleFile -Destination (Join-Path $folder 'listed')).Count | Should -Be 6
        $asked = (Invoke-SandboxControl $world.Sandbox Get requests).api.requests.PSObject.Properties.Name
        $asked | Where-Object { $_ -like 'GET */files/*' } | Should -BeNullOrEmpty
    }
}
