BeforeDiscovery {
    $reason = if (-not $IsLinux) { 'users are changed with setpriv, which is for Linux' }
    elseif ((id -u) -ne '0') { 'only root can become another user' }
    elseif (-not (Get-Command setpriv -CommandType Application -ErrorAction Ignore)) { 'setpriv is not installed' }
    if ($reason) { Write-Host "The tests with a second user are skipped: $reason." }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    # Test files share one runspace.
    Disconnect-Rescale -All
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder
    $url = "$($sandbox.ApiUrl)"
    $key = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
    $wrong = 'fedcba9876543210fedcba9876543210fedcba98'
    $token = Join-Path $env:RESCALE_CONFIG_HOME 'token'
    $pristine = $env:RESCALE_CONFIG_HOME

    function ConvertTo-Secure { param([string] $Text) ConvertTo-SecureString -AsPlainText -Force $Text }

    # Runs a script as nobody, whose configuration is in the given folder.
    function Invoke-AsNobody {
        param([string] $ConfigurationFolder, [string] $Script)
        $own = New-TestFolder
        chown 65534:65534 $own
        $file = Join-Path $own 'script.ps1'
        Set-Content -LiteralPath $file -Value "`$ProgressPreference = 'SilentlyContinue'`nImport-Module '$($ModulePath.Replace("'", "''"))'`n$Script"
        $program = [Environment]::ProcessPath
        $prefix = @()
        if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { $prefix = @(Join-Path $PSHOME 'pwsh.dll') }
        @(setpriv --reuid 65534 --regid 65534 --clear-groups env "HOME=$own" "RESCALE_CONFIG_HOME=$ConfigurationFolder" "RESCALE_STATE_HOME=$own/state" $program @prefix -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object { "$_" })
    }
}

AfterAll {
    $env:RESCALE_CONFIG_HOME = $pristine
    Disconnect-Rescale -All
    Stop-TestSandbox $sandbox
}

Describe 'Connect-Rescale with what the machine has' {
    BeforeEach {
        $env:RESCALE_CONFIG_HOME = New-TestFolder
        $token = Join-Path $env:RESCALE_CONFIG_HOME 'token'
    }

    AfterEach {
        $env:RESCALE_API_KEY = $env:RESCALE_API_URL = $env:RESCALE_CONFIG_FILE = $null
        Disconnect-Rescale -All
    }

    It 'needs no parameter: <Where>' -ForEach @(
        @{ Where = 'environment'; Source = 'RESCALE_API_KEY'; Prepare = { $env:RESCALE_API_URL = $url; $env:RESCALE_API_KEY = $key } }
        @{ Where = 'files'; Source = 'the token file*'; Prepare = { Save-RescaleCredential -ApiKey $sandbox.ApiKey; Set-RescaleConfiguration -ApiUrl $url } }
    ) {
        . $Prepare
        $connection = Connect-Rescale -WarningVariable warned -WarningAction SilentlyContinue
        $connection.ApiUrl | Should -Be $sandbox.ApiUrl
        $connection.KeySource | Should -BeLike $Source
        $warned | Should -BeNullOrEmpty
        { Get-RescaleJob } | Should -Not -Throw
    }

    It 'takes -Credential, whose password is the key' {
        (Connect-Rescale $url -Credential ([pscredential]::new('anyone', $sandbox.ApiKey))).KeySource | Should -Be '-Credential'
    }

    It 'takes -TokenFile, relative to where the session is' {
        Set-Content -LiteralPath (Join-Path $env:RESCALE_CONFIG_HOME 'my token') -Value $key
        Push-Location -LiteralPath $env:RESCALE_CONFIG_HOME
        try { $connection = Connect-Rescale $url -TokenFile './my token' -WarningAction SilentlyContinue } finally { Pop-Location }
        $connection.KeySource | Should -BeLike '*my token*'
    }

    It 'takes a profile of the file that RESCALE_CONFIG_FILE names' {
        $env:RESCALE_CONFIG_FILE = Join-Path (New-TestFolder) 'apiconfig'
        Set-Content -LiteralPath $env:RESCALE_CONFIG_FILE -Value "[default]`napikey = $wrong`n[test box]`napi_key = $key`nplatform_url = $url"
        (Connect-Rescale -Profile 'test box' -WarningAction SilentlyContinue).ApiUrl | Should -Be $sandbox.ApiUrl
        { Connect-Rescale -Profile none } | Should -Throw -ErrorId 'ProfileNotFound,*'
        $line = 'Connect-Rescale -Profile '
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Be 'default', "'test box'"
    }

    It 'prefers the parameter to the environment and that to the file, and warns without a value' {
        Save-RescaleCredential -ApiKey (ConvertTo-Secure $wrong)
        $env:RESCALE_API_KEY = 'another'
        # A platform that is no sandbox, whose name is known to nobody: the choice is made before it is asked.
        $result = Test-RescaleConnection -ApiUrl https://kr.rescale.com -ApiKey $sandbox.ApiKey -ConfigPath (Join-Path $env:RESCALE_CONFIG_HOME 'none.csv')
        $result.ErrorId | Should -Be 'ConfigurationNotFound'
        (Connect-Rescale $url -ApiKey $sandbox.ApiKey).KeySource | Should -Be '-ApiKey'
        $env:RESCALE_API_KEY = $key
        (Connect-Rescale $url).KeySource | Should -Be 'RESCALE_API_KEY'
        $env:RESCALE_API_KEY = $null
        { Connect-Rescale $url } | Should -Throw -ErrorId 'ApiKeyRejected,*'
    }

    It 'without any key is one error that says what to do' {
        try { Connect-Rescale $url; throw 'connected' } catch { $failed = $_ }
        $failed.FullyQualifiedErrorId | Should -BeLike 'ApiKeyMissing,*'
        $failed.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $failed.ErrorDetails.RecommendedAction | Should -Match 'Save-RescaleCredential'
    }

    It 'with two keys is one error' {
        { Connect-Rescale $url -ApiKey $sandbox.ApiKey -SecretName x } | Should -Throw -ErrorId 'ApiKeyAmbiguous,*'
        { Connect-Rescale $url -Vault x } | Should -Throw -ErrorId 'SecretUnavailable,*'
    }

    It 'takes no plain text for a key, and does not repeat it' {
        foreach ($try in { Connect-Rescale $url -ApiKey $wrong }, { [pscustomobject]@{ ApiUrl = $url; ApiKey = $wrong } | Connect-Rescale }, { Save-RescaleCredential -ApiKey $wrong }) {
            $failed = $null
            try { & $try } catch { $failed = $_ }
            "$failed" | Should -Match 'secure string'
            "$failed$($failed.Exception)$($failed.ErrorDetails)" | Should -Not -Match $wrong
        }
        Get-RescaleConnection | Should -BeNullOrEmpty
        Test-Path -LiteralPath $token | Should -BeFalse
    }

    It 'never shows the key, whatever is switched on' {
        Save-RescaleCredential -ApiKey $sandbox.ApiKey
        $shown = & { Connect-Rescale $url -Verbose -Debug; Get-RescaleUser -Verbose -Debug; Test-RescaleConnection -Verbose; Get-RescaleConfiguration } *>&1 | Format-List * | Out-String
        $shown | Should -Match 'token file'
        $shown | Should -Not -Match $key
    }

    It 'with a configuration that is none is one error' {
        Set-Content -LiteralPath (Join-Path $env:RESCALE_CONFIG_HOME 'config.csv') -Value "key,value`na,b,c"
        { Connect-Rescale $url -ApiKey $sandbox.ApiKey } | Should -Throw -ErrorId 'ConfigurationInvalid,*'
    }
}

Describe 'A secret by its name' {
    BeforeAll {
        # A small module of that name stands in for the real one, which this machine need not have: what is tested is that
        # and how it is asked.
        $modules = New-TestFolder
        $store = New-Item -ItemType Directory (Join-Path $modules 'Microsoft.PowerShell.SecretManagement')
        Set-Content -LiteralPath (Join-Path $store 'Microsoft.PowerShell.SecretManagement.psm1') -Value @'
function Get-Secret {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name, [string] $Vault, [switch] $AsPlainText)
    switch ("$Vault/$Name") {
        '/text' { ConvertTo-SecureString -AsPlainText -Force $env:RESCALE_TEST_SECRET }
        'box/text' { [pscredential]::new('u', (ConvertTo-SecureString -AsPlainText -Force $env:RESCALE_TEST_SECRET)) }
        '/table' { @{ a = 1 } }
        default { throw "The secret $Name was not found, password=$env:RESCALE_TEST_SECRET." }
    }
}
Export-ModuleMember -Function Get-Secret
'@
        $modulePath = $env:PSModulePath
        $env:RESCALE_CONFIG_HOME = New-TestFolder
        function global:Get-Secret { throw 'This is not the one that is meant.' }
    }

    AfterAll {
        $env:PSModulePath = $modulePath
        $env:RESCALE_TEST_SECRET = $null
        $env:RESCALE_CONFIG_HOME = $pristine
        Remove-Item Function:\Get-Secret -ErrorAction Ignore
        Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
    }

    It 'without the module is one error that says how to get it' {
        if (Get-Module -ListAvailable Microsoft.PowerShell.SecretManagement) { Set-ItResult -Skipped -Because 'the real module is installed'; return }
        try { Connect-Rescale $url -SecretName text; throw 'connected' } catch { $failed = $_ }
        $failed.FullyQualifiedErrorId | Should -BeLike 'SecretStoreMissing,*'
        $failed.CategoryInfo.Category | Should -Be 'NotInstalled'
        $failed.ErrorDetails.RecommendedAction | Should -Match 'Install-PSResource'
    }

    It 'is a secure string or a credential, of the vault that is named' {
        $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $modulePath
        $env:RESCALE_TEST_SECRET = $key
        (Connect-Rescale $url -SecretName text).KeySource | Should -Be "the secret 'text'"
        (Connect-Rescale $url -SecretName text -Vault box).KeySource | Should -Be "the secret 'text' in the vault 'box'"
        Disconnect-Rescale -All
    }

    It 'that is missing, or no text, is one error without what the vault said of secrets' {
        $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $modulePath
        $env:RESCALE_TEST_SECRET = $wrong
        try { Connect-Rescale $url -SecretName none; throw 'connected' } catch { $failed = $_ }
        $failed.FullyQualifiedErrorId | Should -BeLike 'SecretUnavailable,*'
        "$failed$($failed.ErrorDetails)" | Should -Not -Match $wrong
        { Connect-Rescale $url -SecretName table } | Should -Throw -ErrorId 'SecretUnavailable,*'
    }
}

Describe 'The token file' {
    BeforeEach {
        $env:RESCALE_CONFIG_HOME = Join-Path (New-TestFolder) 'made'
        $token = Join-Path $env:RESCALE_CONFIG_HOME 'token'
    }

    AfterEach { $env:RESCALE_CONFIG_HOME = $pristine }

    It 'is written for its owner only, replaced, and removed' {
        Save-RescaleCredential -ApiKey $sandbox.ApiKey | Should -BeNullOrEmpty
        [IO.File]::ReadAllText($token) | Should -Be "$key`n"
        if (-not $IsWindows) {
            (Get-Item -LiteralPath $token).UnixMode | Should -Be '-rw-------'
            (Get-Item -LiteralPath $env:RESCALE_CONFIG_HOME).UnixMode | Should -Be 'drwx------'
        }
        (Save-RescaleCredential -Credential ([pscredential]::new('x', (ConvertTo-Secure $wrong))) -PassThru | Get-Content -Raw) | Should -Be "$wrong`n"
        [IO.File]::ReadAllText($token) | Should -Be "$wrong`n"
        Remove-RescaleCredential
        Test-Path -LiteralPath $token | Should -BeFalse
        { Remove-RescaleCredential } | Should -Not -Throw
        Get-ChildItem -LiteralPath $env:RESCALE_CONFIG_HOME -Force | Should -BeNullOrEmpty
    }

    It 'binds the key of a sandbox, and can be elsewhere' {
        $elsewhere = Join-Path (New-TestFolder) 'sub [1]' 'key'
        $sandbox | Save-RescaleCredential -TokenFile $elsewhere
        [IO.File]::ReadAllText($elsewhere) | Should -Be "$key`n"
        Test-Path -LiteralPath $token | Should -BeFalse
        Remove-RescaleCredential $elsewhere
        Test-Path -LiteralPath $elsewhere | Should -BeFalse
    }

    It 'goes with what a killed first save has left' {
        $null = New-Item -ItemType Directory -Path $env:RESCALE_CONFIG_HOME
        $left = Join-Path $env:RESCALE_CONFIG_HOME '.token.0123456789abcdef0123456789abcdef.tmp'
        [IO.File]::WriteAllText($left, $key)
        Remove-RescaleCredential
        Test-Path -LiteralPath $left | Should -BeFalse
    }

    It 'with -WhatIf stays as it is' {
        Save-RescaleCredential -ApiKey $sandbox.ApiKey -WhatIf
        Test-Path -LiteralPath $env:RESCALE_CONFIG_HOME | Should -BeFalse
        Save-RescaleCredential -ApiKey $sandbox.ApiKey
        Remove-RescaleCredential -WhatIf
        Test-Path -LiteralPath $token | Should -BeTrue
    }

    It 'is not removed from the environment, which is said' {
        $env:RESCALE_API_KEY = 'x'
        try { Remove-RescaleCredential -WarningVariable warned -WarningAction SilentlyContinue } finally { $env:RESCALE_API_KEY = $null }
        "$warned" | Should -Match 'RESCALE_API_KEY'
    }

    It 'that others can read is used with a warning, and saving it anew repairs it' -Skip:$IsWindows {
        Save-RescaleCredential -ApiKey $sandbox.ApiKey
        chmod 644 $token
        $connection = Connect-Rescale $url -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match ([regex]::Escape($token))
        "$warned" | Should -Not -Match $key
        Save-RescaleCredential -ApiKey $sandbox.ApiKey
        (Get-Item -LiteralPath $token).UnixMode | Should -Be '-rw-------'
        $again = Connect-Rescale $url -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeNullOrEmpty
        $connection, $again | Disconnect-Rescale
    }
}

Describe 'Another user' -Skip:([bool]$reason) {
    It 'cannot read the token, and is told so' {
        $env:RESCALE_CONFIG_HOME = Join-Path (New-TestFolder) 'shared'
        $file = Join-Path $env:RESCALE_CONFIG_HOME 'token'
        try {
            Save-RescaleCredential -ApiKey $sandbox.ApiKey
            # The folder alone would keep them out; here the file has to.
            chmod 755 $env:RESCALE_CONFIG_HOME
            $output = Invoke-AsNobody $env:RESCALE_CONFIG_HOME "try { Connect-Rescale '$url' } catch { `$_.FullyQualifiedErrorId }; try { Save-RescaleCredential -ApiKey (ConvertTo-SecureString -AsPlainText -Force x) } catch { `$_.FullyQualifiedErrorId }"
            $output[0] | Should -BeLike 'TokenFileUnreadable,*'
            $output[1] | Should -BeLike 'TokenFileUnwritable,*'
            [IO.File]::ReadAllText($file) | Should -Be "$key`n"
            Get-ChildItem -LiteralPath $env:RESCALE_CONFIG_HOME -Force | Select-Object -ExpandProperty Name | Should -Be 'token'
        }
        finally { $env:RESCALE_CONFIG_HOME = $pristine }
    }

    It 'is told of a configuration that cannot be read or written' {
        $closed = Join-Path (New-TestFolder) 'closed'
        $null = New-Item -ItemType Directory $closed
        Set-Content -LiteralPath (Join-Path $closed 'config.csv') -Value 'key,value'
        chmod 600 (Join-Path $closed 'config.csv')
        $output = Invoke-AsNobody $closed "try { Get-RescaleConfiguration } catch { `$_.FullyQualifiedErrorId }; try { Set-RescaleConfiguration -TarWorkers 2 } catch { `$_.FullyQualifiedErrorId }"
        $output[0] | Should -BeLike 'ConfigurationUnreadable,*'
        $output[1] | Should -BeLike 'ConfigurationUnwritable,*'
    }
}
