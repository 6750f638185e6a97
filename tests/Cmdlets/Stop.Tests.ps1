# Ctrl+C in every stage, with the sockets stalled: the prompt is back within 2 s, and nothing half is left.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $source = New-RandomFile (Join-Path $folder 'large.bin') 40MB
    $sent = Send-RescaleFile $source
    $directory = (New-Item -ItemType Directory (Join-Path $folder 'run')).FullName
    Set-Content -LiteralPath (Join-Path $directory 'deck.txt') -Value deck

    # True once the platform has been hit by the fault that was set.
    function Test-Hit { @((Invoke-SandboxControl $sandbox Get faults).rules | Where-Object { $_.fired -gt 0 }).Count -gt 0 }

    function Invoke-StalledStop {
        param([scriptblock] $Script, [hashtable] $Rule)
        Set-Fault $sandbox $Rule
        try { $stop = Invoke-Stopped -Script $Script -Variables @{ connection = $connection; source = $source; sent = $sent; folder = $folder; directory = $directory } -Ready { Test-Hit } }
        finally { Clear-Fault $sandbox }
        $stop.State | Should -Be 'Stopped'
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stop.Errors | Should -BeNullOrEmpty
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'A stop' {
    It 'of Send-RescaleFile <Where> returns, and nothing is registered' -ForEach @(
        # Azure has no such request: blocks are sent at once. It comes first: after a stop further on, the upload is gone on with and not begun.
        if ($env:RESCALE_TEST_STORAGE -ne 'Azure') { @{ Where = 'while the upload is begun'; Rule = @{ target = 'storage'; operation = 'CreateMultipartUpload'; fault = 'stall' } } }
        @{ Where = 'while a part is sent'; Rule = @{ target = 'storage'; operation = 'UploadPart'; fault = 'stall' } }
        @{ Where = 'while the upload is completed'; Rule = @{ target = 'storage'; operation = 'CompleteMultipartUpload'; fault = 'stall' } }
        @{ Where = 'while credentials are fetched'; Rule = @{ target = 'api'; path = '/credentials/'; fault = 'stall' } }
        @{ Where = 'while the file is registered'; Rule = @{ target = 'api'; method = 'POST'; path = '/files/'; fault = 'stall' } }
    ) {
        $before = @(Get-RescaleFile).Count
        # A session of its own for each, so that credentials are fetched anew.
        Invoke-StalledStop { $own = Connect-Rescale -Sandbox; Send-RescaleFile -LiteralPath $source -Connection $own } $Rule
        @(Get-RescaleFile).Count | Should -Be $before
    }

    It 'of Receive-RescaleFile <Where> returns, and no file is at the final name' -ForEach @(
        @{ Where = 'while a range is read'; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall' } }
        @{ Where = 'in the middle of a range'; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall'; afterBytes = 100000 } }
        @{ Where = 'while the file is looked up'; Rule = @{ target = 'api'; method = 'GET'; path = '/files/'; fault = 'stall' } }
    ) {
        $out = Join-Path $folder ('out ' + [guid]::NewGuid().ToString('N').Substring(0, 6))
        Invoke-StalledStop ([scriptblock]::Create("Receive-RescaleFile -Id `$sent.Id -Destination '$out' -Connection `$connection")) $Rule
        Test-Path -LiteralPath (Join-Path $out 'large.bin') | Should -BeFalse
    }

    It 'of Send-RescaleFolder <Where> returns' -ForEach @(
        @{ Where = 'while the parent is listed'; Rule = @{ target = 'api'; method = 'GET'; path = '/contents/'; fault = 'stall' } }
        @{ Where = 'while folders are made'; Rule = @{ target = 'api'; method = 'POST'; path = '/folders/'; fault = 'stall' } }
        @{ Where = 'while files are sent'; Rule = @{ target = 'storage'; method = 'PUT'; fault = 'stall' } }
    ) {
        $tree = Join-Path $folder ('tree ' + [guid]::NewGuid().ToString('N').Substring(0, 6))
        1..20 | ForEach-Object { $null = New-RandomFile (Join-Path $tree "f$_" 'x.bin') 1KB }
        Invoke-StalledStop ([scriptblock]::Create("Send-RescaleFolder -LiteralPath '$tree' -Connection `$connection")) $Rule
    }

    It 'of Receive-RescaleFolder <Where> returns, and no file is at its name' -ForEach @(
        @{ Where = 'while a folder is listed'; Rule = @{ target = 'api'; method = 'GET'; path = '/contents/'; fault = 'stall' } }
        @{ Where = 'while files are received'; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall' } }
    ) {
        $out = Join-Path $folder ('out ' + [guid]::NewGuid().ToString('N').Substring(0, 6))
        Invoke-StalledStop ([scriptblock]::Create("Receive-RescaleFolder `$sent.FolderId '$out' -Include large.bin -Connection `$connection")) $Rule
        Test-Path -LiteralPath (Join-Path $out 'large.bin') | Should -BeFalse
    }

    It 'of <Name> returns' -ForEach @(
        @{ Name = 'Connect-Rescale'; Script = { Connect-Rescale -Sandbox }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Get-RescaleFile'; Script = { Get-RescaleFile -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJob'; Script = { Get-RescaleJob -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJobStatus'; Script = { Get-RescaleJobStatus x -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJobLoad'; Script = { Get-RescaleJobLoad x -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Get-RescaleJobFile'; Script = { Get-RescaleJobFile x -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Submit-RescaleJob'; Script = { Submit-RescaleJob -JobName stopped -AnalysisCode user_included -Command true -CoreType emerald -Connection $connection }; Rule = @{ target = 'api'; path = '/jobs/'; fault = 'stall' } }
        @{ Name = 'Wait-RescaleJob'; Script = { Wait-RescaleJob x -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Receive-RescaleJob'; Script = { Receive-RescaleJob x -Destination $folder -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Submit-RescaleJob that uploads'; Script = { Submit-RescaleJob -JobName stopped -AnalysisCode user_included -Command true -CoreType emerald -Directory $directory -Connection $connection }; Rule = @{ target = 'storage'; method = 'PUT'; fault = 'stall' } }
        @{ Name = 'Submit-RescaleJob -Wait'; Script = { Submit-RescaleJob -JobName stopped -AnalysisCode user_included -Command true -CoreType emerald -Wait -Connection $connection }; Rule = @{ target = 'api'; path = '/statuses/'; fault = 'stall' } }
        @{ Name = 'Submit-RescaleJob -Destination'; Script = { Submit-RescaleJob -JobName stopped -AnalysisCode user_included -Command 'echo x' -CoreType emerald -PollIntervalSeconds 1 -Destination (Join-Path $folder stopped) -Connection $connection }; Rule = @{ target = 'storage'; operation = 'GetObject'; fault = 'stall' } }
        @{ Name = 'Start-RescaleJob'; Script = { Start-RescaleJob x -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Stop-RescaleJob'; Script = { Stop-RescaleJob x -Force -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Remove-RescaleJob'; Script = { Remove-RescaleJob x -Force -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
        @{ Name = 'Set-RescaleJobProject'; Script = { Set-RescaleJobProject x p -Connection $connection }; Rule = @{ target = 'api'; fault = 'stall' } }
    ) { Invoke-StalledStop $Script $Rule }

    It 'of Invoke-RescalePipeline while it <Where> returns, and its state can be read' -ForEach @(
        @{ Where = 'uploads'; Rule = @{ target = 'storage'; method = 'PUT'; fault = 'stall' } }
        @{ Where = 'creates'; Rule = @{ target = 'api'; method = 'POST'; path = '/jobs/$'; fault = 'stall' } }
        @{ Where = 'submits'; Rule = @{ target = 'api'; method = 'POST'; path = '/submit/'; fault = 'stall' } }
        @{ Where = 'waits'; Rule = @{ target = 'api'; method = 'GET'; path = '/statuses/'; fault = 'stall' } }
        @{ Where = 'lists outputs'; Rule = @{ target = 'api'; method = 'GET'; path = '/jobs/.*/files/'; fault = 'stall' } }
        @{ Where = 'downloads'; Rule = @{ target = 'storage'; operation = 'GetObject'; path = 'output|.*'; fault = 'stall'; skip = 1 } }
    ) {
        $name = 'pipe ' + [guid]::NewGuid().ToString('N').Substring(0, 6)
        $script = {
            $row = [pscustomobject]@{
                Directory = $directory; JobName = 'stopped'; AnalysisCode = 'user_included'; Command = 'echo out > out.txt'; CoreType = 'emerald'
                CoresPerSlot = 1; WalltimeHours = 1; Slots = 1; LicenseSettings = ''
            }
            $row | Invoke-RescalePipeline -Destination (Join-Path $folder 'NAME') -PollIntervalSeconds 1 -Connection $connection
        }
        Invoke-StalledStop ([scriptblock]::Create($script.ToString().Replace('NAME', $name))) $Rule
        $state = Import-Csv -LiteralPath (Join-Path $folder $name 'pipeline.state.csv')
        @($state).Count | Should -Be 1
        Get-ChildItem -LiteralPath (Join-Path $folder $name) -Recurse -File -Filter '*.rescale-*' -Force | Should -BeNullOrEmpty
    }

    It 'of Start-RescaleSandbox returns' {
        # It starts in a second or two; whenever the stop comes, it returns, and no second sandbox is left.
        $path = Join-Path $folder 'stopped sandbox'
        $started = [Threading.ManualResetEventSlim]::new()
        $stop = Invoke-Stopped -Variables @{ path = $path; started = $started } -Ready { $started.IsSet } `
            -Script { $started.Set(); Start-RescaleSandbox -Path $path; Start-Sleep 600 }
        $stop.Elapsed.TotalSeconds | Should -BeLessThan 2
        Stop-RescaleSandbox -Path $path -ErrorAction Ignore
    }
}
