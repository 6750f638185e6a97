# The module against programs that are not ours: rclone or awscli fetch and store, openssl encrypts and decrypts.

BeforeDiscovery {
    $fetchers = @('rclone', 'aws' | Where-Object { Get-Command $_ -CommandType Application -ErrorAction Ignore })
    $missing = @('rclone', 'aws', 'openssl' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) })
    if ($missing) { Write-Host "Not installed, so their interop tests are skipped: $($missing -join ', ')." }
    $noOpenssl = 'openssl' -in $missing
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $api = $sandbox.ApiUrl.AbsoluteUri.TrimEnd('/')
    $headers = @{ Authorization = 'Token ' + [Net.NetworkCredential]::new('', $sandbox.ApiKey).Password }

    # Runs a foreign S3 client with fresh temporary credentials in its environment, never on its command line.
    function Invoke-S3Client {
        param([string] $Program, [string[]] $Arguments)
        $keys = Invoke-RestMethod -Method Post -Uri "$api/api/v3/credentials/" -Headers $headers
        $variables = @{
            AWS_ACCESS_KEY_ID = $keys.accessKey; AWS_SECRET_ACCESS_KEY = $keys.secretKey; AWS_SESSION_TOKEN = $keys.sessionToken
            AWS_DEFAULT_REGION = 'us-east-1'; AWS_EC2_METADATA_DISABLED = 'true'; AWS_CONFIG_FILE = Join-Path $folder 'no-config'
            RCLONE_CONFIG = Join-Path $folder 'rclone.conf'; RCLONE_CONFIG_BOX_TYPE = 's3'; RCLONE_CONFIG_BOX_PROVIDER = 'Other'
            RCLONE_CONFIG_BOX_ENV_AUTH = 'true'; RCLONE_CONFIG_BOX_REGION = 'us-east-1'
            RCLONE_CONFIG_BOX_ENDPOINT = $sandbox.S3Endpoint.AbsoluteUri.TrimEnd('/')
        }
        # What the machine's own settings would change; rclone takes no certificate bundle.
        foreach ($name in 'AWS_CA_BUNDLE', 'AWS_PROFILE', 'AWS_ENDPOINT_URL') { $variables[$name] = [NullString]::Value }
        $before = @{}
        $null = New-Item -ItemType File -Force (Join-Path $folder 'rclone.conf')
        try {
            foreach ($name in $variables.Keys) {
                $before[$name] = [Environment]::GetEnvironmentVariable($name) ?? [NullString]::Value
                [Environment]::SetEnvironmentVariable($name, $variables[$name])
            }
            $output = & $Program @Arguments 2>&1
            if ($LASTEXITCODE -ne 0) { throw "$Program failed: $($output | Out-String)" }
            $output
        }
        finally { foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) } }
    }

    function Copy-FromStore {
        param([string] $Program, [string] $Container, [string] $Key, [string] $Path)
        $null = switch ($Program) {
            'rclone' { Invoke-S3Client rclone 'copyto', "box:$Container/$Key", $Path }
            'aws' { Invoke-S3Client aws '--endpoint-url', $sandbox.S3Endpoint.AbsoluteUri.TrimEnd('/'), 's3', 'cp', "s3://$Container/$Key", $Path }
        }
    }

    function Get-StoredIv {
        param([string] $Container, [string] $Key)
        $head = Invoke-S3Client aws '--endpoint-url', $sandbox.S3Endpoint.AbsoluteUri.TrimEnd('/'), 's3api', 'head-object', '--bucket', $Container, '--key', $Key
        ($head | Out-String | ConvertFrom-Json).Metadata.iv
    }

    function ConvertTo-Hex { param([string] $Base64) [Convert]::ToHexString([Convert]::FromBase64String($Base64)) }

    # Stores ciphertext through another client and registers it over REST, as the platform's own tools do.
    function Register-ForeignFile {
        param([string] $CipherPath, [string] $Name, [byte[]] $Key, [byte[]] $Iv, [long] $Length, [string] $Sha512)
        $settings = (Invoke-RestMethod -Uri "$api/api/v3/users/me/" -Headers $headers).defaultStorage
        $objectKey = "$($settings.connectionSettings.pathBase)/$Name-$([guid]::NewGuid().ToString('N').Substring(0, 22))"
        $null = Invoke-S3Client aws '--endpoint-url', $sandbox.S3Endpoint.AbsoluteUri.TrimEnd('/'), 's3api', 'put-object',
            '--bucket', $settings.connectionSettings.container, '--key', $objectKey, '--body', $CipherPath,
            '--metadata', "iv=$([Convert]::ToBase64String($Iv))"
        $body = @{
            typeId = 1; name = $Name; isUploaded = $true; decryptedSize = $Length
            currentFolderId = (Invoke-RestMethod -Uri "$api/api/v3/users/me/folders/" -Headers $headers).myLibrary
            encodedEncryptionKey = [Convert]::ToBase64String($Key)
            pathParts = @{ container = $settings.connectionSettings.container; path = $objectKey }
            storage = @{ id = $settings.id; storageType = $settings.storageType; encryptionType = $settings.encryptionType; connectionSettings = @{} }
            fileChecksums = @(@{ hashFunction = 'sha512'; fileHash = $Sha512 })
        }
        Invoke-RestMethod -Method Post -Uri "$api/api/v3/files/" -Headers $headers -ContentType application/json -Body (ConvertTo-Json $body -Depth 5)
    }
}

AfterAll { Stop-TestSandbox $sandbox }

Describe 'A file sent by the module' -Skip:$noOpenssl {
    It 'fetched raw by <Program> decrypts with openssl to the original (<Length> bytes, -PreEncrypt:<Older>)' -ForEach @(
        foreach ($program in $fetchers) { foreach ($length in 0, 1000, 16MB, (33MB + 5)) { foreach ($older in $false, $true) { @{ Program = $program; Length = $length; Older = $older } } } }
    ) -Skip:('aws' -notin $fetchers) {
        $source = New-RandomFile (Join-Path $folder "$Program $Length $Older [a].bin") $Length
        $sent = Send-RescaleFile -LiteralPath $source -PreEncrypt:$Older
        $record = Invoke-RestMethod -Uri "$api/api/v3/files/$($sent.Id)/" -Headers $headers
        $cipher = Join-Path $folder "$Program-$Length-$Older.cipher"
        $plain = Join-Path $folder "$Program-$Length-$Older.plain"
        Copy-FromStore $Program $record.pathParts.container $record.pathParts.path $cipher
        $iv = ConvertTo-Hex (Get-StoredIv $record.pathParts.container $record.pathParts.path)
        openssl enc -d -aes-256-cbc -K (ConvertTo-Hex $record.encodedEncryptionKey) -iv $iv -in $cipher -out $plain
        $LASTEXITCODE | Should -Be 0
        Get-Sha512 $plain | Should -Be (Get-Sha512 $source)
        $sent.Sha512 | Should -Be (Get-Sha512 $source)
    }
}

Describe 'An object encrypted by openssl and stored by awscli' -Skip:($noOpenssl -or 'aws' -notin $fetchers) {
    BeforeAll {
        $length = 40MB + 7
        $source = New-RandomFile (Join-Path $folder 'foreign.bin') $length 2
        $sha512 = Get-Sha512 $source
        $key = [byte[]]::new(32)
        $iv = [byte[]]::new(16)
        [Random]::new(3).NextBytes($key)
        [Random]::new(4).NextBytes($iv)
        $cipher = Join-Path $folder 'foreign.cipher'
        openssl enc -aes-256-cbc -K ([Convert]::ToHexString($key)) -iv ([Convert]::ToHexString($iv)) -in $source -out $cipher
        if ($LASTEXITCODE -ne 0) { throw 'openssl failed' }
    }

    It 'is received verified' {
        $record = Register-ForeignFile $cipher 'foreign.bin' $key $iv $length $sha512
        $received = Receive-RescaleFile -Id $record.id -Destination (Join-Path $folder 'good')
        $received.Integrity | Should -Be 'Verified'
        Get-Sha512 $received.FullName | Should -Be $sha512
    }

    It 'with one byte flipped <Where> is refused and leaves nothing behind' -ForEach @(
        @{ Where = 'at the start'; Offset = 0; Id = 'ChecksumMismatch' }
        @{ Where = 'in the middle'; Offset = 20MB; Id = 'ChecksumMismatch' }
        @{ Where = 'in the last block'; Offset = -1; Id = 'DecryptionFailed' }
    ) {
        $flipped = Join-Path $folder 'flipped.cipher'
        Copy-Item -LiteralPath $cipher -Destination $flipped -Force
        $stream = [IO.File]::Open($flipped, 'Open', 'ReadWrite')
        try {
            $position = if ($Offset -lt 0) { $stream.Length + $Offset } else { $Offset }
            $stream.Position = $position
            $byte = $stream.ReadByte()
            $stream.Position = $position
            $stream.WriteByte($byte -bxor 1)
        }
        finally { $stream.Dispose() }
        $record = Register-ForeignFile $flipped 'foreign.bin' $key $iv $length $sha512
        $target = Join-Path $folder "bad $Offset"
        $null = New-Item -ItemType Directory -Force $target
        Receive-RescaleFile -Id $record.id -Destination $target -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        Get-ChildItem -LiteralPath $target -Force | Should -BeNullOrEmpty
    }
}
