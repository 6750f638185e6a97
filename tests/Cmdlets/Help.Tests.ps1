BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $common = [System.Management.Automation.Cmdlet]::CommonParameters
    $commands = @(Get-Command -Module RescaleInterlink | ForEach-Object {
            @{ Name = $_.Name; Parameters = @($_.Parameters.Keys | Where-Object { $_ -notin $common }) }
        })
    $topics = (Get-ChildItem -LiteralPath (Join-Path $RepositoryRoot 'docs' 'about') -Filter about_*.md).BaseName
    $platyPS = [bool](Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)
    if (-not $platyPS) { Write-Host 'Microsoft.PowerShell.PlatyPS is not installed: the tracked help is not compared with its source.' }
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
}

Describe 'The help of <Name>' -ForEach $commands {
    BeforeAll { $help = Get-Help $Name -Full }

    It 'has a synopsis that is not the syntax' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis.Trim() | Should -Not -Match "^$Name"
    }

    It 'has a description' {
        ($help.Description | Out-String).Trim().Length | Should -BeGreaterThan 40
    }

    It 'has examples with code that parses' {
        @($help.Examples.Example).Count | Should -BeGreaterThan 0
        foreach ($example in $help.Examples.Example) {
            $code = $example.Code
            $code.Trim() | Should -Not -BeNullOrEmpty
            $faults = $null
            $null = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref]$null, [ref]$faults)
            $faults | Should -BeNullOrEmpty -Because $code
            $code | Should -Match 'Rescale'
        }
    }

    It 'describes every parameter' {
        $described = @{}
        foreach ($parameter in $help.Parameters.Parameter) { $described[$parameter.Name] = ($parameter.Description | Out-String).Trim() }
        foreach ($parameter in $Parameters) {
            $described.Keys | Should -Contain $parameter
            $described[$parameter].Length | Should -BeGreaterThan 3 -Because "-$parameter is described"
        }
    }

    It 'describes no parameter that does not exist' {
        foreach ($parameter in $help.Parameters.Parameter) { $Parameters | Should -Contain $parameter.Name }
    }
}

Describe 'The about topics' {
    It '<_> is found' -ForEach $topics {
        $text = Get-Help $_ | Out-String
        $text | Should -Match 'Long description'
    }

    It 'explain every error identifier' {
        $text = Get-Help about_RescaleErrors | Out-String -Width 300
        $context = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Connect-Rescale).ImplementingType.Assembly)
        $core = $context.LoadFromAssemblyName('RescaleInterlink.Core')
        foreach ($field in $core.GetType('RescaleInterlink.Errors.ErrorIds').GetFields()) {
            $text | Should -Match "(?m)^\s+$($field.Name) +\w"
        }
    }
}

Describe 'The category of every kind of error' {
    It 'is one of its own meaning, and is explained' {
        $text = Get-Help about_RescaleErrors | Out-String -Width 300
        $shell = (Get-Command Connect-Rescale).ImplementingType.Assembly
        $core = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($shell).LoadFromAssemblyName('RescaleInterlink.Core')
        $categoryOf = $shell.GetType('RescaleInterlink.PowerShell.Base.ErrorRecords').GetMethod('CategoryOf')
        $kinds = [Enum]::GetValues($core.GetType('RescaleInterlink.Errors.ErrorKind'))
        $kinds.Count | Should -BeGreaterThan 10
        foreach ($kind in $kinds) {
            $category = $categoryOf.Invoke($null, @($kind))
            $category | Should -Not -Be 'NotSpecified' -Because $kind
            $text | Should -Match "\b$category\b"
        }
    }
}

Describe 'The tracked help' {
    It 'is what its source gives' -Skip:(-not $platyPS) {
        $made = New-TestFolder
        # In a process of its own: platyPS brings libraries that would stay in this one.
        $null = Invoke-Fresh { & $args[0] -MarkdownPath $args[1] -OutputPath $args[2] } @(
            (Join-Path $RepositoryRoot 'tools' 'Update-Help.ps1'), (Join-Path $RepositoryRoot 'docs' 'cmdlets'), $made)
        $tracked = Join-Path $RepositoryRoot 'module' 'en-US'
        (Get-ChildItem -LiteralPath $made).Name | Should -Be (Get-ChildItem -LiteralPath $tracked).Name
        foreach ($file in Get-ChildItem -LiteralPath $made) {
            [IO.File]::ReadAllText($file.FullName) | Should -Be ([IO.File]::ReadAllText((Join-Path $tracked $file.Name))) -Because "$($file.Name) must be made anew: ./build.ps1 Docs"
        }
    }

    It 'has a page with the present syntax for every cmdlet' -ForEach $commands {
        $page = Get-Content -Raw -LiteralPath (Join-Path $RepositoryRoot 'docs' 'cmdlets' "$Name.md")
        foreach ($parameter in $Parameters) { $page | Should -Match "(?m)^### -$parameter$" }
        foreach ($described in [regex]::Matches($page, '(?m)^### -(\w+)$')) { $Parameters | Should -Contain $described.Groups[1].Value }
    }
}
