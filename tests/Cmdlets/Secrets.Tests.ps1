# Keys, storage credentials, JWTs and encryption keys, fed through everything that shows or keeps something. None may come out.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $source = New-RandomFile (Join-Path $folder 'small.bin') 100KB
    $large = New-RandomFile (Join-Path $folder 'large.bin') 40MB
    $sent = Send-RescaleFile -LiteralPath $source

    # All that is secret about this sandbox: its key, the storage's credentials, the keys of the files.
    $key = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
    $request = @{ Headers = @{ Authorization = "Token $key" } }
    $api = "$($sandbox.ApiUrl)".TrimEnd('/')
    $credentials = Invoke-RestMethod "$api/api/v3/credentials/" -Method Post @request
    $record = Invoke-RestMethod "$api/api/v3/files/$($sent.Id)/" @request
    $jwt = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJwbGFudGVkLXNlY3JldC1zdWJqZWN0In0.Zm9yZ2VkLXNpZ25hdHVyZS1mb3ItdGhlLXRlc3Q'
    $sas = 'sv=2024-05-04&ss=b&se=2030-01-01T00%3A00%3A00Z&sp=rw&sig=UGxhbnRlZFNhc1NpZ25hdHVyZTAxMjM0NTY3ODlhYmM%3D'
    $encryptionKey = 'UGxhbnRlZEVuY3J5cHRpb25LZXkwMTIzNDU2Nzg5YWI='
    $secrets = @(
        $key, $jwt, 'UGxhbnRlZFNhc1NpZ25hdHVyZTAxMjM0NTY3ODlhYmM', $encryptionKey, $record.encodedEncryptionKey
        $credentials.accessKey, $credentials.secretKey, $credentials.sessionToken
        if ($credentials.sasToken) { [regex]::Match($credentials.sasToken, 'sig=([^&]+)').Groups[1].Value }
        'planted-proxy-password'
    ) | Where-Object { $_ }

    # As it is, escaped for a URL, and as the hex digits in which a SecureString is written on Unix.
    $forms = foreach ($secret in $secrets) { $secret; [uri]::EscapeDataString($secret); [BitConverter]::ToString([Text.Encoding]::Unicode.GetBytes($secret)).Replace('-', '') }

    # What is found of the secrets in a text; 16 characters of one are too many.
    function Find-Secret {
        param([string] $Text)
        foreach ($form in $forms | Select-Object -Unique) {
            for ($at = 0; $at -le $form.Length - 16; $at += 4) {
                if ($Text.Contains($form.Substring($at, 16), [StringComparison]::OrdinalIgnoreCase)) { "'$form' from $at"; break }
            }
        }
    }

    function Assert-NoSecret {
        param([string] $Text, [string] $Where, [int] $AtLeast = 1)
        # A sink that got nothing proves nothing.
        $Text.Length | Should -BeGreaterOrEqual $AtLeast -Because "$Where has something in it"
        Find-Secret $Text | Should -BeNullOrEmpty -Because "$Where must not hold it"
    }

    # Every way in which an object is written.
    function Get-Written {
        param([Parameter(ValueFromPipeline)] $Item)
        process {
            "$Item"
            $Item | Format-List -Property * -Force | Out-String -Width 5000
            $Item | Format-Table | Out-String -Width 5000
            $Item | ConvertTo-Json -Depth 6 -WarningAction SilentlyContinue
            $Item | ConvertTo-Csv
            $file = Join-Path $folder "$([guid]::NewGuid()).xml"
            $Item | Export-Clixml -LiteralPath $file -Depth 6
            Get-Content -Raw -LiteralPath $file
            Remove-Item -LiteralPath $file
        }
    }

    # Every way in which an error is looked at.
    function Get-ErrorText {
        param([Parameter(ValueFromPipeline)] [System.Management.Automation.ErrorRecord] $Record)
        process {
            "$Record"
            $Record | Format-List -Property * -Force | Out-String -Width 5000
            $Record.Exception | Format-List -Property * -Force | Out-String -Width 5000
            $Record.Exception.ToString()
            Get-Error -InputObject $Record 6>&1 | Out-String -Width 5000
            $Record | ConvertTo-Json -Depth 4 -WarningAction SilentlyContinue
            $file = Join-Path $folder "$([guid]::NewGuid()).xml"
            $Record | Export-Clixml -LiteralPath $file -Depth 4
            Get-Content -Raw -LiteralPath $file
        }
    }

    # Runs a script in a runspace of its own and returns what was in each of its streams, progress as well.
    function Invoke-Recorded {
        param([scriptblock] $Script, [hashtable] $Variables = @{})
        $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $runspace.Open()
        try {
            foreach ($entry in $Variables.GetEnumerator()) { $runspace.SessionStateProxy.SetVariable($entry.Key, $entry.Value) }
            $runspace.SessionStateProxy.SetVariable('ModulePath', $ModulePath)
            $shell = [powershell]::Create($runspace)
            $output = $shell.AddScript("Import-Module `$ModulePath; `$VerbosePreference = 'Continue'; `$DebugPreference = 'Continue'; `$InformationPreference = 'Continue'; $Script").Invoke()
            [pscustomobject]@{
                Output = @($output)
                Errors = @($shell.Streams.Error)
                Text = @($shell.Streams.Verbose; $shell.Streams.Debug; $shell.Streams.Warning; $shell.Streams.Information) | Out-String -Width 5000
                Progress = $shell.Streams.Progress | ForEach-Object { "$($_.Activity) $($_.StatusDescription) $($_.CurrentOperation)" } | Out-String -Width 5000
            }
            $shell.Dispose()
        }
        finally { $runspace.Dispose() }
    }

    # A server that answers everything with what it was told and what it was sent.
    function Invoke-WithEcho {
        param([int] $Status, [string] $MediaType, [string] $Body, [scriptblock] $Script)
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $server = [powershell]::Create().AddScript({
                param($listener, $status, $mediaType, $body)
                while ($true) {
                    try { $client = $listener.AcceptTcpClient() } catch { return }
                    $stream = $client.GetStream()
                    $buffer = [byte[]]::new(65536); $read = ''
                    while (-not $read.Contains("`r`n`r`n")) {
                        $count = $stream.Read($buffer, 0, $buffer.Length)
                        if ($count -eq 0) { break }
                        $read += [Text.Encoding]::ASCII.GetString($buffer, 0, $count)
                    }
                    $sent = ($read -split "`r`n" | Where-Object { $_ -match '^(Authorization|x-amz-security-token)' }) -join ' '
                    # A body that nobody reads would tear down the answer.
                    if ($read -match '(?m)^Expect:') { $stream.Write([Text.Encoding]::ASCII.GetBytes("HTTP/1.1 100 Continue`r`n`r`n")) }
                    $left = if ($read -match '(?m)^Content-Length: (\d+)') { [long] $Matches[1] - ($read.Length - $read.IndexOf("`r`n`r`n") - 4) } else { 0 }
                    while ($left -gt 0) {
                        $count = $stream.Read($buffer, 0, $buffer.Length)
                        if ($count -eq 0) { break }
                        $left -= $count
                    }
                    $bytes = [Text.Encoding]::UTF8.GetBytes($body.Replace('{request}', $sent))
                    $head = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 $status X`r`nContent-Type: $mediaType`r`nContent-Length: $($bytes.Length)`r`nConnection: close`r`n`r`n")
                    $stream.Write($head, 0, $head.Length); $stream.Write($bytes, 0, $bytes.Length); $client.Close()
                }
            }).AddArgument($listener).AddArgument($Status).AddArgument($MediaType).AddArgument($Body)
        $running = $server.BeginInvoke()
        try { & $Script "http://127.0.0.1:$($listener.LocalEndpoint.Port)" }
        finally { $listener.Stop(); $null = $running.AsyncWaitHandle.WaitOne(5000); $server.Dispose() }
    }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'The search for secrets' {
    It 'knows several, and finds each of them, whole and in part' {
        $secrets.Count | Should -BeGreaterOrEqual 7
        foreach ($secret in $secrets) {
            Find-Secret "x $secret y" | Should -Not -BeNullOrEmpty
            Find-Secret "x $($secret.Substring(0, 16))" | Should -Not -BeNullOrEmpty
        }
        $file = Join-Path $folder 'secure.xml'
        $sandbox.ApiKey | Export-Clixml -LiteralPath $file
        if (-not $IsWindows) { Find-Secret (Get-Content -Raw -LiteralPath $file) | Should -Not -BeNullOrEmpty }
    }
}

Describe 'No secret' {
    It 'is in any output object, however it is written' {
        $out = Join-Path $folder 'objects'
        $objects = @(
            $sandbox; $connection; $sent; Get-RescaleConnection; Get-RescaleFile; Get-RescaleFile -Id $sent.Id
            Receive-RescaleFile -Id $sent.Id -Destination $out
            Get-RescaleJob; Get-RescaleRateLimit; Get-RescaleTransfer
            if (Get-Command Get-RescaleUser -ErrorAction Ignore) { Get-RescaleUser }
            if (Get-Command Test-RescaleConnection -ErrorAction Ignore) { Test-RescaleConnection -Connection $connection }
            if (Get-Command Get-RescaleConfiguration -ErrorAction Ignore) { Get-RescaleConfiguration }
        )
        $objects.Count | Should -BeGreaterThan 8
        foreach ($object in $objects) { Assert-NoSecret (($object | Get-Written) -join "`n") $object.PSTypeNames[0] 50 }
    }

    It 'is in verbose, debug, warning, information and progress of a transfer' {
        $run = Invoke-Recorded -Variables @{ connection = $connection; large = $large; out = (Join-Path $folder 'streams') } -Script {
            $ProgressPreference = 'Continue'
            Send-RescaleFile -LiteralPath $large -Connection $connection | Receive-RescaleFile -Destination $out -Connection $connection
        }
        $run.Errors | Should -BeNullOrEmpty
        Assert-NoSecret $run.Text 'the streams' 20
        Assert-NoSecret $run.Progress 'the progress' 20
    }

    It 'is in what a refused <Operation> says (<Status> <Code>)' -ForEach @(
        @{ Operation = 'PutObject'; Status = 403; Code = 'AccessDenied' }
        @{ Operation = 'PutObject'; Status = 400; Code = 'InvalidArgument' }
        @{ Operation = 'GetObject'; Status = 403; Code = 'AccessDenied' }
        @{ Operation = 'GetObject'; Status = 400; Code = 'InvalidArgument' }
    ) {
        Set-Fault $sandbox @{ target = 'storage'; operation = $Operation; fault = 'status'; status = $Status; code = $Code }
        try {
            $run = Invoke-Recorded -Variables @{ connection = $connection; source = $source; sent = $sent; out = (Join-Path $folder 'refused') } -Script {
                Send-RescaleFile -LiteralPath $source -Connection $connection
                Receive-RescaleFile -Id $sent.Id -Destination $out -Connection $connection
            }
        }
        finally { Clear-Fault $sandbox }
        $run.Errors | Should -Not -BeNullOrEmpty
        Assert-NoSecret (($run.Errors | Get-ErrorText) -join "`n") 'the errors' 200
        Assert-NoSecret $run.Text 'the streams'
    }

    It 'is in the error for an answer that repeats them (<Status>, <MediaType>)' -ForEach @(
        @{ Status = 400; MediaType = 'application/json'; Body = '{"detail":"no: {request} | KEY | JWT | https://a.blob.core.windows.net/c/b?SAS | {\"encodedEncryptionKey\":\"ENC\"}"}' }
        @{ Status = 401; MediaType = 'application/json'; Body = '{"detail":"KEY is not valid, nor is JWT"}' }
        @{ Status = 400; MediaType = 'application/json'; Body = '{"apiKey":["KEY"],"token":"JWT","url":"https://x/?SAS","encodedEncryptionKey":"ENC"}' }
        @{ Status = 403; MediaType = 'text/plain'; Body = '{request} SAS ENC JWT KEY' }
        @{ Status = 404; MediaType = 'text/html'; Body = '<html><title>{request}</title>SAS ENC JWT KEY</html>' }
        @{ Status = 200; MediaType = 'text/plain'; Body = '{request} SAS ENC JWT KEY' }
        @{ Status = 200; MediaType = 'application/json'; Body = '{"defaultStorage":"{request} SAS ENC JWT KEY","email":5}' }
    ) {
        $full = $Body.Replace('KEY', $key).Replace('JWT', $jwt).Replace('SAS', $sas).Replace('ENC', $encryptionKey)
        foreach ($used in $key, $jwt) {
            $run = Invoke-WithEcho $Status $MediaType $full {
                param($url)
                Invoke-Recorded -Variables @{ url = $url; used = (ConvertTo-SecureString -AsPlainText -Force $used) } -Script {
                    try { Connect-Rescale -ApiUrl $url -ApiKey $used } catch { Write-Error -ErrorRecord $_ }
                    Get-Content -Raw -LiteralPath (Export-RescaleDiagnostic -Path ([IO.Path]::GetTempFileName()) -Force).FullName
                }
            }
            $run.Errors | Should -Not -BeNullOrEmpty
            Assert-NoSecret (($run.Errors | Get-ErrorText) -join "`n") 'the error' 200
            Assert-NoSecret $run.Text 'the streams' 0
            Assert-NoSecret ($run.Output -join "`n") 'the report' 200
        }
    }

    It 'is in the error for a storage that repeats them' {
        if ($TestStorage -ne 'S3') { Set-ItResult -Skipped -Because 'only the endpoint of an S3 storage can be given'; return }
        $body = "<?xml version=`"1.0`"?><Error><Code>InvalidArgument</Code><Message>{request} $key $jwt https://h/?$sas $encryptionKey</Message><StringToSign>{request}</StringToSign></Error>"
        $run = Invoke-WithEcho 400 'application/xml' $body {
            param($url)
            Invoke-Recorded -Variables @{ sandbox = $sandbox; source = $source; endpoint = $url } -Script {
                $own = Connect-Rescale -ApiUrl $sandbox.ApiUrl.AbsoluteUri -ApiKey $sandbox.ApiKey -StorageEndpoint $endpoint
                Send-RescaleFile -LiteralPath $source -Connection $own
                $own | Disconnect-Rescale
            }
        }
        $run.Errors | Should -HaveCount 1
        $text = ($run.Errors | Get-ErrorText) -join "`n"
        # The library's own exception is within, and holds the whole answer; what stands for it names it.
        $text | Should -Match 'AmazonS3Exception'
        Assert-NoSecret $text 'the error' 200
        Assert-NoSecret $run.Text 'the streams'
    }

    It 'is in the list of unfinished transfers, or in a report that has them' {
        Set-Fault $sandbox @{ target = 'storage'; operation = 'UploadPart'; fault = 'stall'; skip = 2 }
        try {
            $null = Invoke-Stopped -Variables @{ connection = $connection; large = $large } -Script { Send-RescaleFile -LiteralPath $large -Connection $connection } -Ready {
                @((Invoke-SandboxControl $sandbox Get faults).rules | Where-Object { $_.fired -gt 0 }).Count -gt 0
            }
        }
        finally { Clear-Fault $sandbox }
        $listed = @(Get-RescaleTransfer)
        $listed.Count | Should -BeGreaterThan 0
        # The key of the file is in its checkpoint, which only its owner can read: that is what the transfer goes on with.
        $kept = Get-ChildItem -LiteralPath (Join-Path $env:RESCALE_STATE_HOME 'transfers') -File
        $keys = @([regex]::Matches((($kept | Where-Object Length -GT 0 | ForEach-Object { Get-Content -Raw -LiteralPath $_.FullName }) -join "`n"), '[A-Za-z0-9+/]{43}=').Value | Select-Object -Unique)
        $keys | Should -Not -BeNullOrEmpty
        $before = $forms
        try {
            $script:forms = $forms + $keys
            Assert-NoSecret (($listed | Get-Written) -join "`n") 'the list' 100
            Assert-NoSecret (Get-Content -Raw -LiteralPath (Export-RescaleDiagnostic -Path (Join-Path $folder 'unfinished.json')).FullName) 'the report' 200
        }
        finally { $script:forms = $before }
        Get-RescaleTransfer | Remove-RescaleTransfer -Force
    }

    It 'is in a report, whatever its parts hold' {
        $before = $env:HTTPS_PROXY, $env:RESCALE_API_KEY
        $env:HTTPS_PROXY = 'http://someone:planted-proxy-password@proxy.example:3128'
        $env:RESCALE_API_KEY = $key
        try {
            $record = [System.Management.Automation.ErrorRecord]::new([InvalidOperationException]::new("it said $jwt and https://h/?$sas", [Exception]::new("key $key, encryption $encryptionKey")), 'Planted', 'NotSpecified', $key)
            $file = $record | Export-RescaleDiagnostic -Path (Join-Path $folder 'planted.json') -Note "my key is $key, and $jwt"
        }
        finally { $env:HTTPS_PROXY, $env:RESCALE_API_KEY = $before }
        $text = Get-Content -Raw -LiteralPath $file.FullName
        Assert-NoSecret $text 'the report' 200
        $text | Should -Match 'proxy\.example:3128'
    }

    It 'is in a transcript' {
        $file = Join-Path $folder 'transcript.txt'
        $null = Invoke-Fresh {
            $env:RESCALE_STATE_HOME = $args[1]
            $null = Start-Transcript -Path $args[2]
            Import-Module $args[0]
            Connect-Rescale -Sandbox -Verbose | Out-Default
            Get-RescaleFile -Verbose -Debug | Format-List * | Out-Default
            Send-RescaleFile -LiteralPath $args[3] -Verbose | Out-Default
            Get-RescaleFile -Id none -ErrorAction Continue
            $null = Stop-Transcript
        } @($ModulePath, $env:RESCALE_STATE_HOME, $file, $source)
        $text = Get-Content -Raw -LiteralPath $file
        $text | Should -Match 'does not know the file'
        Assert-NoSecret $text 'the transcript' 500
    }

    It "is in the sandbox's log, in the files of the limits, or on a command line" {
        Assert-NoSecret (Get-Content -Raw -LiteralPath (Join-Path $sandbox.Path 'sandbox.log')) 'the log' 500
        $limited = Start-RescaleSandbox -Path (Join-Path $folder 'limited') -RateLimitScale 100
        try {
            $its = [Net.NetworkCredential]::new('', $limited.ApiKey).Password
            $other = $limited | Connect-Rescale
            $null = Get-RescaleJob -Connection $other
            $files = Get-ChildItem -LiteralPath (Join-Path $env:RESCALE_STATE_HOME 'limits') -File
            $files | Should -Not -BeNullOrEmpty
            ($files | ForEach-Object { $_.Name; Get-Content -Raw -LiteralPath $_.FullName }) -join "`n" | Should -Not -Match $its
            $other | Disconnect-Rescale
        }
        finally { $limited | Stop-RescaleSandbox }
        if ($IsLinux) {
            $lines = Get-ChildItem /proc -Directory | Where-Object Name -Match '^\d+$' | ForEach-Object { [IO.File]::Exists("$_/cmdline") ? [Text.Encoding]::UTF8.GetString([IO.File]::ReadAllBytes("$_/cmdline")) : '' }
            Assert-NoSecret ($lines -join "`n") 'the list of processes' 100
        }
    }
}
