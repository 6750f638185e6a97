BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession

    # A tree of its own; each file holds its own name. A name that ends in / is an empty folder.
    function New-Tree {
        param([string[]] $Name, [string] $Under = (Join-Path $folder ('tree ' + [guid]::NewGuid().ToString('N').Substring(0, 8))))
        foreach ($one in $Name) {
            $path = Join-Path $Under $one
            if ($one.EndsWith('/')) { $null = [IO.Directory]::CreateDirectory($path); continue }
            $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path))
            [IO.File]::WriteAllText($path, $one)
        }
        $Under
    }

    # Everything beneath, folders with a / at the end, files with their content.
    function Get-Tree {
        param([string] $Path)
        foreach ($item in Get-ChildItem -LiteralPath $Path -Recurse -Force | Sort-Object { [IO.Path]::GetRelativePath($Path, $_.FullName) } -CaseSensitive) {
            $name = [IO.Path]::GetRelativePath($Path, $item.FullName).Replace('\', '/')
            if ($item.PSIsContainer) { "$name/" } else { "$name=$([IO.File]::ReadAllText($item.FullName))" }
        }
    }

    function New-Place { Join-Path $folder ('down ' + [guid]::NewGuid().ToString('N').Substring(0, 8)) }
}

AfterAll { Stop-TestSession $sandbox }

Describe 'A folder there and back' {
    It 'is the same, with empty folders and all kinds of names' {
        $tree = New-Tree 'a.txt', 'with spaces/b c.txt', '[brackets]/x[1].dat', 'ünï/日本語/🚀.txt', 'empty/inner/', "quote's & `$dollar;/d", 'deep/1/2/3/4/5/e'
        $sent = @(Send-RescaleFolder -LiteralPath $tree)
        $sent.Count | Should -Be 6
        ($sent.Status | Sort-Object -Unique) | Should -Be 'Completed'
        ($sent.RelativePath | Sort-Object -CaseSensitive)[0] | Should -Be '[brackets]/x[1].dat'
        @($sent.RootFolderId | Sort-Object -Unique).Count | Should -Be 1

        $down = New-Place
        $received = @(Receive-RescaleFolder -FolderId $sent[0].RootFolderId -Destination $down)
        $received.Count | Should -Be 6
        ($received.Integrity | Sort-Object -Unique) | Should -Be 'Verified'
        Get-Tree $down | Should -Be (Get-Tree $tree)
        foreach ($file in $received) {
            $file.FullName | Should -Be (Join-Path $down $file.RelativePath)
            $file.FolderId | Should -Not -BeNullOrEmpty
        }
    }

    It 'is made once; what is there and the same does not travel again' {
        $tree = New-Tree 'a', 'b/c'
        $first = Send-RescaleFolder $tree
        $second = Send-RescaleFolder $tree
        ($second.Status | Sort-Object -Unique) | Should -Be 'Identical'
        ($second.Id | Sort-Object) | Should -Be ($first.Id | Sort-Object)
        $second[0].RootFolderId | Should -Be $first[0].RootFolderId
        # An identical one is a file like any other.
        ($second | Receive-RescaleFile -Destination (New-Place)).Count | Should -Be 2

        $down = New-Place
        $null = Receive-RescaleFolder $first[0].RootFolderId $down
        $again = Receive-RescaleFolder $first[0].RootFolderId $down
        ($again.Status | Sort-Object -Unique) | Should -Be 'Identical'
        ($again.Integrity | Sort-Object -Unique) | Should -Be 'Verified'
    }

    It 'goes on where files are missing' {
        $tree = New-Tree 'a', 'b/c'
        $id = (Send-RescaleFolder $tree)[0].RootFolderId
        $null = New-Tree 'b/d', 'e/' $tree
        (Send-RescaleFolder $tree | Where-Object Status -eq Completed).RelativePath | Should -Be 'b/d'
        $down = New-Place
        $null = Receive-RescaleFolder $id $down
        Remove-Item -LiteralPath (Join-Path $down 'a')
        (Receive-RescaleFolder $id $down | Where-Object Status -eq Completed).RelativePath | Should -Be 'a'
        Get-Tree $down | Should -Be (Get-Tree $tree)
    }
}

Describe 'Send-RescaleFolder' {
    It 'takes folders from Get-ChildItem, wildcards and names relative to the current location' {
        $parent = New-Tree 'one [1]/a', 'two/b', 'file'
        (Get-ChildItem -LiteralPath $parent -Directory | Send-RescaleFolder).RelativePath | Sort-Object | Should -Be 'a', 'b'
        (Send-RescaleFolder -Path (Join-Path $parent '*')).Count | Should -Be 2
        Push-Location -LiteralPath (Join-Path $parent 'two')
        try {
            $sent = Send-RescaleFolder .
            $sent.Status | Should -Be 'Identical'
        }
        finally { Pop-Location }
    }

    It 'sends into a folder of the platform' {
        $parent = (Send-RescaleFolder (New-Tree 'p')).FolderId
        $sent = Send-RescaleFolder (New-Tree 'x/y') -ParentId $parent
        $down = New-Place
        $null = Receive-RescaleFolder $parent $down
        @(Get-ChildItem -LiteralPath $down -Recurse -File).Name | Sort-Object | Should -Be 'p', 'y'
    }

    It 'leaves out hidden ones unless asked for them' {
        $tree = New-Tree '.git/config', 'a', '.env'
        if ($IsWindows) { Get-ChildItem -LiteralPath $tree -Filter '.*' | ForEach-Object { $_.Attributes = 'Hidden' } }
        (Send-RescaleFolder $tree).RelativePath | Should -Be 'a'
        (Send-RescaleFolder $tree -IncludeHidden).Count | Should -Be 3
    }

    It 'honours -Include and -Exclude' {
        $tree = New-Tree 'src/a.cs', 'src/obj/b.cs', 'doc/c.md', 'none/'
        $sent = Send-RescaleFolder $tree -Include *.cs -Exclude obj
        $sent.RelativePath | Should -Be 'src/a.cs'
        $down = New-Place
        $null = Receive-RescaleFolder $sent.RootFolderId $down
        Get-Tree $down | Should -Be 'src/', 'src/a.cs=src/a.cs'
        { Send-RescaleFolder $tree -Include 'a[b' } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It 'follows, leaves out or refuses links, and enters no circle' -Skip:$IsWindows {
        $tree = New-Tree 'real/a'
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $tree 'link') -Target (Join-Path $tree 'real')
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $tree 'real' 'up') -Target $tree
        $sent = Send-RescaleFolder $tree -WarningVariable warned -WarningAction SilentlyContinue
        $sent.RelativePath | Sort-Object | Should -Be 'link/a', 'real/a'
        "$warned" | Should -Match 'a folder above it'
        (Send-RescaleFolder $tree -SymbolicLink Skip).RelativePath | Should -Be 'real/a'
        Send-RescaleFolder $tree -SymbolicLink Error -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue | Out-Null
        ($failed | Where-Object FullyQualifiedErrorId -Like 'SymbolicLinkRefused,*').Count | Should -Be 2
    }

    It '-WhatIf lists folders, files, sizes and the sum, and makes nothing' {
        $tree = New-Tree 'a.txt', 'sub/b.txt', 'empty/'
        $before = @(Get-RescaleFile).Count
        $plan = Get-Plan $sandbox "Send-RescaleFolder -LiteralPath '$tree' -WhatIf"
        $name = Split-Path $tree -Leaf
        ($plan | Where-Object { $_ -match 'Make folder' }).Count | Should -Be 3
        ($plan -join "`n") | Should -Match ([regex]::Escape("`"Upload to Rescale`" on target `"sub/b.txt (9 B)`""))
        ($plan -join "`n") | Should -Match '2 files \(14 B\) and 3 new folders'
        @(Get-RescaleFile).Count | Should -Be $before
        # The top is not there either.
        (Get-Plan $sandbox "Send-RescaleFolder -LiteralPath '$tree' -WhatIf") -join "`n" | Should -Match "Make folder on Rescale`" on target `"$name`""
    }

    It '-Conflict <Conflict> treats a file that differs as documented' -ForEach @(
        @{ Conflict = 'Merge'; Status = $null; Content = 'x' }
        @{ Conflict = 'Skip'; Status = 'Skipped'; Content = 'x' }
        @{ Conflict = 'Overwrite'; Status = 'Completed'; Content = 'y' }
        @{ Conflict = 'Rename'; Status = 'Completed'; Content = 'x' }
    ) {
        $tree = New-Tree 'x'
        $id = (Send-RescaleFolder $tree).RootFolderId
        Set-Content -LiteralPath (Join-Path $tree 'x') -Value y -NoNewline
        $sent = Send-RescaleFolder $tree -Conflict $Conflict -ErrorAction SilentlyContinue -ErrorVariable failed -WarningVariable warned -WarningAction SilentlyContinue
        $sent.Status | Should -Be $Status
        if ($Status) { $failed | Should -BeNullOrEmpty }
        else {
            @($failed | Where-Object FullyQualifiedErrorId -Like 'FileAlreadyExists,*').Count | Should -Be 1
            # The error of the only item says it all.
            $warned | Should -BeNullOrEmpty
        }
        if ($Conflict -eq 'Rename') { $sent.Name | Should -Be 'x (2)' }
        $down = New-Place
        $null = Receive-RescaleFolder $id $down
        Get-Content -LiteralPath (Join-Path $down 'x') | Should -Be $Content
    }

    It '-WhatIf sums what would travel, counts apart what is to be compared, and leaves out the rest' {
        $tree = New-Tree 'same.txt', 'other.txt'
        $null = Send-RescaleFolder -LiteralPath $tree
        [IO.File]::WriteAllText((Join-Path $tree 'other.txt'), 'now longer than before')
        [IO.File]::WriteAllText((Join-Path $tree 'new.txt'), 'new')
        (Get-Plan $sandbox "Send-RescaleFolder -LiteralPath '$tree' -WhatIf") -join "`n" | Should -Match '1 files \(3 B\) and 0 new folders, and 1 files \(8 B\) to compare'
        (Get-Plan $sandbox "Send-RescaleFolder -LiteralPath '$tree' -Conflict Skip -WhatIf") -join "`n" | Should -Match '1 files \(3 B\) and 0 new folders"'
    }

    It '-Tag sets tags on what is sent, and one that cannot be set is an error that names the file' {
        $tree = New-Tree 'a', 'b/c'
        $sent = Send-RescaleFolder -LiteralPath $tree -Tag 'mesh', 'study 7'
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        foreach ($file in $sent) {
            $url = "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/files/$($file.Id)/tags/"
            ((Invoke-RestMethod -Uri $url -Headers $headers).name | Sort-Object) | Should -Be 'mesh', 'study 7'
        }
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/tags/'; fault = 'status'; status = 403 }
        try { $sent = Send-RescaleFolder -LiteralPath (New-Tree 'a') -Tag 'mesh' -ErrorAction SilentlyContinue -ErrorVariable failed } finally { Clear-Fault $sandbox }
        $sent.Status | Should -Be 'Completed'
        $failed.Count | Should -Be 1
        "$failed" | Should -Match $sent.Id
    }

    It '-Conflict Error sends nothing where the folder exists' {
        $tree = New-Tree 'x'
        $null = Send-RescaleFolder $tree
        $null = New-Tree 'y' $tree
        Send-RescaleFolder $tree -Conflict Error -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].TargetObject | Should -Be $tree
        ($failed | Where-Object FullyQualifiedErrorId -Like 'FolderAlreadyExists,*').ErrorDetails.RecommendedAction | Should -Match '-Conflict'
    }

    It 'one bad folder is one error record, and the rest goes on' {
        $good = New-Tree 'a'
        $file = Join-Path (New-Tree 'f') 'f'
        $sent = $file, (Join-Path $folder 'missing'), $good | Send-RescaleFolder -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        $sent.RelativePath | Should -Be 'a'
        ($failed | ForEach-Object { $_.FullyQualifiedErrorId.Split(',')[0] } | Sort-Object -Unique) | Should -Be 'SourceIsFile', 'SourceNotFound'
        Send-RescaleFolder $good -ParentId nosuch -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        $failed[-1].FullyQualifiedErrorId | Should -BeLike 'FolderNotFound,*'
    }
}

Describe 'Receive-RescaleFolder' {
    BeforeAll { $id = (Send-RescaleFolder (New-Tree 'x.txt', 'sub/y.log', 'empty/'))[0].RootFolderId }

    It 'makes a folder named by the id when no destination is given' {
        $here = (New-Item -ItemType Directory (New-Place)).FullName
        Push-Location -LiteralPath $here
        try { $null = Receive-RescaleFolder $id } finally { Pop-Location }
        Test-Path -LiteralPath (Join-Path $here $id 'x.txt') | Should -BeTrue
    }

    It 'binds by property name' {
        $down = New-Place
        ([pscustomobject]@{ FolderId = $id; Destination = $down } | Receive-RescaleFolder).Count | Should -Be 2
    }

    It 'honours -Include and -Exclude' {
        $down = New-Place
        (Receive-RescaleFolder $id $down -Include sub).RelativePath | Should -Be 'sub/y.log'
        Get-Tree $down | Should -Be 'sub/', 'sub/y.log=sub/y.log'
        $down = New-Place
        (Receive-RescaleFolder $id $down -Exclude *.log).RelativePath | Should -Be 'x.txt'
        Get-Tree $down | Should -Be 'empty/', 'sub/', 'x.txt=x.txt'
    }

    It '-WhatIf lists the plan, and makes nothing' {
        $down = New-Place
        $plan = (Get-Plan $sandbox "Receive-RescaleFolder $id '$down' -WhatIf") -join "`n"
        $plan | Should -Match ([regex]::Escape("`"Download`" on target `"sub/y.log (9 B)`""))
        $plan | Should -Match '2 files \(14 B\) and 3 new folders'
        Test-Path -LiteralPath $down | Should -BeFalse
    }

    It '-Conflict <Conflict> treats a local file that differs as documented' -ForEach @(
        @{ Conflict = 'Merge'; Status = $null; Content = 'own' }
        @{ Conflict = 'Skip'; Status = 'Skipped'; Content = 'own' }
        @{ Conflict = 'Overwrite'; Status = 'Completed'; Content = 'x.txt' }
        @{ Conflict = 'Rename'; Status = 'Completed'; Content = 'own' }
    ) {
        $down = New-Tree 'own'
        Set-Content -LiteralPath (Join-Path $down 'x.txt') -Value own -NoNewline
        $received = Receive-RescaleFolder $id $down -Conflict $Conflict -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue |
            Where-Object RelativePath -EQ 'x.txt'
        $received.Status | Should -Be $Status
        if (-not $Status) { @($failed | Where-Object FullyQualifiedErrorId -Like 'DestinationExists,*').Count | Should -Be 1 }
        Get-Content -LiteralPath (Join-Path $down 'x.txt') | Should -Be $Content
        Test-Path -LiteralPath (Join-Path $down 'own') | Should -BeTrue
        if ($Conflict -eq 'Rename') { Get-Content -LiteralPath (Join-Path $down 'x (2).txt') | Should -Be 'x.txt' }
    }

    It '-Conflict Error receives nothing where the folder exists' {
        $down = New-Tree 'own'
        Receive-RescaleFolder $id $down -Conflict Error -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        @($failed | Where-Object FullyQualifiedErrorId -Like 'DestinationExists,*').Count | Should -Be 1
        Get-Tree $down | Should -Be 'own=own'
    }

    It 'an unknown folder is one error record and leaves nothing' {
        $down = New-Place
        Receive-RescaleFolder nosuch $down -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        $failed[-1].FullyQualifiedErrorId | Should -BeLike 'FolderNotFound,*'
        Test-Path -LiteralPath $down | Should -BeFalse
        { Receive-RescaleFolder nosuch $down -ErrorAction Stop } | Should -Throw -ErrorId 'FolderNotFound,*'
    }
}
