# What removes files and folders, and what must not be removed by mistake.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

Describe 'Remove-RescaleFile' {
    It 'moves files of a folder to the Trash with one call, and a bad one is the one error' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'a', 'b', 'c'
        $null = Invoke-SandboxControl $sandbox Delete requests
        Get-RescaleFile -FolderId $shelf.Path | Remove-RescaleFile -Force
        Get-RequestCount $sandbox 'POST /api/v3/folders/{id}/contents/archive/' | Should -Be 1
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        $sent = Send-Named $shelf.Id 'a', 'b', 'c'
        Remove-RescaleFile -Id $sent[0].Id, 'nosuch', $sent[1].Id -FolderId $shelf.Path -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        @($failed).Count | Should -Be 1
        Get-ErrorId $failed[0] | Should -Be 'FileNotFound'
        $failed[0].TargetObject | Should -Be 'nosuch'
        Get-ItemName $shelf.Id | Should -Be $sent[2].Name
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
        Get-ErrorId $failed[0] | Should -Be 'FileNotFound'
        Get-RescaleTrash 'gone for good' | Should -BeNullOrEmpty
    }

    It 'removes while a listing of many pages is still being read' {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id (1..30 | ForEach-Object { "paged $_" })
        Get-RescaleFile -Search 'paged' | Remove-RescaleFile -Permanent -Force
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
    }

    It 'asks unless -Force is given, and -WhatIf shows names and sizes and changes nothing' {
        $shelf = New-Shelf
        $sent = Send-Named $shelf.Id 'kept.txt'
        (Get-Command Remove-RescaleFile).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        $plan = Get-Plan $sandbox "Remove-RescaleFile -Id $($sent.Id) -WhatIf; Remove-RescaleFolder -Id '$($shelf.Path)' -WhatIf -Permanent"
        $plan[0] | Should -Match 'Move to the Trash.*kept\.txt.*8 B'
        $plan[1] | Should -Match "Delete for good.*$($shelf.Path) .*1 files, 8 B"
        Get-ItemName $shelf.Id | Should -Be 'kept.txt'
    }
}

Describe 'Remove-RescaleFolder' {
    It 'takes a whole tree along, which can be restored' {
        $shelf = New-Shelf
        $tree = New-RescaleFolder tree -ParentId $shelf.Path
        1..3 | ForEach-Object { $null = Send-Named (New-RescaleFolder "f$_" -ParentId $tree.Path).Id 'x', 'y' }
        Remove-RescaleFolder $tree.Path -Force
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        Get-RescaleTrash tree -Directory | Where-Object Id -eq $tree.Id | Restore-RescaleTrashItem
        @(Get-RescaleFolderItem $tree.Path -Recurse -File).Count | Should -Be 6
        Remove-RescaleFolder -Id $tree.Id -Permanent -Force
        Get-RescaleFolderItem $tree.Id -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
    }

    It 'refuses the roots and what is gone, and the others go' {
        $shelf = New-Shelf
        $folders = 1..2 | ForEach-Object { New-RescaleFolder "f$_" -ParentId $shelf.Path }
        Remove-RescaleFolder '/My Library', 'nosuch', $folders[0].Id, '/My Jobs/', $folders[1].Path, "$($shelf.Path)/never" -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        ($failed | ForEach-Object { Get-ErrorId $_ } | Sort-Object) | Should -Be 'FolderNotFound', 'FolderNotFound', 'FolderProtected', 'FolderProtected'
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        $shelf | Remove-RescaleFolder -Force
        $shelf | Remove-RescaleFolder -Force -Permanent
        $shelf | Remove-RescaleFolder -Force -Permanent -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
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
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
        "$($failed[0])" | Should -Match "'Run' \($($twins[1].Id)\)"
        Get-ItemName $shelf.Id | Should -BeExactly 'Run'
        # Where files lie and where they go to is meant as exactly.
        $file = Send-Named $shelf.Id 'a'
        { Move-RescaleFile $file.Id "$($shelf.Path)/run" } | Should -Throw -ErrorId 'FolderNotFound,*'
        Remove-RescaleFile $file.Id -FolderId "$($shelf.Path)/run" -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
        Remove-RescaleFolder "$($shelf.Path)/Run" -ParentId $shelf.Path.ToUpper() -Force -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ItemName $shelf.Id | Should -BeExactly $file.Name, 'Run'
    }

    It 'takes the one that has the name now' {
        $shelf = New-Shelf
        $old = New-RescaleFolder a -ParentId $shelf.Path
        (Get-RescaleFolder $old.Path).Id | Should -Be $old.Id
        $null = Invoke-Other Post "$($shelf.Id)/contents/archive" "{`"fileIds`":[],`"folderIds`":[`"$($old.Id)`"]}"
        $null = Invoke-Other Post $shelf.Id '{"name":"a"}'
        Remove-RescaleFolder $old.Path -Permanent -Force
        Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        (Get-RescaleTrash a -Directory).Id | Should -Contain $old.Id
    }

    It 'with what is beneath leaves one item in the Trash, and no error with -Permanent' {
        $shelf = New-Shelf
        foreach ($options in @{}, @{ Permanent = $true }) {
            $top = New-RescaleFolder "nested $($options.Count)" -ParentId $shelf.Path
            $null = New-RescaleFolder "leaf $($options.Count)" -ParentId (New-RescaleFolder "mid $($options.Count)" -ParentId $top.Path).Path
            Get-RescaleFolderItem $shelf.Path -Directory -Recurse | Remove-RescaleFolder -Force @options -ErrorVariable failed
            $failed | Should -BeNullOrEmpty
            Get-ItemName $shelf.Id | Should -BeNullOrEmpty
        }

        (Get-RescaleTrash 'nested *', 'mid *', 'leaf *').Name | Should -Be 'nested 0'
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
        $walk = Get-RequestCount $sandbox 'GET /api/v3/folders/{id}/contents/'
        $walk | Should -BeLessOrEqual @('/My Library', '/My Jobs' | ForEach-Object { $_; Get-RescaleFolderItem $_ -Recurse -Directory }).Count
        $null = Invoke-SandboxControl $sandbox Delete requests
        (Get-RescaleFolderItem $shelf.Id | Get-RescaleFolderItem).Name | Should -Be 'c'
        Get-RequestCount $sandbox 'GET /api/v3/folders/{id}/contents/' | Should -Be 2
    }

    It 'whatever is piped where' {
        $shelf = New-Shelf
        $inner = New-RescaleFolder inner -ParentId $shelf.Path
        $null = Send-Named $inner.Path 'file'
        foreach ($options in @{}, @{ Permanent = $true }) {
            Get-RescaleFolderItem $inner.Path -File | Remove-RescaleFolder -Force @options -ErrorAction SilentlyContinue -ErrorVariable failed
            Get-ErrorId $failed[0] | Should -Be 'FolderNotFound'
            Get-RescaleFolderItem $shelf.Path -Directory | Remove-RescaleFile -Force @options -ErrorAction SilentlyContinue -ErrorVariable failed
            Get-ErrorId $failed[0] | Should -Be 'FileNotFound'
        }
        Get-ItemName $shelf.Id | Should -Be 'inner'
        Get-ItemName $inner.Id | Should -Be 'file'
    }
}
