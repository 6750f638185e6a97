# Tags of files.

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

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
        Get-RequestCount $sandbox 'POST /api/v3/files/{id}/tags/' | Should -Be 2
        Get-RequestCount $sandbox 'DELETE /api/v3/files/{id}/tags/' | Should -Be 0
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
            Get-ErrorId $failed[0] | Should -Be 'FileNotFound'
            $failed[0].TargetObject | Should -Be 'nosuch'
        }
    }
}
