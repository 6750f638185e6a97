# The Trash, and items of it and of the library that stand for themselves.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

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
        Get-ErrorId $failed[0] | Should -Be 'TrashItemNotFound'
        Get-ItemName $shelf.Id | Should -Be 'trash a'
        $item | Restore-RescaleTrashItem -ErrorAction SilentlyContinue -ErrorVariable failed
        Get-ErrorId $failed[0] | Should -Be 'TrashItemNotFound'
        $failed[0].TargetObject | Should -Be $item.Id
        Get-RescaleTrash 'trash b', 'trash d' | Restore-RescaleTrashItem
        Get-ItemName $shelf.Id | Should -Be 'trash a', 'trash b', 'trash d'
    }

    It 'is emptied only when it is wanted' {
        $item = Get-RescaleTrash 'trash c'
        $item | Remove-RescaleTrashItem -WhatIf
        Get-Plan $sandbox "Remove-RescaleTrashItem -Id $($item.Id) -WhatIf" | Should -Match 'trash c .*7 B'
        Get-Plan $sandbox "Restore-RescaleTrashItem -Id $($item.Id) -WhatIf" | Should -Match 'trash c .*7 B'
        Get-RescaleTrash 'trash c' | Should -Not -BeNullOrEmpty
        (Get-Command Remove-RescaleTrashItem).ImplementingType.GetCustomAttributes($true).ConfirmImpact | Should -Contain 'High'
        $item | Remove-RescaleTrashItem -Force
        Get-RescaleTrash 'trash c' | Should -BeNullOrEmpty
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
        Get-ItemName $shelf.Id | Should -Be 'as text'
    }

    It 'a folder by its id and a slash is received under its id' {
        $shelf = New-Shelf
        $null = Send-Named $shelf.Id 'in it'
        Push-Location -LiteralPath $folder
        try { $null = Receive-RescaleFolder "$($shelf.Id)/" } finally { Pop-Location }
        Join-Path $folder $shelf.Id 'in it' | Should -Exist
    }

    It 'a folder from the pipeline is received under its own name, and the folder of a piped file is not under that of the file' {
        $shelf = New-Shelf
        $inner = New-RescaleFolder 'inner [1] ü' -ParentId $shelf.Path
        $null = Send-Named $inner.Id 'leaf'
        $places = 1..4 | ForEach-Object { New-TestFolder }
        $received = foreach ($place in $places) {
            Push-Location -LiteralPath $place
            try {
                switch ($places.IndexOf($place)) {
                    0 { $inner | Receive-RescaleFolder }
                    1 { Get-RescaleFolderItem $shelf.Id -Directory | Receive-RescaleFolder }
                    2 { Get-RescaleFolderItem $inner.Id -File | Receive-RescaleFolder }
                    3 { $inner | Receive-RescaleFolder -Destination here }
                }
            }
            finally { Pop-Location }
        }
        [IO.Path]::GetRelativePath($places[0], $received[0].FullName) | Should -Be (Join-Path 'inner [1] ü' 'leaf')
        [IO.Path]::GetRelativePath($places[1], $received[1].FullName) | Should -Be (Join-Path 'inner [1] ü' 'leaf')
        [IO.Path]::GetRelativePath($places[2], $received[2].FullName) | Should -Be (Join-Path $inner.Id 'leaf')
        [IO.Path]::GetRelativePath($places[3], $received[3].FullName) | Should -Be (Join-Path 'here' 'leaf')
    }
}
