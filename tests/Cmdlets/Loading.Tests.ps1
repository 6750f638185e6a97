BeforeDiscovery {
    $orders = @(
        @{ Order = 'before'; Name = 'Azure.Core' }, @{ Order = 'after'; Name = 'Azure.Core' }
        @{ Order = 'before'; Name = 'AWSSDK.Core' }, @{ Order = 'after'; Name = 'AWSSDK.Core' }
        @{ Order = 'before'; Name = 'Newtonsoft.Json' }, @{ Order = 'after'; Name = 'Newtonsoft.Json' }
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    # One page for each; the pages are what a user goes by.
    $exported = @((Get-ChildItem -LiteralPath (Join-Path $RepositoryRoot 'docs' 'cmdlets') -Filter *.md).BaseName | Sort-Object)
}

Describe 'The manifest' {
    It 'is valid and exports exactly the documented cmdlets' {
        # Test-ModuleManifest takes the paths inside as patterns, so it is given a copy in a folder without [ ].
        $copy = New-TestFolder
        Copy-Item -LiteralPath $ModulePath -Destination $copy
        Copy-Item -LiteralPath (Join-Path $ModuleFolder 'module') -Destination $copy -Recurse
        $manifest = Test-ModuleManifest -Path (Join-Path $copy (Split-Path $ModulePath -Leaf))
        @($manifest.ExportedCmdlets.Keys | Sort-Object) | Should -Be $exported
        $manifest.ExportedFunctions.Count | Should -Be 0
        $manifest.ExportedAliases.Count | Should -Be 0
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.PowerShellVersion | Should -Be '7.4'
    }

    It 'uses approved verbs only' {
        $warnings = Invoke-Fresh { Import-Module $args[0] -WarningVariable unapproved 3>$null; $unapproved.Count } @($ModulePath)
        $warnings | Should -Be '0'
    }
}

Describe 'Import' {
    It 'gives exactly the documented commands' {
        $commands = Invoke-Fresh { Import-Module $args[0]; (Get-Command -Module RescaleInterlink).Name | Sort-Object } @($ModulePath)
        $commands | Should -Be $exported
    }

    It 'keeps every library out of the default load context' {
        $names = Invoke-Fresh {
            Import-Module $args[0]
            $null = Get-RescaleConnection
            [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name } |
                Where-Object { $_ -like '*Rescale*' -or $_ -like 'AWSSDK*' -or $_ -like 'Polly*' -or $_ -like 'CsvHelper*' }
        } @($ModulePath)
        $names | Should -Be 'RescaleInterlink.Loader'
    }

    It 'works again after <What>' -ForEach @(
        @{ What = 'a second import'; Step = 'Import-Module $args[0]' }
        @{ What = 'a forced import'; Step = 'Import-Module $args[0] -Force' }
        @{ What = 'removal'; Step = 'Remove-Module RescaleInterlink; if (Get-Command Connect-Rescale -ErrorAction Ignore) { throw "still there" }; Import-Module $args[0]' }
        @{ What = 'removal, twice'; Step = '1..2 | ForEach-Object { Remove-Module RescaleInterlink; Import-Module $args[0] }'.Replace('$args[0]', '$path') }
    ) {
        $result = Invoke-Fresh ([scriptblock]::Create('$path = $args[0]; Import-Module $path;' + $Step + '
            (Get-Command -Module RescaleInterlink).Count
            (Get-Module RescaleInterlink).ExportedCommands.Count
            try { Get-RescaleJob } catch { $_.FullyQualifiedErrorId }')) @($ModulePath)
        $result | Should -Be @("$($exported.Count)", "$($exported.Count)", 'NotConnected,RescaleInterlink.PowerShell.Commands.GetRescaleJobCommand')
    }

    It 'works in four runspaces at once' {
        $counts = Invoke-Fresh {
            $path = $args[0]
            1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:path
                $id = try { Get-RescaleJob } catch { $_.FullyQualifiedErrorId }
                "$((Get-Command -Module RescaleInterlink).Count) $id"
            }
        } @($ModulePath)
        $counts | Should -Be (@("$($exported.Count) NotConnected,RescaleInterlink.PowerShell.Commands.GetRescaleJobCommand") * 4)
    }

    It 'refuses a second copy in one process, in words' {
        $copy = Join-Path (New-TestFolder) 'RescaleInterlink'
        Copy-Item -LiteralPath $ModuleFolder -Destination $copy -Recurse -Exclude artifacts, .git, src, tests
        $message = Invoke-Fresh { Import-Module $args[0]; Remove-Module RescaleInterlink; try { Import-Module $args[1] } catch { $_.Exception.Message } } @(
            $ModulePath, (Join-Path $copy 'RescaleInterlink.psd1'))
        "$message" | Should -Match 'already loaded from'
    }
}

Describe 'Beside modules with other versions' {
    It '<Name> 99 loaded <Order> the module works, and so does the module' -ForEach $orders {
        $assembly = Get-BuiltAssembly "tests/ClashingAssemblies/$Name" $Name
        $result = Invoke-Fresh {
            $path, $assembly, $order = $args
            # PowerShell brings its own Newtonsoft.Json, which the default context prefers; a module that insists on
            # another one loads it as such modules do, into a context of its own.
            function Import-Clash {
                try { $script:clash = [System.Reflection.Assembly]::LoadFrom($assembly) } catch { $script:clash = $null }
                if (-not $script:clash -or $script:clash.GetName().Version.Major -ne 99) {
                    $context = [System.Runtime.Loader.AssemblyLoadContext]::new('clash')
                    $script:clash = $context.LoadFromAssemblyPath($assembly)
                }
            }
            function Invoke-Clash {
                $type = $script:clash.GetTypes() | Where-Object Name -eq Probe
                $type.GetMethod('Call').Invoke($null, $null)
            }
            if ($order -eq 'before') { Import-Clash; Invoke-Clash }
            Import-Module $path
            if ($order -eq 'after') { Import-Clash; Invoke-Clash }
            # Goes through HTTP and retry libraries; nobody listens on port 1.
            $key = ConvertTo-SecureString -AsPlainText -Force ('0' * 40)
            try { Connect-Rescale -ApiUrl http://127.0.0.1:1 -ApiKey $key } catch { $_.FullyQualifiedErrorId }
            # The storage library of the module is the module's, not the other one.
            $cmdlets = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext((Get-Command Connect-Rescale).ImplementingType.Assembly)
            $cmdlets.LoadFromAssemblyName('AWSSDK.Core').GetName().Version.Major
            Invoke-Clash
        } @($ModulePath, $assembly, $Order)
        $result[0] | Should -Match "^$([regex]::Escape($Name)), Version=99\.0\.0\.0"
        $result[1] | Should -Be 'PlatformUnreachable,RescaleInterlink.PowerShell.Commands.ConnectRescaleCommand'
        $result[2] | Should -Be '4'
        $result[3] | Should -Be $result[0]
    }
}

Describe 'A session that transfers' {
    BeforeAll {
        $folder = New-TestFolder
        Import-TestedModule
        $sandbox = Start-TestSandbox $folder
        $source = New-RandomFile (Join-Path $folder 'source.bin') 100KB
    }
    AfterAll { Stop-TestSandbox $sandbox }

    It 'loads the library of its own storage only, and takes nothing from the environment' {
        $result = Invoke-Fresh {
            $path, $source, $target = $args
            # Nobody listens on port 1: whatever takes one of these breaks.
            foreach ($name in 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'AWS_ENDPOINT_URL') {
                Set-Item "Env:$name" 'http://127.0.0.1:1'
            }
            foreach ($name in 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET', 'AZURE_TENANT_ID', 'AZURE_STORAGE_KEY') {
                Set-Item "Env:$name" 'wrong'
            }
            Import-Module $path
            $null = Connect-Rescale -Sandbox
            $sent = Send-RescaleFile -LiteralPath $source
            (Receive-RescaleFile -Id $sent.Id -Destination $target).Integrity
            [System.Runtime.Loader.AssemblyLoadContext]::All.Assemblies | ForEach-Object { $_.GetName().Name } |
                Where-Object { $_ -like 'AWSSDK*' -or $_ -like 'Azure.*' } | Sort-Object -Unique
        } @($ModulePath, $source, (Join-Path $folder 'target.bin'))
        $result[0] | Should -Be 'Verified'
        $own, $other = if ($TestStorage -eq 'Azure') { 'Azure.*', 'AWSSDK*' } else { 'AWSSDK*', 'Azure.*' }
        @($result | Where-Object { $_ -like $own }).Count | Should -BeGreaterThan 0
        $result | Where-Object { $_ -like $other } | Should -BeNullOrEmpty
    }
}
