BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
}

AfterAll { Stop-TestSession $sandbox }

Describe 'A file there and back' {
    It '<Name>, <Length> bytes' -ForEach @(
        @{ Name = 'empty.bin'; Length = 0 }
        @{ Name = 'one.bin'; Length = 1 }
        @{ Name = 'block.bin'; Length = 16 }
        @{ Name = 'with spaces.bin'; Length = 1000 }
        @{ Name = '[brackets] a[1].bin'; Length = 1000 }
        @{ Name = 'Ünïcødé 日本語 🚀.bin'; Length = 1000 }
        @{ Name = ('x' * 196) + '.bin'; Length = 1000 }
        @{ Name = "quote's & `$dollar;.bin"; Length = 1000 }
        @{ Name = 'a part.bin'; Length = 16MB }
        @{ Name = 'a part and one.bin'; Length = 16MB + 1 }
        @{ Name = 'several parts.bin'; Length = 50MB + 7 }
    ) {
        $source = New-RandomFile (Join-Path $folder 'in' $Name) $Length
        $sent = Send-RescaleFile -LiteralPath $source
        $sent.Name | Should -Be $Name
        $sent.PSTypeNames[0] | Should -Be 'RescaleInterlink.SentFile'
        $sent.Size | Should -Be $Length
        $sent.Sha512 | Should -Be (Get-Sha512 $source)
        $sent.Path | Should -Be $source
        $sent.Status | Should -Be 'Completed'
        $sent.Resumed | Should -Be 0
        $sent.Duration | Should -BeOfType timespan
        if ($Length) { $sent.BytesPerSecond | Should -BeGreaterThan 0 } else { $sent.BytesPerSecond | Should -BeNullOrEmpty }
        $received = $sent | Receive-RescaleFile -Destination (Join-Path $folder 'out')
        $received.PSTypeNames[0] | Should -Be 'RescaleInterlink.ReceivedFile'
        $received.Path | Should -Be (Join-Path $folder 'out' $Name)
        $received.FullName | Should -Be (Join-Path $folder 'out' $Name)
        $received.Id | Should -Be $sent.Id
        $received.Size | Should -Be $Length
        $received.Sha512 | Should -Be $sent.Sha512
        $received.Status | Should -Be 'Completed'
        $received.Integrity | Should -Be 'Verified'
        $received.Resumed | Should -Be 0
        $received.Duration | Should -BeOfType timespan
        # The result binds to -LiteralPath, whatever the name.
        ($received | Get-FileHash -Algorithm SHA512).Hash | Should -Be $sent.Sha512
        ($received | Get-Item).FullName | Should -Be $received.FullName
        Get-ChildItem -LiteralPath (Join-Path $folder 'out') -Force | Where-Object Name -like '*.rescale-*' | Should -BeNullOrEmpty
    }

    It 'binds by its name in brackets to no other file, and its old names stay' {
        $names = New-Item -ItemType Directory (Join-Path $folder 'names')
        $right = New-RandomFile (Join-Path $names 'a[1].dat') 100 1
        $null = New-RandomFile (Join-Path $names 'a1.dat') 100 2
        $sent = Send-RescaleFile -LiteralPath $right
        ($sent | Get-Item).Name | Should -Be 'a[1].dat'
        ($sent | Send-RescaleFile).Sha512 | Should -Be $sent.Sha512
        $out = New-Item -ItemType Directory (Join-Path $folder 'names out')
        Set-Content -LiteralPath (Join-Path $out 'a1.dat') other
        $received = $sent | Receive-RescaleFile -Destination $out
        ($received | Send-RescaleFile).Sha512 | Should -Be $sent.Sha512
        [IO.File]::ReadAllBytes($received.Path).Length | Should -Be 100
        "$($received.Path)" | Should -Be $received.FullName
        $received | Remove-Item
        (Get-ChildItem -LiteralPath $out).Name | Should -Be 'a1.dat'
        $sent.Length, $received.Length | Should -Be 100, 100
        $sent.LocalPath | Should -Be $right
        $sent.FileId, $received.FileId | Should -Be $sent.Id, $sent.Id
        # Any other name is plain text.
        (Send-RescaleFile -LiteralPath (Join-Path $names 'a1.dat')).Path | Should -BeOfType string
    }

    It 'shows no key anywhere' {
        $file = Get-RescaleFile -First 1
        $file.PSObject.Properties.Name | Where-Object { $_ -match 'key|iv|credential' } | Should -BeNullOrEmpty
        ($file | ConvertTo-Json -Depth 5) + ($file | Format-List * -Force | Out-String) | Should -Not -Match 'encod|encrypt'
    }
}

Describe 'Send-RescaleFile' {
    BeforeAll {
        $many = Join-Path $folder 'many'
        $sources = 1..12 | ForEach-Object { New-RandomFile (Join-Path $many "file_$_.dat") (1000 * $_) $_ }
        $null = New-Item -ItemType Directory (Join-Path $many 'sub')
    }

    It 'takes wildcards, and skips folders that they match' {
        $sent = Send-RescaleFile -Path (Join-Path $many '*')
        $sent.Count | Should -Be 12
        ($sent.Path | Sort-Object) | Should -Be ($sources | Sort-Object)
    }

    It 'takes files from Get-ChildItem and names relative to the current location' {
        Push-Location -LiteralPath $many
        try {
            @(Get-ChildItem -File | Send-RescaleFile -ThrottleLimit 3).Count | Should -Be 12
            (Send-RescaleFile file_1.dat).Path | Should -Be $sources[0]
            ('file_1.dat', 'file_2.dat' | Send-RescaleFile).Count | Should -Be 2
        }
        finally { Pop-Location }
    }

    It 'takes a PowerShell drive, and refuses what is not on disk' {
        $null = New-PSDrive -Name RescaleTest -PSProvider FileSystem -Root $many
        try { (Send-RescaleFile RescaleTest:/file_1.dat).Path | Should -Be $sources[0] } finally { Remove-PSDrive RescaleTest }
        Send-RescaleFile -LiteralPath Env:PATH -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'ProviderNotSupported,*'
    }

    It 'one bad item is one error record, and the rest goes on' {
        $sent = $sources[0], (Join-Path $many 'missing.dat'), (Join-Path $many 'sub'), $sources[1] |
            Send-RescaleFile -ErrorAction SilentlyContinue -ErrorVariable failed
        $sent.Count | Should -Be 2
        $failed.Count | Should -Be 2
        ($failed.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Sort-Object) | Should -Be 'SourceIsDirectory', 'SourceNotFound'
        foreach ($record in $failed) {
            $record.TargetObject | Should -Not -BeNullOrEmpty
            $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }

    It 'a wildcard that matches nothing is an error that names -LiteralPath' {
        Send-RescaleFile (Join-Path $many 'a[9]b.dat') -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match '-LiteralPath'
    }

    It '-Conflict <Conflict> does what it says when the name is taken' -ForEach @(
        @{ Conflict = 'None'; Results = 1; New = $true }, @{ Conflict = 'Allow'; Results = 1; New = $true }
        @{ Conflict = 'Skip'; Results = 1; New = $false }, @{ Conflict = 'Error'; Results = 0; New = $false }
    ) {
        $path = New-RandomFile (Join-Path $folder 'conflict' "$Conflict.dat") 100
        $first = Send-RescaleFile -LiteralPath $path -Conflict Error
        $second = @(Send-RescaleFile -LiteralPath $path -Conflict $Conflict -ErrorAction SilentlyContinue -ErrorVariable failed)
        $second.Count | Should -Be $Results
        if ($New) { $second.Id | Should -Not -Be $first.Id; $second.Status | Should -Be 'Completed' }
        if ($Conflict -eq 'Skip') { $second.Id | Should -Be $first.Id; $second.Status | Should -Be 'Skipped'; $second.Path | Should -Be $path }
        if ($Conflict -eq 'Error') {
            $failed.FullyQualifiedErrorId | Should -BeLike 'FileAlreadyExists,*'
            $failed[0].TargetObject | Should -Be $path
        }
    }

    It '-Conflict lists the folder once for the whole command, and None not at all' {
        $route = 'GET /api/v3/folders/{id}/contents/'
        $null = Invoke-SandboxControl $sandbox Delete requests
        $null = Get-ChildItem -LiteralPath $many -File | Send-RescaleFile
        Get-RequestCount $sandbox $route | Should -Be 0
        $null = Get-ChildItem -LiteralPath $many -File | Send-RescaleFile -Conflict Skip
        Get-RequestCount $sandbox $route | Should -Be 1
    }

    It '-Conflict Error refuses two files of one name in one command' {
        $twins = 'one', 'two' | ForEach-Object { New-RandomFile (Join-Path $folder 'twin sources' $_ 'twin.dat') 100 }
        $sent = Send-RescaleFile -LiteralPath $twins -Conflict Error -ErrorAction SilentlyContinue -ErrorVariable failed
        @($sent).Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -BeLike 'FileAlreadyExists,*'
    }

    It '-Tag sets tags, and one that cannot be set is an error that names the file' {
        $sent = Send-RescaleFile -LiteralPath $sources[0] -Tag 'mesh', 'study 7'
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        $url = "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/files/$($sent.Id)/tags/"
        ((Invoke-RestMethod -Uri $url -Headers $headers).name | Sort-Object) | Should -Be 'mesh', 'study 7'
        Set-Fault $sandbox @{ target = 'api'; method = 'POST'; path = '/tags/'; fault = 'status'; status = 403 }
        try { $sent = Send-RescaleFile -LiteralPath $sources[0] -Tag 'mesh' -ErrorAction SilentlyContinue -ErrorVariable failed } finally { Clear-Fault $sandbox }
        $sent.Status | Should -Be 'Completed'
        $failed.Count | Should -Be 1
        "$failed" | Should -Match $sent.Id
    }

    It '-PreEncrypt makes what Receive-RescaleFile reads' {
        $path = New-RandomFile (Join-Path $folder 'pre.bin') 20MB
        $received = Send-RescaleFile -LiteralPath $path -PreEncrypt | Receive-RescaleFile -Destination (Join-Path $folder 'pre')
        $received.Integrity | Should -Be 'Verified'
        $received.Sha512 | Should -Be (Get-Sha512 $path)
    }

    It '-WhatIf sends nothing' {
        $before = @(Get-RescaleFile).Count
        Send-RescaleFile -Path (Join-Path $many '*') -WhatIf | Should -BeNullOrEmpty
        @(Get-RescaleFile).Count | Should -Be $before
    }

    It 'from four runspaces at once sends everything once' {
        $connection = Get-RescaleConnection -Default
        $path = $ModulePath
        $ids = $sources | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:path
            (Send-RescaleFile -LiteralPath $_ -Connection $using:connection).Id
        }
        ($ids | Sort-Object -Unique).Count | Should -Be 12
    }

    It 'refuses a name with control characters, which no download takes and no storage lists' -Skip:$IsWindows {
        $odd = New-RandomFile (Join-Path $folder 'odd' "new`nline.dat") 10
        Send-RescaleFile -LiteralPath $odd -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'UnsafeFileName,*'
        Get-RescaleTransfer -ErrorVariable failed | Should -BeNullOrEmpty
        $failed | Should -BeNullOrEmpty
    }

    It 'refuses a folder that does not exist before anything travels' {
        $before = (Get-StorageCounter $sandbox).bytesIn
        Send-RescaleFile $sources[0], $sources[1] -FolderId nope -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.Count | Should -Be 2
        $failed.FullyQualifiedErrorId | Should -BeLike 'FolderNotFound,*'
        (Get-StorageCounter $sandbox).bytesIn | Should -Be $before
    }

    It 'says of a small file, too, that the storage compared its checksum' -Skip:($env:RESCALE_TEST_STORAGE -eq 'Azure') {
        # That this storage takes checksums is known once an upload in parts has begun.
        $large = New-RandomFile (Join-Path $folder 'in' 'two parts.bin') (16MB + 1)
        (Send-RescaleFile $large).Integrity | Should -Be 'Verified'
        (Send-RescaleFile $sources[0]).Integrity | Should -Be 'Verified'
    }
}

Describe 'Receive-RescaleFile' {
    BeforeAll {
        $source = New-RandomFile (Join-Path $folder 'here' 'model.inp') 20000 5
        $sent = Send-RescaleFile $source
    }

    It 'binds ids by property name, from strings and from the objects of a listing' {
        $one = Join-Path $folder 'by id'
        ([pscustomobject]@{ FileId = $sent.Id } | Receive-RescaleFile -Destination $one).Sha512 | Should -Be $sent.Sha512
        (Receive-RescaleFile $sent.Id $one -Force).Sha512 | Should -Be $sent.Sha512
        (Get-RescaleFile -Id $sent.Id | Receive-RescaleFile -Destination $one -Force).Sha512 | Should -Be $sent.Sha512
    }

    It 'keeps an existing file, and with -Force replaces it only when the new one is whole' {
        $target = Join-Path (New-Item -ItemType Directory (Join-Path $folder 'force')).FullName 'model.inp'
        Set-Content -LiteralPath $target -Value 'mine' -NoNewline
        $sent | Receive-RescaleFile -Destination (Split-Path $target) -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        $failed[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-Content -Raw -LiteralPath $target | Should -Be 'mine'
        Set-Fault $sandbox @{ target = 'storage'; method = 'GET'; fault = 'status'; status = 403; code = 'AccessDenied' }
        try { $sent | Receive-RescaleFile -Destination (Split-Path $target) -Force -ErrorAction SilentlyContinue -ErrorVariable failed }
        finally { Clear-Fault $sandbox }
        $failed.Count | Should -Be 1
        Get-Content -Raw -LiteralPath $target | Should -Be 'mine'
        Get-ChildItem -LiteralPath (Split-Path $target) -Force | Should -HaveCount 1
        $null = $sent | Receive-RescaleFile -Destination (Split-Path $target) -Force
        Get-Sha512 $target | Should -Be $sent.Sha512
    }

    It '-Conflict Rename gives the names in the order of the input' {
        $sources = foreach ($n in 1, 2) { New-RandomFile (Join-Path $folder "order $n" 'order.bin') 1000 $n }
        $twins = $sources | ForEach-Object { Send-RescaleFile -LiteralPath $_ }
        # The first is looked up last.
        Set-Fault $sandbox @{ target = 'api'; method = 'GET'; path = "/files/$($twins[0].Id)/"; fault = 'latency'; milliseconds = 1500 }
        try { $received = Receive-RescaleFile -Id $twins.Id -Destination (Join-Path $folder 'order') -Conflict Rename } finally { Clear-Fault $sandbox }
        ($received | Where-Object Id -EQ $twins[0].Id).Name | Should -Be 'order.bin'
        ($received | Where-Object Id -EQ $twins[1].Id).Name | Should -Be 'order (2).bin'
    }

    It '-Conflict Skip tells the size of the file that a link leads to' -Skip:$IsWindows {
        $place = (New-Item -ItemType Directory (Join-Path $folder 'linked')).FullName
        Set-Content -LiteralPath (Join-Path $place 'real') -Value '1234567' -NoNewline
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $place 'model.inp') -Target (Join-Path $place 'real')
        ($sent | Receive-RescaleFile -Destination $place -Conflict Skip).Size | Should -Be 7
    }

    It '-Conflict Skip leaves a file alone, Overwrite replaces it, Rename writes beside it' {
        $target = Join-Path (New-Item -ItemType Directory (Join-Path $folder 'modes')).FullName 'model.inp'
        Set-Content -LiteralPath $target -Value 'mine' -NoNewline
        $skipped = $sent | Receive-RescaleFile -Destination (Split-Path $target) -Conflict Skip
        $skipped.Status, $skipped.Size, $skipped.Path, $skipped.Id | Should -Be 'Skipped', 4, $target, $sent.Id
        $skipped.Integrity | Should -BeNullOrEmpty
        $renamed = $sent, $sent | Receive-RescaleFile -Destination (Split-Path $target) -Conflict Rename
        ($renamed.Name | Sort-Object) | Should -Be 'model (2).inp', 'model (3).inp'
        Get-Content -Raw -LiteralPath $target | Should -Be 'mine'
        $replaced = $sent | Receive-RescaleFile -Destination (Split-Path $target) -Conflict Overwrite
        $replaced.Status | Should -Be 'Completed'
        Get-Sha512 $target | Should -Be $sent.Sha512
        { $sent | Receive-RescaleFile -Destination $folder -Force -Conflict Skip } | Should -Throw -ErrorId 'TransferOptionInvalid,*'
    }

    It '-SkipChecksum keeps what is not the file that was sent, and says so' {
        $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }
        $api = "$($sandbox.ApiUrl.AbsoluteUri.TrimEnd('/'))/api/v3/files/"
        $record = Invoke-RestMethod -Uri "$api$($sent.Id)/" -Headers $headers
        # Another record of the same object, with another hash.
        $body = @{
            typeId = 1; name = 'wrong.inp'; isUploaded = $true; decryptedSize = $sent.Size; currentFolderId = $sent.FolderId
            encodedEncryptionKey = $record.encodedEncryptionKey; pathParts = $record.pathParts; storage = $record.storage
            fileChecksums = @(@{ hashFunction = 'sha512'; fileHash = '0' * 128 })
        }
        $wrong = Invoke-RestMethod -Method Post -Uri $api -Headers $headers -ContentType application/json -Body (ConvertTo-Json $body -Depth 5)
        $out = Join-Path $folder 'wrong'
        Receive-RescaleFile -Id $wrong.id -Destination $out -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.FullyQualifiedErrorId | Should -BeLike 'ChecksumMismatch,*'
        $kept = Receive-RescaleFile -Id $wrong.id -Destination $out -SkipChecksum -WarningVariable warned -WarningAction SilentlyContinue
        $kept.Integrity | Should -Be 'Mismatch'
        $kept.Sha512 | Should -Be $sent.Sha512
        $warned.Count | Should -Be 1
    }

    It 'does not let two files become one' {
        $twin = Send-RescaleFile $source
        $received = $sent, $twin | Receive-RescaleFile -Destination (Join-Path $folder 'twins') -ErrorAction SilentlyContinue -ErrorVariable failed
        @($received).Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
    }

    It 'an unknown id is one error record, and the rest goes on' {
        $received = Receive-RescaleFile -Id 'nosuch', $sent.Id -Destination (Join-Path $folder 'unknown') -ErrorAction SilentlyContinue -ErrorVariable failed
        $received.Id | Should -Be $sent.Id
        $failed.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        $failed.TargetObject | Should -Be 'nosuch'
    }

    It 'a full disk is one error record and leaves nothing behind' -Skip:(-not $IsLinux -or (id -u) -ne '0') {
        $small = (New-Item -ItemType Directory (Join-Path $folder 'small')).FullName
        mount -t tmpfs -o size=2m tmpfs $small 2>$null
        if ($LASTEXITCODE -ne 0) { Set-ItResult -Skipped -Because 'a small file system cannot be mounted here'; return }
        try {
            $large = Send-RescaleFile -LiteralPath (New-RandomFile (Join-Path $folder 'large.bin') 5MB)
            $large | Receive-RescaleFile -Destination $small -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.FullyQualifiedErrorId | Should -BeLike 'DiskFull,*'
            $failed.CategoryInfo.Category | Should -Be 'WriteError'
            Get-ChildItem -LiteralPath $small -Force | Should -BeNullOrEmpty
        }
        finally { umount $small }
    }

    It 'a destination that is a file is an error' {
        $sent | Receive-RescaleFile -Destination $source -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -Be 1
        $failed.FullyQualifiedErrorId | Should -Match '^Destination'
    }

    It '-WhatIf receives nothing' {
        $sent | Receive-RescaleFile -Destination (Join-Path $folder 'whatif') -WhatIf | Should -BeNullOrEmpty
        Test-Path (Join-Path $folder 'whatif') | Should -BeFalse
    }

    It 'tells what is in the way at the destination' {
        $sent = Send-RescaleFile (New-RandomFile (Join-Path $folder 'in' 'way.dat') 10)
        $file = New-RandomFile (Join-Path $folder 'way' 'file') 1
        $null = New-Item -ItemType Directory (Join-Path $folder 'way' 'way.dat')
        foreach ($where in $file, (Join-Path $file 'sub')) {
            $sent | Receive-RescaleFile -Destination $where -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'DestinationInvalid,*'
            "$($failed[0])" | Should -Match ([regex]::Escape("'$file' is a file and not a folder"))
        }
        foreach ($conflict in 'Overwrite', 'Skip') {
            $sent | Receive-RescaleFile -Destination (Join-Path $folder 'way') -Conflict $conflict -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'DestinationInvalid,*'
            $failed[0].ErrorDetails.RecommendedAction | Should -Not -Match 'Name a file'
        }
        ($sent | Receive-RescaleFile -Destination (Join-Path $folder 'way') -Conflict Rename).Path | Should -BeLike '*way (2).dat'
    }
}

Describe 'Get-RescaleFile' {
    BeforeAll { $sent = Send-RescaleFile (New-RandomFile (Join-Path $folder 'listed' 'model.inp') 100) }

    It 'lists by name and stops at -First' {
        @(Get-RescaleFile -First 3).Count | Should -Be 3
        (Get-RescaleFile -Name 'MODEL.*').Name | Select-Object -Unique | Should -Be 'model.inp'
        @(Get-RescaleFile -Name 'no such name').Count | Should -Be 0
    }

    It 'lists a folder' {
        (Get-RescaleFile -FolderId $sent.FolderId -Name model.inp).Id | Should -Contain $sent.Id
        { Get-RescaleFile -FolderId nosuch } | Should -Throw -ErrorId 'FolderNotFound,*'
    }

    It 'writes objects of a stable type that the next cmdlet takes' {
        $file = Get-RescaleFile -First 1
        $file.PSTypeNames[0] | Should -Be 'RescaleInterlink.File'
        $file.FileId | Should -Be $file.Id
    }

    It 'an unknown id is one error record' {
        Get-RescaleFile -Id nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }
}
