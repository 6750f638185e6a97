# Folders by path, listings of folders and files, and moving files.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Folders named by path' {
    BeforeAll {
        $shelf = New-Shelf
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        $sent = Send-Named $inner.Path 'a.txt', 'b.txt'
    }

    It 'are taken wherever an id is' {
        $inner.Path | Should -BeExactly "$($shelf.Path)/inner"
        $sent.FolderId | Sort-Object -Unique | Should -Be $inner.Id
        (Get-RescaleFile -FolderId $inner.Path).Name | Sort-Object | Should -Be 'a.txt', 'b.txt'
        (Get-RescaleFile -FolderId "$($shelf.Id)/inner/").Name | Sort-Object | Should -Be 'a.txt', 'b.txt'
        (Get-RescaleFolderItem "$($shelf.Path.ToUpper())/./x/../INNER").Count | Should -Be 2
        (Get-RescaleFolder $inner.Path).Id | Should -Be $inner.Id
        $tree = Join-Path $folder 'tree by path'
        $null = New-Item -ItemType Directory $tree
        Set-Content -LiteralPath (Join-Path $tree 'leaf') leaf
        (Send-RescaleFolder $tree -ParentId $inner.Path).Status | Should -Be 'Completed'
        Push-Location -LiteralPath $folder
        try { $received = @(Receive-RescaleFolder $inner.Path) } finally { Pop-Location }
        $received.Count | Should -Be 3
        Join-Path $folder 'inner' 'tree by path' 'leaf' | Should -Exist
    }

    It 'are looked up once for many files' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = Send-Named $inner.Path (1..9 | ForEach-Object { "many $_" })
        # What the path needs is remembered from before; the folder itself is looked at once.
        Get-RequestCount $sandbox 'GET /api/v3/folders/{id}/contents/' | Should -BeLessOrEqual 3
    }

    It 'that name nothing are told: <Path>' -ForEach @(
        @{ Path = '/My Library/no such/x'; Id = 'FolderNotFound' }, @{ Path = '/Nowhere'; Id = 'FolderPathInvalid' }
        @{ Path = 'My Library/x'; Id = 'FolderPathInvalid' }, @{ Path = '/My Library/../..'; Id = 'FolderPathInvalid' }
    ) {
        Get-RescaleFolderItem $Path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-ErrorId $failed[0] | Should -Be $Id
        $failed[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Send-RescaleFile $sent[0].Path -FolderId $Path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-ErrorId $failed[0] | Should -Be $Id
    }

    It 'that fit two folders are told with the ids' {
        $twins = 'Run', 'run' | ForEach-Object { New-RescaleFolder $_ -ParentId $shelf.Path }
        Get-RescaleFolder "$($shelf.Path)/RUN" -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderAmbiguous'
        foreach ($twin in $twins) { "$($failed[0])" | Should -Match $twin.Id }
        (Get-RescaleFolder "$($shelf.Path)/run").Id | Should -Be $twins[1].Id
    }

    It 'are completed level by level' {
        (Get-Completion 'Get-RescaleFolderItem /').CompletionText | Should -Be "'/My Jobs'", "'/My Library'"
        (Get-Completion "Send-RescaleFile x -FolderId '$($shelf.Path)/in").CompletionText | Should -Be "'$($inner.Path)'"
        (Get-Completion "Remove-RescaleFolder -Id '$($shelf.Path)/").ListItemText | Should -Contain 'inner'
        (Get-Completion 'Get-RescaleFolderItem -Connection nosuch -FolderId /').CompletionText | Should -Not -Contain "'/My Library'"
        # An id is no path, and what cannot be had is no error.
        Get-Completion 'Get-RescaleFolderItem -FolderId abc' | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
        Get-Completion "Get-RescaleFolderItem '/My Library/no such/" | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
    }

    It 'are completed without waiting for a platform that is slow' {
        $other = New-RescaleFolder 'slow' -ParentId $shelf.Path
        # Made past the module, which would remember it.
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        $null = Invoke-RestMethod -Method Post -Headers $headers -ContentType application/json -Body '{"name":"beneath"}' -Uri "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/folders/$($other.Id)/"
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = "/folders/$($other.Id)/contents/"; fault = 'stall' }
        try {
            $line = "Get-RescaleFolderItem '$($other.Path)/"
            (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue | Should -BeNullOrEmpty
        }
        finally { Clear-Fault $sandbox }
    }
}

Describe 'Get-RescaleFolder and New-RescaleFolder' {
    It 'write the two roots, and a folder by its id' {
        (Get-RescaleFolder).Path | Should -Be '/My Library', '/My Jobs'
        $shelf = New-Shelf
        $deep = New-RescaleFolder deep -ParentId (New-RescaleFolder mid -ParentId $shelf.Path).Id
        $found = Get-RescaleFolder -Id $deep.Id
        $found.Path | Should -Be "$($shelf.Path)/mid/deep"
        $found.PSTypeNames[0] | Should -Be 'RescaleInterlink.Folder'
        $found.FolderId | Should -Be $deep.Id
        Get-RescaleFolder -Id nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
    }

    It 'take what exists only with -Force, and make nothing with -WhatIf' {
        $shelf = New-Shelf
        New-RescaleFolder a -ParentId $shelf.Path -WhatIf | Should -BeNullOrEmpty
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        $made = 'a', 'b', 'a' | New-RescaleFolder -ParentId $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        $made.Name | Should -Be 'a', 'b'
        Get-ErrorId $failed[0] | Should -Be 'FolderAlreadyExists'
        (New-RescaleFolder a -ParentId $shelf.Id -Force).Id | Should -Be $made[0].Id
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = 1..5 | ForEach-Object { "many $_" } | New-RescaleFolder -ParentId $shelf.Id
        Get-RequestCount $sandbox 'GET /api/v3/folders/{id}/contents/' | Should -BeLessOrEqual 1
        # By an id the path begins with that, and names the same folder.
        $beneath = New-RescaleFolder c -ParentId $made[0].Id
        $beneath.Path | Should -Be "$($made[0].Id)/c"
        (Get-RescaleFolder $beneath.Path).Path | Should -Be "$($made[0].Path)/c"
        New-RescaleFolder 'x/y', '..' -ParentId $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -Be 2
        Get-ErrorId $failed[0] | Should -Be 'UnsafeFileName'
        New-RescaleFolder a -ParentId nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
    }
}

Describe 'Get-RescaleFolderItem' {
    BeforeAll {
        $shelf = New-Shelf
        $in = New-RescaleFolder in -ParentId $shelf.Path
        $deep = New-RescaleFolder deep -ParentId $in.Path
        $null = Send-Named $shelf.Id 'top.txt', 'top.dat'
        $null = Send-Named $deep.Id 'low.txt', 'low[1].dat'
    }

    It 'lists <Expected.Count> with <Options>' -ForEach @(
        @{ Options = @{}; Expected = 'in', 'top.dat', 'top.txt' }
        @{ Options = @{ Recurse = $true }; Expected = 'in', 'in/deep', 'in/deep/low.txt', 'in/deep/low[1].dat', 'top.dat', 'top.txt' }
        @{ Options = @{ Depth = 1 }; Expected = 'in', 'in/deep', 'top.dat', 'top.txt' }
        @{ Options = @{ Recurse = $true; File = $true }; Expected = 'in/deep/low.txt', 'in/deep/low[1].dat', 'top.dat', 'top.txt' }
        @{ Options = @{ Recurse = $true; Directory = $true }; Expected = 'in', 'in/deep' }
        @{ Options = @{ Recurse = $true; Include = '*.txt' }; Expected = 'in/deep/low.txt', 'top.txt' }
        @{ Options = @{ Recurse = $true; Include = '*.txt', '*.dat'; Exclude = 'in/deep/' }; Expected = 'top.dat', 'top.txt' }
    ) {
        $items = @(Get-RescaleFolderItem $shelf.Path @Options)
        ($items.Path | Sort-Object -Culture '') | Should -Be @($Expected | ForEach-Object { "$($shelf.Path)/$_" } | Sort-Object -Culture '')
    }

    It 'writes what the next cmdlet takes, in one table' {
        $items = Get-RescaleFolderItem $shelf.Id -Recurse
        ($items | ForEach-Object { $_.PSTypeNames[0] } | Sort-Object -Unique) | Should -Be 'RescaleInterlink.FolderItem'
        $file = $items | Where-Object Name -eq 'low[1].dat'
        $file.PSTypeNames | Should -Contain 'RescaleInterlink.File'
        $file.FolderId | Should -Be $deep.Id
        ($items | Where-Object Name -eq deep).ParentId | Should -Be $in.Id
        $text = $items | Out-String -Width 200
        ([regex]::Matches($text, '(?m)^Type ')).Count | Should -Be 1
        $null = Invoke-SandboxControl $sandbox Delete requests
        $received = Get-RescaleFolderItem $shelf.Path -Recurse | Where-Object Size -gt 7 | Receive-RescaleFile -Destination (Join-Path $folder 'big')
        $received.Name | Should -Be 'low[1].dat'
        Get-RequestCount $sandbox 'GET /api/v3/files/{id}/' | Should -Be 0
        ($in | Get-RescaleFolderItem -Recurse).Path | Should -Contain "$($in.Path)/deep/low.txt"
        ('/My Library', '/My Jobs' | ForEach-Object { [pscustomobject]@{ FolderId = $_ } } | Get-RescaleFolderItem).Name | Should -Contain $shelf.Name
    }

    It 'one folder that cannot be listed is one error record' {
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = "/folders/$($deep.Id)/"; fault = 'status'; status = 403 }
        try { $items = @(Get-RescaleFolderItem $shelf.Path -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed) } finally { Clear-Fault $sandbox }
        $items.Count | Should -Be 4
        $failed.Count | Should -Be 1
        Get-ErrorId $failed[0] | Should -Be 'PermissionDenied'
        $failed[0].TargetObject | Should -Be $deep.Path
        @(Get-RescaleFolderItem nosuch, $shelf.Id -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 3
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
    }

    It 'is stopped at once, with the platform silent' {
        $null = 1..3 | ForEach-Object { New-RescaleFolder "silent $_" -ParentId $in.Path }
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = '/contents/'; fault = 'stall'; skip = 2 }
        try {
            $stopped = Invoke-Stopped -Variables @{ connection = (Get-RescaleConnection -Default); path = $shelf.Id } -Script {
                Get-RescaleFolderItem $path -Recurse -Connection $connection
            } -Ready { (Invoke-SandboxControl $sandbox Get faults).rules[0].fired -gt 0 }
        }
        finally { Clear-Fault $sandbox }
        $stopped.Elapsed.TotalSeconds | Should -BeLessThan 2
        $stopped.State | Should -Be 'Stopped'
    }

    It 'asks for nothing more when the pipeline has enough' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        (Get-RescaleFolderItem $shelf.Id | Select-Object -First 1).Name | Should -Be 'in'
        Get-RequestCount $sandbox 'GET /api/v3/folders/{id}/contents/' | Should -Be 1
    }

    It 'a key that is refused on the way leaves what was written and is one error' {
        $many = New-Shelf
        1..4 | ForEach-Object { $null = New-RescaleFolder "$_" -ParentId $many.Id }
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = '/folders/'; fault = 'status'; status = 401; skip = 1 }
        try { $items = @(Get-RescaleFolderItem $many.Id -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed) } finally { Clear-Fault $sandbox }
        $items.Count | Should -Be 4
        @($failed).Count | Should -Be 1
        Get-ErrorId $failed[0] | Should -Be 'ApiKeyRejected'
    }
}

Describe 'Get-RescaleFile' {
    BeforeAll {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id 'Heat_1.csv', 'heat_2.CSV', 'mesh.inp', 'mesh_tmp.inp'
    }

    It 'filters with <Options>' -ForEach @(
        @{ Options = @{ Include = '*.csv' }; Expected = 'Heat_1.csv' }
        @{ Options = @{ Include = '*.inp'; Exclude = '*_tmp*' }; Expected = 'mesh.inp' }
        @{ Options = @{ Search = 'HEAT' }; Expected = 'Heat_1.csv', 'heat_2.CSV' }
        @{ Options = @{ Search = 'heat', '2' }; Expected = 'heat_2.CSV' }
        @{ Options = @{ Name = '*.CSV' }; Expected = 'Heat_1.csv', 'heat_2.CSV' }
        @{ Options = @{ NewerThan = '2020-01-01'; Name = 'mesh*' }; Expected = 'mesh.inp', 'mesh_tmp.inp' }
        @{ Options = @{ OlderThan = '2020-01-01' }; Expected = @() }
        @{ Options = @{ NewerThan = [timespan]::FromDays(1); Name = 'mesh*' }; Expected = 'mesh.inp', 'mesh_tmp.inp' }
        @{ Options = @{ OlderThan = '1.00:00:00' }; Expected = @() }
    ) {
        @((Get-RescaleFile -FolderId $shelf.Path @Options).Name | Sort-Object) | Should -Be @($Expected | Sort-Object)
        @((Get-RescaleFile @Options).Name | Where-Object { $_ -in 'Heat_1.csv', 'heat_2.CSV', 'mesh.inp', 'mesh_tmp.inp' } | Sort-Object -Unique) | Should -Be @($Expected | Sort-Object)
    }

    It '-First asks for no more than it says, and brings place and tags' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        $files = @(Get-RescaleFile -First 2)
        $files.Count | Should -Be 2
        Get-RequestCount $sandbox 'GET /api/v3/files/' | Should -Be 1
        $files[0].FolderId | Should -Be $shelf.Id
        (Get-RescaleFile -FolderId $shelf.Path -First 1).Path | Should -BeLike "$($shelf.Path)/*"
        $files[0] | Add-RescaleFileTag -Tag seen
        (Get-RescaleFile -First 1).Tags | Should -Be 'seen'
    }

    It 'a pattern that is none ends the command' {
        { Get-RescaleFile -Include '[a' } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }
}

Describe 'Move-RescaleFile' {
    It 'moves what is listed, and one that is not there is one error' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'a', 'b'
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        Get-RescaleFile -FolderId $shelf.Id | Move-RescaleFile -FolderId $inner.Path -WhatIf
        Get-ItemName $inner.Id | Should -BeNullOrEmpty
        $moved = Get-RescaleFile -FolderId $shelf.Id | Move-RescaleFile -FolderId $inner.Path -PassThru
        ($moved.Path | Sort-Object) | Should -Be "$($inner.Path)/a", "$($inner.Path)/b"
        Move-RescaleFile nosuch, $sent[0].Id $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FileNotFound'
        Get-ItemName $shelf.Id | Should -Be $sent[0].Name, 'inner'
        { $sent | Move-RescaleFile -FolderId nosuch } | Should -Throw -ErrorId 'FolderNotFound,*'
        { $sent | Move-RescaleFile -FolderId nosuch -WhatIf } | Should -Throw -ErrorId 'FolderNotFound,*'
        $plan = @(Get-Plan $sandbox "Move-RescaleFile $($sent[0].Id) '$($inner.Path)' -WhatIf")
        $plan[0] | Should -Match "Move to.*inner.*$($sent[0].Name) .*1 B"
    }
}
