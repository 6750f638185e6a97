BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $before = $env:RESCALE_CONFIG_HOME, $env:HTTPS_PROXY, $env:https_proxy
    $env:HTTPS_PROXY = $env:https_proxy = $null
}

AfterAll { $env:RESCALE_CONFIG_HOME, $env:HTTPS_PROXY, $env:https_proxy = $before }

Describe 'The configuration' {
    BeforeEach {
        $env:RESCALE_CONFIG_HOME = New-TestFolder
        $path = Join-Path $env:RESCALE_CONFIG_HOME 'config.csv'
        $own = Join-Path $env:RESCALE_CONFIG_HOME 'config.interlink.json'
    }

    AfterEach { $env:RESCALE_API_URL = $env:HTTPS_PROXY = $env:RESCALE_CONFIG_FILE = $null }

    It 'is all defaults where there is none, and reading makes none' {
        $all = @(Get-RescaleConfiguration)
        $all.Count | Should -Be 27
        $all.Source | Select-Object -Unique | Should -Be 'Default'
        $all[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.Setting'
        ($all | Where-Object Name -EQ api_base_url).Value | Should -Be 'https://platform.rescale.com'
        ($all | Where-Object Name -EQ memory_limit).Path | Should -Be $own
        $all | Where-Object Name -Match 'api_key|password' | Should -BeNullOrEmpty
        Test-Path -LiteralPath $path | Should -BeFalse
    }

    It 'shows where each value comes from' {
        Set-RescaleConfiguration -UploadWorkers 8 -MemoryLimit 64MB
        $env:RESCALE_API_URL = 'https://eu.rescale.com'
        $shown = Get-RescaleConfiguration upload_workers, memory_limit, api_base_url, job_workers
        $shown.Value | Should -Be 8, 64MB, 'https://eu.rescale.com', 4
        "$($shown.Source)" | Should -Be 'ConfigFile OwnFile Environment ConfigFile'
        $shown.Path | Should -Be $path, $own, 'RESCALE_API_URL', $path
        $env:RESCALE_API_URL = 'https://me:word@eu.rescale.com'
        "$((Get-RescaleConfiguration api_base_url).Value)" | Should -Not -Match 'word'
        (Get-RescaleConfiguration *workers).Name | Should -Be 'tar_workers', 'upload_workers', 'job_workers'
    }

    It 'of an unknown name is one error, and the others are shown' {
        $shown = Get-RescaleConfiguration none, org_code -ErrorVariable failed -ErrorAction SilentlyContinue
        $shown.Name | Should -Be 'org_code'
        $failed.FullyQualifiedErrorId | Should -BeLike 'ConfigurationNameUnknown,*'
    }

    It 'takes a proxy from the environment, without its password' {
        $env:HTTPS_PROXY = 'http://me:word@proxy.example:3128'
        $shown = Get-RescaleConfiguration proxy_mode, proxy_host, proxy_port
        $shown.Value | Should -Be 'system', 'proxy.example', 3128
        Get-RescaleConfiguration | Out-String -Width 300 | Should -Not -Match 'word'
    }

    It 'is set by parameters, by names and from the pipeline, all at once or not at all' {
        Set-RescaleConfiguration -ProxyMode Ntlm -ProxyHost proxy.example -ProxyPort 3128 -NoProxy .corp, 10.0.0.0/8 -ProxyWarmUp -ApiUrl eu.rescale.com/ -ThrottleLimit 3
        $text = [IO.File]::ReadAllText($path)
        $text | Should -Match '(?m)^proxy_mode,ntlm$'
        $text | Should -Match '(?m)^no_proxy,".corp,10.0.0.0/8"$'
        $text | Should -Match '(?m)^proxy_warmup,true$'
        $text | Should -Match '(?m)^api_base_url,https://eu.rescale.com\ntenant_url,https://eu.rescale.com$'
        $text | Should -Not -Match 'throttle'
        [IO.File]::ReadAllText($own) | ConvertFrom-Json | Select-Object -ExpandProperty throttle_limit | Should -Be 3

        Set-RescaleConfiguration run_subpath "two`nlines, and a `"quote`""
        (Get-RescaleConfiguration run_subpath).Value | Should -Be "two`nlines, and a `"quote`""
        Set-RescaleConfiguration -Name flatten_tar -Value $true
        (Get-RescaleConfiguration flatten_tar).Value | Should -BeTrue

        $copy = Join-Path (New-TestFolder) 'copy.csv'
        Get-RescaleConfiguration | Where-Object Source -NE Default | Set-RescaleConfiguration -ConfigPath $copy
        [IO.File]::ReadAllText($copy) | Should -Be ([IO.File]::ReadAllText($path))

        { Set-RescaleConfiguration -TarWorkers 9 -ProxyPort 70000 } | Should -Throw -ErrorId 'ConfigurationValueInvalid,*'
        (Get-RescaleConfiguration tar_workers).Value | Should -Be 4
    }

    It 'is put back to a default by nothing' {
        Set-RescaleConfiguration -OutVariable none -ProxyHost proxy.example -ThrottleLimit 3
        Set-RescaleConfiguration -ProxyHost '' -ThrottleLimit $null
        (Get-RescaleConfiguration proxy_host, throttle_limit).Value | Should -Be $null, $null
        Set-RescaleConfiguration tar_workers $null -PassThru | Select-Object -ExpandProperty Value | Should -Be 4
    }

    It 'with -WhatIf stays as it is' {
        Set-RescaleConfiguration -TarWorkers 2 -WhatIf
        Initialize-RescaleConfiguration -ApiUrl https://eu.rescale.com -ApiKey (ConvertTo-SecureString -AsPlainText -Force x) -WhatIf
        Get-ChildItem -LiteralPath $env:RESCALE_CONFIG_HOME -Force | Should -BeNullOrEmpty
    }

    It 'loses a key that stands in it, with a warning that does not repeat it' {
        [IO.File]::WriteAllText($path, "key,value`napi_key,verysecret`nlater_version,kept`n")
        $null = Get-RescaleConfiguration org_code -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'api_key'
        Set-RescaleConfiguration -TarWorkers 2 -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match 'Save-RescaleCredential'
        "$warned" | Should -Not -Match 'verysecret'
        [IO.File]::ReadAllText($path) | Should -Not -Match 'verysecret'
        [IO.File]::ReadAllText($path) | Should -Match '(?m)^later_version,kept$'
    }

    It 'can be elsewhere' {
        $env:RESCALE_CONFIG_FILE = Join-Path (New-TestFolder) 'mine.csv'
        Set-RescaleConfiguration -JobWorkers 7 -WarningAction SilentlyContinue
        (Get-RescaleConfiguration job_workers).Path | Should -Be $env:RESCALE_CONFIG_FILE
        Test-Path -LiteralPath $path | Should -BeFalse
        { Get-RescaleConfiguration -ConfigPath (Join-Path $env:RESCALE_CONFIG_HOME 'none.csv') } | Should -Throw -ErrorId 'ConfigurationNotFound,*'
    }

    It 'loses nothing when two processes write it' {
        $script = {
            Import-Module $args[0]
            foreach ($value in 1..15) { Set-RescaleConfiguration -Name $args[1] -Value $value }
            'done'
        }
        $file = Join-Path (New-TestFolder) 'script.ps1'
        Set-Content -LiteralPath $file -Value ('$ErrorActionPreference = "Stop"' + "`n" + $script)
        $processes = foreach ($name in 'tar_workers', 'upload_workers', 'throttle_limit') {
            $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
            $prefix = if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') { @(Join-Path $PSHOME 'pwsh.dll') }
            foreach ($argument in @($prefix) + '-NoProfile', '-NonInteractive', '-File', $file, $ModulePath, $name) { if ($argument) { $start.ArgumentList.Add($argument) } }
            $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            [Diagnostics.Process]::Start($start)
        }
        foreach ($process in $processes) {
            $printed = $process.StandardOutput.ReadToEnd() + $process.StandardError.ReadToEnd()
            $process.WaitForExit()
            $printed.Trim() | Should -Be 'done'
        }
        (Get-RescaleConfiguration tar_workers, upload_workers, throttle_limit).Value | Should -Be 15, 15, 15
    }

    It 'is whole, and can be written, after a writer was killed' {
        $file = Join-Path (New-TestFolder) 'script.ps1'
        Set-Content -LiteralPath $file -Value @'
$ErrorActionPreference = 'Stop'
Import-Module $args[0]
for ($value = 1; ; $value = $value % 1000 + 1) {
    Set-RescaleConfiguration -TarWorkers $value -UploadWorkers $value -ThrottleLimit 7
    if ($value -eq 1) { [Console]::Out.WriteLine('begun'); [Console]::Out.Flush() }
}
'@
        $seed = [Environment]::TickCount
        Write-Host "Moments of the kills: seed $seed"
        $random = [Random]::new($seed)
        foreach ($round in 1..4) {
            $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
            $prefix = if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') { @(Join-Path $PSHOME 'pwsh.dll') }
            foreach ($argument in @($prefix) + '-NoProfile', '-NonInteractive', '-File', $file, $ModulePath) { if ($argument) { $start.ArgumentList.Add($argument) } }
            $start.RedirectStandardOutput = $true
            $process = [Diagnostics.Process]::Start($start)
            try {
                $process.StandardOutput.ReadLine() | Should -Be 'begun'
                [Threading.Thread]::Sleep($random.Next(0, 150))
            }
            finally {
                $process.Kill()
                $process.WaitForExit()
            }
            $tar, $upload, $own = (Get-RescaleConfiguration tar_workers, upload_workers, throttle_limit).Value
            $tar | Should -Be $upload
            $own | Should -Be 7
            Set-RescaleConfiguration -JobWorkers $round
            (Get-RescaleConfiguration job_workers).Value | Should -Be $round
            Get-ChildItem -LiteralPath $env:RESCALE_CONFIG_HOME -Force -Filter *.tmp | Should -BeNullOrEmpty
        }
    }

    It 'is completed by name' {
        (Get-Completion 'Get-RescaleConfiguration proxy_').CompletionText | Should -Be 'proxy_mode', 'proxy_host', 'proxy_port', 'proxy_user', 'proxy_warmup'
        (Get-Completion 'Set-RescaleConfiguration tar_compression ').CompletionText | Should -Be 'none', 'gzip'
        (Get-Completion 'Set-RescaleConfiguration -Name proxy_mode -Value s').CompletionText | Should -Be 'system'
        (Get-Completion 'Set-RescaleConfiguration -Name thr').CompletionText | Should -Be 'throttle_limit'
        (Get-Completion 'Set-RescaleConfiguration -ProxyMode ').CompletionText | Should -Be 'Basic', 'None', 'Ntlm', 'System'
    }
}

Describe 'Who is at the keyboard' {
    BeforeAll {
        Add-Type -IgnoreWarnings -TypeDefinition @'
using System; using System.Collections.Generic; using System.Collections.ObjectModel; using System.Globalization; using System.Management.Automation;
using System.Management.Automation.Host; using System.Security;
public sealed class AnsweringHost : PSHost {
    public readonly AnsweringUI Answers = new AnsweringUI();
    public override string Name => HostName; public string HostName; public override Version Version => new Version(1, 0); public override Guid InstanceId { get; } = Guid.NewGuid();
    public override PSHostUserInterface UI => Answers; public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture; public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void EnterNestedPrompt() {} public override void ExitNestedPrompt() {} public override void NotifyBeginApplication() {} public override void NotifyEndApplication() {} public override void SetShouldExit(int exitCode) {}
}
public sealed class AnsweringUI : PSHostUserInterface {
    public readonly List<string> Asked = new List<string>();
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) {
        var answers = new Dictionary<string, PSObject>();
        foreach (var field in descriptions) {
            Asked.Add(field.Name + ":" + field.ParameterTypeName);
            var key = new SecureString(); foreach (char c in "typed") key.AppendChar(c);
            answers[field.Name] = new PSObject(field.ParameterTypeName == "SecureString" ? (object)key : "https://kr.rescale.com");
        }
        return answers;
    }
    public override PSHostRawUserInterface RawUI => null; public override string ReadLine() => throw new NotImplementedException(); public override SecureString ReadLineAsSecureString() => throw new NotImplementedException();
    public override int PromptForChoice(string c, string m, Collection<ChoiceDescription> d, int i) => throw new NotImplementedException();
    public override PSCredential PromptForCredential(string c, string m, string u, string t) => PromptForCredential(c, m, u, t, PSCredentialTypes.Default, PSCredentialUIOptions.Default);
    public override PSCredential PromptForCredential(string c, string m, string u, string t, PSCredentialTypes a, PSCredentialUIOptions o) {
        Asked.Add(m + " as " + u);
        var password = new SecureString(); foreach (char letter in "typed") password.AppendChar(letter);
        return new PSCredential(u, password);
    }
    public override void Write(string v) {} public override void Write(ConsoleColor f, ConsoleColor b, string v) {} public override void WriteLine(string v) {} public override void WriteErrorLine(string v) {}
    public override void WriteDebugLine(string m) {} public override void WriteProgress(long s, ProgressRecord r) {} public override void WriteVerboseLine(string m) {} public override void WriteWarningLine(string m) {}
}
'@
        function New-AnsweringShell([string] $HostName = 'Visual Studio Code Host') {
            $answering = [AnsweringHost]::new()
            $answering.HostName = $HostName
            $runspace = [runspacefactory]::CreateRunspace($answering, [initialsessionstate]::CreateDefault2())
            $runspace.Open()
            $shell = [powershell]::Create($runspace)
            $null = $shell.AddScript("Import-Module '$($ModulePath.Replace("'", "''"))'").Invoke()
            $shell.Commands.Clear()
            @{ Shell = $shell; Asked = $answering.Answers.Asked }
        }
    }

    BeforeEach {
        $env:RESCALE_CONFIG_HOME = New-TestFolder
        $made = New-AnsweringShell
        $shell, $asked = $made.Shell, $made.Asked
    }

    AfterEach { $shell.Runspace.Dispose() }

    It 'is asked for the address and, without showing it, for the key of a new configuration' {
        $null = $shell.AddScript('Initialize-RescaleConfiguration').Invoke()
        $shell.Streams.Error | Should -BeNullOrEmpty
        $asked | Should -Be 'ApiUrl:String', 'ApiKey:SecureString'
        (Get-RescaleConfiguration api_base_url).Value | Should -Be 'https://kr.rescale.com'
        [IO.File]::ReadAllText((Join-Path $env:RESCALE_CONFIG_HOME 'token')) | Should -Be "typed`n"

        $asked.Clear()
        $shell.Commands.Clear()
        $null = $shell.AddScript('Initialize-RescaleConfiguration -Force').Invoke()
        $asked | Should -BeNullOrEmpty
    }

    It 'is nobody in a host that is not known to have a user' {
        $shell.Runspace.Dispose()
        $made = New-AnsweringShell 'SomeService'
        $shell, $asked = $made.Shell, $made.Asked
        $null = $shell.AddScript('Initialize-RescaleConfiguration').Invoke()
        $asked | Should -BeNullOrEmpty
        (Get-RescaleConfiguration api_base_url).Source | Should -Be 'ConfigFile'
    }

    It 'is asked for the password of the user at the proxy, which is in no file' {
        $stopped = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $stopped.Start(); $port = $stopped.LocalEndpoint.Port; $stopped.Stop()
        Set-RescaleConfiguration -ProxyMode Basic -ProxyHost 127.0.0.1 -ProxyPort $port -ProxyUser 'CORP\jane' -ApiUrl https://kr.rescale.com
        $result = $shell.AddScript('Test-RescaleConnection -ApiKey (ConvertTo-SecureString -AsPlainText -Force x)').Invoke()
        $asked | Should -Be 'Password at the proxy 127.0.0.1 as CORP\jane'
        # Nothing listens there; what counts is that nothing else was asked.
        $result.Reachable, $result.Authenticated | Should -Be $false, $false
        $result.Proxy | Should -Be "Basic 127.0.0.1:$port"
        Get-ChildItem -LiteralPath $env:RESCALE_CONFIG_HOME -Force -File | Get-Content -Raw | Should -Not -Match 'typed'
    }
}

Describe 'Initialize-RescaleConfiguration' {
    BeforeEach { $env:RESCALE_CONFIG_HOME = New-TestFolder }

    It 'writes a configuration and the token, and -Force makes it anew' {
        $path = Join-Path $env:RESCALE_CONFIG_HOME 'config.csv'
        $secret = ConvertTo-SecureString -AsPlainText -Force 'mykey'
        $shown = Initialize-RescaleConfiguration -ApiUrl https://eu.rescale.com -ApiKey $secret -MaxConnections 5 -PassThru
        ($shown | Where-Object Name -EQ api_base_url).Value | Should -Be 'https://eu.rescale.com'
        [IO.File]::ReadAllText((Join-Path $env:RESCALE_CONFIG_HOME 'token')) | Should -Be "mykey`n"
        [IO.File]::ReadAllText($path) | Should -Not -Match 'mykey'
        { Initialize-RescaleConfiguration -ApiUrl https://kr.rescale.com -ApiKey $secret } | Should -Throw -ErrorId 'ConfigurationExists,*'

        [IO.File]::WriteAllText($path, 'not, a "configuration')
        Initialize-RescaleConfiguration -Force
        (Get-RescaleConfiguration api_base_url, max_connections).Value | Should -Be 'https://platform.rescale.com', $null
        [IO.File]::ReadAllText((Join-Path $env:RESCALE_CONFIG_HOME 'token')) | Should -Be "mykey`n"
    }

    It 'keeps no background job waiting for an answer' {
        $job = Start-Job -ArgumentList $ModulePath {
            Import-Module $args[0]
            Initialize-RescaleConfiguration
            "$((Get-RescaleConfiguration api_base_url).Source)"
        }
        try {
            $null = $job | Wait-Job -Timeout 120
            $job.State | Should -Be 'Completed'
            $job | Receive-Job | Should -Be 'ConfigFile'
        }
        finally { $job | Remove-Job -Force }
    }

    It 'asks nobody where there is nobody' {
        $result = Invoke-Fresh {
            Import-Module $args[0]
            Initialize-RescaleConfiguration
            (Get-RescaleConfiguration api_base_url).Source
        } @($ModulePath)
        $result | Should -Be 'ConfigFile'
    }
}
