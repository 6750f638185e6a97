BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $folder = New-TestFolder
    $sandbox = Start-TestSandbox $folder
    $null = $sandbox | Connect-Rescale
    $number = 0

    # A folder of its own in the library.
    function New-Shelf { New-RescaleFolder "shelf $(($script:number += 1))" }

    # Files that hold their own names, sent into a folder.
    function Send-Named {
        param([string] $FolderId, [string[]] $Name)
        $paths = foreach ($one in $Name) {
            $path = Join-Path $folder 'named' $one
            $null = [IO.Directory]::CreateDirectory((Split-Path $path))
            [IO.File]::WriteAllText($path, $one)
            $path
        }
        Send-RescaleFile -LiteralPath $paths -FolderId $FolderId
    }

    function Get-Names { param($FolderId) @(Get-RescaleFolderItem $FolderId | ForEach-Object Name | Sort-Object) }

    function Get-Count { param([string] $Route) [int](Invoke-SandboxControl $sandbox Get requests).api.requests.$Route }

    function Get-Id { param($Record) $Record.FullyQualifiedErrorId.Split(',')[0] }

    # What -WhatIf says goes to the host alone; a fresh PowerShell shows it.
    function Get-Plan {
        param([string] $Command)
        $env:RESCALE_TEST_KEY = [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password
        try {
            Invoke-Fresh {
                Import-Module $args[0]
                $null = Connect-Rescale -ApiUrl $args[1] -ApiKey (ConvertTo-SecureString $env:RESCALE_TEST_KEY -AsPlainText -Force)
                Invoke-Expression $args[2]
            } @($ModulePath, $sandbox.ApiUrl.AbsoluteUri, $Command)
        }
        finally { Remove-Item Env:RESCALE_TEST_KEY }
    }
}

AfterAll {
    Disconnect-Rescale
    Stop-TestSandbox $sandbox
}

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
        Get-Count 'GET /api/v3/folders/{id}/contents/' | Should -BeLessOrEqual 3
    }

    It 'that name nothing are told: <Path>' -ForEach @(
        @{ Path = '/My Library/no such/x'; Id = 'FolderNotFound' }, @{ Path = '/Nowhere'; Id = 'FolderPathInvalid' }
        @{ Path = 'My Library/x'; Id = 'FolderPathInvalid' }, @{ Path = '/My Library/../..'; Id = 'FolderPathInvalid' }
    ) {
        Get-RescaleFolderItem $Path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-Id $failed[0] | Should -Be $Id
        $failed[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Send-RescaleFile (Join-Path $folder 'named' 'a.txt') -FolderId $Path -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        Get-Id $failed[0] | Should -Be $Id
    }

    It 'that fit two folders are told with the ids' {
        $twins = 'Run', 'run' | ForEach-Object { New-RescaleFolder $_ -ParentId $shelf.Path }
        Get-RescaleFolder "$($shelf.Path)/RUN" -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderAmbiguous'
        foreach ($twin in $twins) { "$($failed[0])" | Should -Match $twin.Id }
        (Get-RescaleFolder "$($shelf.Path)/run").Id | Should -Be $twins[1].Id
    }

    It 'are completed level by level' {
        function Get-Completion { param([string] $Line) @((TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches) }
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
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
    }

    It 'take what exists only with -Force, and make nothing with -WhatIf' {
        $shelf = New-Shelf
        New-RescaleFolder a -ParentId $shelf.Path -WhatIf | Should -BeNullOrEmpty
        Get-Names $shelf.Id | Should -BeNullOrEmpty
        $made = 'a', 'b', 'a' | New-RescaleFolder -ParentId $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        $made.Name | Should -Be 'a', 'b'
        Get-Id $failed[0] | Should -Be 'FolderAlreadyExists'
        (New-RescaleFolder a -ParentId $shelf.Id -Force).Id | Should -Be $made[0].Id
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = 1..5 | ForEach-Object { "many $_" } | New-RescaleFolder -ParentId $shelf.Id
        Get-Count 'GET /api/v3/folders/{id}/contents/' | Should -BeLessOrEqual 1
        # By an id the path begins with that, and names the same folder.
        $beneath = New-RescaleFolder c -ParentId $made[0].Id
        $beneath.Path | Should -Be "$($made[0].Id)/c"
        (Get-RescaleFolder $beneath.Path).Path | Should -Be "$($made[0].Path)/c"
        New-RescaleFolder 'x/y', '..' -ParentId $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -Be 2
        Get-Id $failed[0] | Should -Be 'UnsafeFileName'
        New-RescaleFolder a -ParentId nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
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
        Get-Count 'GET /api/v3/files/{id}/' | Should -Be 0
        ($in | Get-RescaleFolderItem -Recurse).Path | Should -Contain "$($in.Path)/deep/low.txt"
        ('/My Library', '/My Jobs' | ForEach-Object { [pscustomobject]@{ FolderId = $_ } } | Get-RescaleFolderItem).Name | Should -Contain $shelf.Name
    }

    It 'one folder that cannot be listed is one error record' {
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = "/folders/$($deep.Id)/"; fault = 'status'; status = 403 }
        try { $items = @(Get-RescaleFolderItem $shelf.Path -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed) } finally { Clear-Fault $sandbox }
        $items.Count | Should -Be 4
        $failed.Count | Should -Be 1
        Get-Id $failed[0] | Should -Be 'PermissionDenied'
        $failed[0].TargetObject | Should -Be $deep.Path
        @(Get-RescaleFolderItem nosuch, $shelf.Id -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 3
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
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
        Get-Count 'GET /api/v3/folders/{id}/contents/' | Should -Be 1
    }

    It 'a key that is refused on the way leaves what was written and is one error' {
        $many = New-Shelf
        1..4 | ForEach-Object { $null = New-RescaleFolder "$_" -ParentId $many.Id }
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = '/folders/'; fault = 'status'; status = 401; skip = 1 }
        try { $items = @(Get-RescaleFolderItem $many.Id -Recurse -ErrorAction SilentlyContinue -ErrorVariable failed) } finally { Clear-Fault $sandbox }
        $items.Count | Should -Be 4
        @($failed).Count | Should -Be 1
        Get-Id $failed[0] | Should -Be 'ApiKeyRejected'
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
    ) {
        @((Get-RescaleFile -FolderId $shelf.Path @Options).Name | Sort-Object) | Should -Be @($Expected | Sort-Object)
        @((Get-RescaleFile @Options).Name | Where-Object { $_ -in 'Heat_1.csv', 'heat_2.CSV', 'mesh.inp', 'mesh_tmp.inp' } | Sort-Object -Unique) | Should -Be @($Expected | Sort-Object)
    }

    It '-First asks for no more than it says, and brings place and tags' {
        $null = Invoke-SandboxControl $sandbox Delete requests
        $files = @(Get-RescaleFile -First 2)
        $files.Count | Should -Be 2
        Get-Count 'GET /api/v3/files/' | Should -Be 1
        $files[0].FolderId | Should -Be $shelf.Id
        (Get-RescaleFile -FolderId $shelf.Path -First 1).Path | Should -BeLike "$($shelf.Path)/*"
        $files[0] | Add-RescaleFileTag -Tag seen
        (Get-RescaleFile -First 1).Tags | Should -Be 'seen'
    }

    It 'a pattern that is none ends the command' {
        { Get-RescaleFile -Include '[a' } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }
}

Describe 'Remove-RescaleFile' {
    It 'moves files of a folder to the Trash with one call, and a bad one is the one error' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'a', 'b', 'c'
        $null = Invoke-SandboxControl $sandbox Delete requests
        Get-RescaleFile -FolderId $shelf.Path | Remove-RescaleFile -Force
        Get-Count 'POST /api/v3/folders/{id}/contents/archive/' | Should -Be 1
        Get-Names $shelf.Id | Should -BeNullOrEmpty
        $sent = Send-Named $shelf.Id 'a', 'b', 'c'
        Remove-RescaleFile -Id $sent[0].Id, 'nosuch', $sent[1].Id -FolderId $shelf.Path -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        @($failed).Count | Should -Be 1
        Get-Id $failed[0] | Should -Be 'FileNotFound'
        $failed[0].TargetObject | Should -Be 'nosuch'
        Get-Names $shelf.Id | Should -Be $sent[2].Name
    }

    It 'finds the true folder of what was given by its id' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'alone', 'moved'
        $sent[1] | Move-RescaleFile -FolderId (New-RescaleFolder elsewhere -ParentId $shelf.Path).Id
        Remove-RescaleFile $sent[0].Id -Confirm:$false
        # It says where it was.
        $sent[1] | Remove-RescaleFile -Confirm:$false
        Get-RescaleFolderItem $shelf.Id -Recurse -File | Should -BeNullOrEmpty
    }

    It '-Permanent leaves nothing, not even in the Trash' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'gone for good'
        $sent | Remove-RescaleFile -Permanent -Force
        Get-RescaleFile -Id $sent.Id -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FileNotFound'
        Get-RescaleTrash 'gone for good' | Should -BeNullOrEmpty
    }

    It 'removes while a listing of many pages is still being read' {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id (1..30 | ForEach-Object { "paged $_" })
        Get-RescaleFile -Search 'paged' | Remove-RescaleFile -Permanent -Force
        Get-Names $shelf.Id | Should -BeNullOrEmpty
    }

    It 'asks unless -Force is given, and -WhatIf shows names and sizes and changes nothing' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'kept.txt'
        (Get-Command Remove-RescaleFile).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        $plan = Get-Plan "Remove-RescaleFile -Id $($sent.Id) -WhatIf; Remove-RescaleFolder -Id '$($shelf.Path)' -WhatIf -Permanent"
        $plan[0] | Should -Match 'Move to the Trash.*kept\.txt.*8 B'
        $plan[1] | Should -Match "Delete for good.*$($shelf.Path) .*1 files, 8 B"
        Get-Names $shelf.Id | Should -Be 'kept.txt'
    }
}

Describe 'Remove-RescaleFolder' {
    It 'takes a whole tree along, which can be restored' {
        $shelf = New-Shelf
        $tree = New-RescaleFolder tree -ParentId $shelf.Path
        1..3 | ForEach-Object { $null = Send-Named (New-RescaleFolder "f$_" -ParentId $tree.Path).Id 'x', 'y' }
        Remove-RescaleFolder $tree.Path -Force
        Get-Names $shelf.Id | Should -BeNullOrEmpty
        Get-RescaleTrash tree -Directory | Where-Object Id -eq $tree.Id | Restore-RescaleTrashItem
        @(Get-RescaleFolderItem $tree.Path -Recurse -File).Count | Should -Be 6
        Remove-RescaleFolder -Id $tree.Id -Permanent -Force
        Get-RescaleFolderItem $tree.Id -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
    }

    It 'refuses the roots and what is gone, and the others go' {
        $shelf = New-Shelf
        $folders = 1..2 | ForEach-Object { New-RescaleFolder "f$_" -ParentId $shelf.Path }
        Remove-RescaleFolder '/My Library', 'nosuch', $folders[0].Id, '/My Jobs/', $folders[1].Path, "$($shelf.Path)/never" -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        ($failed | ForEach-Object { Get-Id $_ } | Sort-Object) | Should -Be 'FolderNotFound', 'FolderNotFound', 'FolderProtected', 'FolderProtected'
        Get-Names $shelf.Id | Should -BeNullOrEmpty
        $shelf | Remove-RescaleFolder -Force
        $shelf | Remove-RescaleFolder -Force -Permanent
        $shelf | Remove-RescaleFolder -Force -Permanent -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
    }
}

Describe 'Remove-RescaleFolder of what was listed a while ago' {
    BeforeAll {
        # Another session: this one's connection does not hear of what it does.
        function Invoke-Other {
            param([string] $Method, [string] $Tail, [string] $Body)
            $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
            Invoke-RestMethod -Method $Method -Headers $headers -ContentType application/json -Body $Body -Uri "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/folders/$Tail/"
        }
    }

    It 'takes no other one whose name differs in case' {
        $shelf = New-Shelf
        $twins = 'run', 'Run' | ForEach-Object { New-RescaleFolder $_ -ParentId $shelf.Path }
        Remove-RescaleFolder "$($shelf.Path)/run" -Force
        Remove-RescaleFolder "$($shelf.Path)/run" -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
        "$($failed[0])" | Should -Match "'Run' \($($twins[1].Id)\)"
        Get-Names $shelf.Id | Should -BeExactly 'Run'
        # Where files lie and where they go to is meant as exactly.
        $file = Send-Named $shelf.Id 'a'
        { Move-RescaleFile $file.Id "$($shelf.Path)/run" } | Should -Throw -ErrorId 'FolderNotFound,*'
        Remove-RescaleFile $file.Id -FolderId "$($shelf.Path)/run" -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FolderNotFound'
        Remove-RescaleFolder "$($shelf.Path)/Run" -ParentId $shelf.Path.ToUpper() -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Names $shelf.Id | Should -BeExactly $file.Name, 'Run'
    }

    It 'takes the one that has the name now' {
        $shelf = New-Shelf
        $old = New-RescaleFolder a -ParentId $shelf.Path
        (Get-RescaleFolder $old.Path).Id | Should -Be $old.Id
        $null = Invoke-Other Post "$($shelf.Id)/contents/archive" "{`"fileIds`":[],`"folderIds`":[`"$($old.Id)`"]}"
        $null = Invoke-Other Post $shelf.Id '{"name":"a"}'
        Remove-RescaleFolder $old.Path -Permanent -Force
        Get-Names $shelf.Id | Should -BeNullOrEmpty
        (Get-RescaleTrash a -Directory).Id | Should -Contain $old.Id
    }

    It 'with what is beneath leaves one item in the Trash, and no error with -Permanent' {
        $shelf = New-Shelf
        foreach ($options in @{}, @{ Permanent = $true }) {
            $top = New-RescaleFolder "nested $($options.Count)" -ParentId $shelf.Path
            $null = New-RescaleFolder "leaf $($options.Count)" -ParentId (New-RescaleFolder "mid $($options.Count)" -ParentId $top.Path).Path
            Get-RescaleFolderItem $shelf.Path -Directory -Recurse | Remove-RescaleFolder -Force @options -ErrorVariable failed
            $failed | Should -BeNullOrEmpty
            Get-Names $shelf.Id | Should -BeNullOrEmpty
        }

        (Get-RescaleTrash 'nested *', 'mid *', 'leaf *').Name | Should -Be 'nested 0'
    }
}

Describe 'What stands for itself where text is wanted' {
    It 'does so by its id, as a script would write it' {
        $shelf = New-Shelf
        $file = Send-Named $shelf.Id 'as text'
        "$shelf" | Should -BeExactly $shelf.Id
        $listed = Get-RescaleFile -FolderId $shelf
        "$listed" | Should -BeExactly $file.Id
        Remove-RescaleFile -Id $listed -Force
        $trashed = Get-RescaleTrash 'as text'
        "$trashed" | Should -BeExactly $trashed.Id
        Restore-RescaleTrashItem -Id $trashed
        Get-Names $shelf.Id | Should -Be 'as text'
    }

    It 'a folder by its id and a slash is received under its id' {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id 'in it'
        Push-Location -LiteralPath $folder
        try { $null = Receive-RescaleFolder "$($shelf.Id)/" } finally { Pop-Location }
        Join-Path $folder $shelf.Id 'in it' | Should -Exist
    }
}

Describe 'A file is no folder, and a folder no file' {
    It 'and where a file lies is found by the file' {
        $shelf = New-Shelf
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        $null = Send-Named $shelf.Id 'a', 'b'
        $null = Send-Named $inner.Id 'c'
        (Get-RescaleFolderItem $shelf.Path -Recurse -File | Get-RescaleFolder).Path | Sort-Object | Should -Be $shelf.Path, $inner.Path
        $null = Invoke-SandboxControl $sandbox Delete requests
        ($shelf.Id, $inner.Id | Get-RescaleFolder).Id | Should -Be $shelf.Id, $inner.Id
        # Both are looked for in one walk, which lists each folder once at most; how far it comes before it has met both is chance.
        $walk = Get-Count 'GET /api/v3/folders/{id}/contents/'
        $walk | Should -BeLessOrEqual @('/My Library', '/My Jobs' | ForEach-Object { $_; Get-RescaleFolderItem $_ -Recurse -Directory }).Count
        $null = Invoke-SandboxControl $sandbox Delete requests
        (Get-RescaleFolderItem $shelf.Id | Get-RescaleFolderItem).Name | Should -Be 'c'
        Get-Count 'GET /api/v3/folders/{id}/contents/' | Should -Be 2
    }

    It 'whatever is piped where' {
        $shelf = New-Shelf
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        $null = Send-Named $inner.Path 'file'
        foreach ($options in @{}, @{ Permanent = $true }) {
            Get-RescaleFolderItem $inner.Path -File | Remove-RescaleFolder -Force @options -ErrorAction SilentlyContinue -ErrorVariable failed
            Get-Id $failed[0] | Should -Be 'FolderNotFound'
            Get-RescaleFolderItem $shelf.Path -Directory | Remove-RescaleFile -Force @options -ErrorAction SilentlyContinue -ErrorVariable failed
            Get-Id $failed[0] | Should -Be 'FileNotFound'
        }
        Get-Names $shelf.Id | Should -Be 'inner'
        Get-Names $inner.Id | Should -Be 'file'
    }
}

Describe 'Move-RescaleFile' {
    It 'moves what is listed, and one that is not there is one error' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'a', 'b'
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        Get-RescaleFile -FolderId $shelf.Id | Move-RescaleFile -FolderId $inner.Path -WhatIf
        Get-Names $inner.Id | Should -BeNullOrEmpty
        $moved = Get-RescaleFile -FolderId $shelf.Id | Move-RescaleFile -FolderId $inner.Path -PassThru
        ($moved.Path | Sort-Object) | Should -Be "$($inner.Path)/a", "$($inner.Path)/b"
        Move-RescaleFile nosuch, $sent[0].Id $shelf.Path -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'FileNotFound'
        Get-Names $shelf.Id | Should -Be $sent[0].Name, 'inner'
        { $sent | Move-RescaleFile -FolderId nosuch } | Should -Throw -ErrorId 'FolderNotFound,*'
        { $sent | Move-RescaleFile -FolderId nosuch -WhatIf } | Should -Throw -ErrorId 'FolderNotFound,*'
        $plan = @(Get-Plan "Move-RescaleFile $($sent[0].Id) '$($inner.Path)' -WhatIf")
        $plan[0] | Should -Match "Move to.*inner.*$($sent[0].Name) .*1 B"
    }
}

Describe 'The Trash' {
    BeforeAll {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id 'trash a', 'trash b', 'trash c'
        $null = New-RescaleFolder 'trash d' -ParentId $shelf.Path
        Get-RescaleFile -FolderId $shelf.Id | Remove-RescaleFile -Force
        Get-RescaleFolderItem $shelf.Id -Directory | Remove-RescaleFolder -Force
    }

    It 'is listed by name and kind' {
        (Get-RescaleTrash 'trash ?').Name | Sort-Object | Should -Be 'trash a', 'trash b', 'trash c', 'trash d'
        (Get-RescaleTrash 'trash ?' -Directory).Type | Should -Be 'Folder'
        @(Get-RescaleTrash 'trash ?' -File).Count | Should -Be 3
        @(Get-RescaleTrash -First 2).Count | Should -Be 2
        (Get-RescaleTrash 'trash a').PSTypeNames[0] | Should -Be 'RescaleInterlink.TrashItem'
        (Get-RescaleTrash 'trash a').Size | Should -Be 7
    }

    It 'gives back what is there, and what is not is one error' {
        $item = Get-RescaleTrash 'trash a'
        Restore-RescaleTrashItem -Id $item.Id, 'nosuch' -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'TrashItemNotFound'
        Get-Names $shelf.Id | Should -Be 'trash a'
        $item | Restore-RescaleTrashItem -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-Id $failed[0] | Should -Be 'TrashItemNotFound'
        $failed[0].TargetObject | Should -Be $item.Id
        Get-RescaleTrash 'trash b', 'trash d' | Restore-RescaleTrashItem
        Get-Names $shelf.Id | Should -Be 'trash a', 'trash b', 'trash d'
    }

    It 'is emptied only when it is wanted' {
        $item = Get-RescaleTrash 'trash c'
        $item | Remove-RescaleTrashItem -WhatIf
        Get-Plan "Remove-RescaleTrashItem -Id $($item.Id) -WhatIf" | Should -Match 'trash c .*7 B'
        Get-Plan "Restore-RescaleTrashItem -Id $($item.Id) -WhatIf" | Should -Match 'trash c .*7 B'
        Get-RescaleTrash 'trash c' | Should -Not -BeNullOrEmpty
        (Get-Command Remove-RescaleTrashItem).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        $item | Remove-RescaleTrashItem -Force
        Get-RescaleTrash 'trash c' | Should -BeNullOrEmpty
    }
}

Describe 'Tags' {
    It 'go from one cmdlet to the next' {
        $shelf = New-Shelf
        $paths = 1..2 | ForEach-Object { New-RandomFile (Join-Path $folder 'tagged' "$_.inp") 10 $_ }
        Get-ChildItem -LiteralPath (Join-Path $folder 'tagged') -Filter *.inp | Send-RescaleFile -FolderId $shelf.Path | Add-RescaleFileTag -Tag mesh, ' old 1 ', 'old 2', ''.PadLeft(2)
        $files = Get-RescaleFile -FolderId $shelf.Path
        $files | ForEach-Object { ($_.Tags | Sort-Object) -join ',' | Should -Be 'mesh,old 1,old 2' }
        $tags = $files | Get-RescaleFileTag
        $tags.Count | Should -Be 6
        $tags[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.FileTag'
        $tags | Where-Object Tag -like 'old*' | Remove-RescaleFileTag
        ($files | Get-RescaleFileTag).Tag | Should -Be 'mesh', 'mesh'
        $files | Set-RescaleFileTag -Tag final, MESH -WhatIf
        ($files | Get-RescaleFileTag).Tag | Should -Be 'mesh', 'mesh'
        $null = Invoke-SandboxControl $sandbox Delete requests
        $files | Set-RescaleFileTag -Tag final, MESH
        ($files[0] | Get-RescaleFileTag).Tag | Sort-Object | Should -Be 'final', 'mesh'
        Get-Count 'POST /api/v3/files/{id}/tags/' | Should -Be 2
        Get-Count 'DELETE /api/v3/files/{id}/tags/' | Should -Be 0
        $files | Set-RescaleFileTag -Tag @()
        $files | Get-RescaleFileTag | Should -BeNullOrEmpty
    }

    It 'of an unknown file are one error record, and the rest goes on' {
        $sent = Send-Named (New-Shelf).Id 'tag me'
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/tags/'; fault = 'status'; status = 400; times = 1 }
        try { Add-RescaleFileTag $sent.Id -Tag refused, taken -ErrorAction SilentlyContinue -ErrorVariable refused } finally { Clear-Fault $sandbox }
        @($refused).Count | Should -Be 1
        "$($refused[0])" | Should -Match "'refused'"
        (Get-RescaleFileTag $sent.Id).Tag | Should -Be 'taken'
        Remove-RescaleFileTag $sent.Id taken
        Add-RescaleFileTag nosuch, $sent.Id -Tag x -ErrorAction SilentlyContinue -ErrorVariable added
        (Get-RescaleFileTag nosuch, $sent.Id -ErrorAction SilentlyContinue -ErrorVariable got).Tag | Should -Be 'x'
        Set-RescaleFileTag nosuch, $sent.Id y -ErrorAction SilentlyContinue -ErrorVariable set
        Remove-RescaleFileTag nosuch, $sent.Id y -ErrorAction SilentlyContinue -ErrorVariable removed
        Get-RescaleFileTag $sent.Id | Should -BeNullOrEmpty
        foreach ($failed in $added, $got, $set, $removed) {
            @($failed).Count | Should -Be 1
            Get-Id $failed[0] | Should -Be 'FileNotFound'
            $failed[0].TargetObject | Should -Be 'nosuch'
        }
    }
}
