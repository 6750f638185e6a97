BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    $folder, $sandbox, $connection = Start-TestSession
    $basic = Get-BasicJob

    # A tree of runs with a template; the names have what names can have.
    function New-RunTree {
        param([string] $Name, [string[]] $Run, [string] $Command = 'cat in_1.txt')
        $tree = (New-Item -ItemType Directory (Join-Path $folder "$Name [1] ü")).FullName
        foreach ($one in $Run) {
            $made = (New-Item -ItemType Directory (Join-Path $tree $one)).FullName
            Set-Content -LiteralPath (Join-Path $made 'in_1.txt') $one
        }
        $template = Join-Path $tree 'template.csv'
        [pscustomobject]@{
            Directory = ''; JobName = 'DOE_1'; AnalysisCode = 'user_included'; Command = $Command; CoreType = 'emerald'; CoresPerSlot = 1
            WalltimeHours = 1.5; Slots = 1; LicenseSettings = '{"LM":"27000@lic"}'; Tags = 'a,b'
        } | Export-Csv -LiteralPath $template -Encoding utf8BOM
        [pscustomobject]@{ Folder = $tree; Template = $template }
    }

    $columns = 'Directory,JobName,AnalysisCode,AnalysisVersion,Command,CoreType,CoresPerSlot,WalltimeHours,Slots,LicenseSettings,ExtraInputFileIDs,OnDemandLicenseSeller,ProjectID,OrgCode,Tags,NoDecompress,IsLowPriority,Submit,TarSubpath'
}

AfterAll { Stop-TestSession $sandbox }

Describe 'New-RescaleJobTable' {
    It 'makes rows that Export-Csv writes as every reader of such tables expects them' {
        $tree = New-RunTree columns 'Run_1', 'Run_2', 'Run_10'
        $rows = New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder
        $rows[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobRow'
        $rows.JobName | Should -Be 'DOE_1', 'DOE_10', 'DOE_2'
        (New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder -NaturalOrder).JobName | Should -Be 'DOE_1', 'DOE_2', 'DOE_10'
        $csv = Join-Path $tree.Folder 'jobs.csv'
        $rows | Export-Csv -LiteralPath $csv -UseQuotes AsNeeded
        (Get-Content -LiteralPath $csv)[0] | Should -Be $columns
        $read = Import-RescaleJobSpec -LiteralPath $csv
        $read.JobName | Should -Be $rows.JobName
        ($read[0].Directory, $read[0].WalltimeHours, $read[0].LicenseSettings, ($read[0].Tag -join '+')) | Should -Be $rows[0].Directory, 1.5, '{"LM":"27000@lic"}', 'a+b'
        $rows | Format-Table | Out-String -Width 300 | Should -Match 'DOE_10 +emerald +1 +1.5 +cat in_1.txt'
    }

    It 'lets commands follow the numbers, and the rows be submitted as they are' {
        $tree = New-RunTree iterate 'Run_007', 'Run_8' -Command 'cat in_1.txt && echo number 9 > out_1.txt'
        $rows = New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder -IterateCommand
        $rows.Command | Should -Be 'cat in_7.txt && echo number 9 > out_7.txt', 'cat in_8.txt && echo number 9 > out_8.txt'
        foreach ($row in $rows) { Rename-Item -LiteralPath (Join-Path $row.Directory 'in_1.txt') ($row.Command -replace '^cat (\S+).*', '$1') }
        $jobs = $rows | Submit-RescaleJob
        ($jobs.Name | Sort-Object) | Should -Be 'DOE_7', 'DOE_8'
        # The archive is unpacked into a folder of its own name.
        ($jobs | ForEach-Object { Get-RescaleJobTag $_.JobId } | ForEach-Object Tag | Sort-Object -Unique) | Should -Be 'a', 'b'
    }

    It 'goes through a pipeline from tree to results' {
        $tree = New-RunTree whole 'Run_1', 'Run_2' -Command 'cat */in_1.txt > out.txt'
        $results = Join-Path $tree.Folder 'results'
        $done = New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder | Invoke-RescalePipeline -Destination $results -PollIntervalSeconds 1
        $done.Succeeded | Should -Be $true, $true
        foreach ($one in $done) { Get-Content -LiteralPath (Join-Path $one.Destination 'out.txt') | Should -Be (Split-Path $one.Directory -Leaf) }
    }

    It 'searches part directories, by wildcards too, and nested patterns' {
        $tree = New-RunTree parts 'P_1/Sim/Run_1', 'P_2/Sim/Run_1', 'P_3/Run_1'
        Push-Location -LiteralPath $tree.Folder
        try {
            (New-RescaleJobTable template.csv Run_* -PartDirectory ./P_* -RunSubpath Sim -WarningVariable warned -WarningAction SilentlyContinue).JobName | Should -Be 'DOE_1_P_1', 'DOE_1_P_2'
            "$warned" | Should -Match 'P_3'
            (New-RescaleJobTable template.csv 'P_[12]/Sim/Run_*').JobName | Should -Be 'DOE_1_P_1', 'DOE_1_P_2'
            (New-RescaleJobTable template.csv P_*/Run_* -ValidationPattern in_?.txt).JobName | Should -Be 'DOE_1_P_3'
        }
        finally { Pop-Location }
    }

    It 'takes a specification or a row as its template, and tells what a row has no column for' {
        $tree = New-RunTree objects 'Run_1'
        $spec = New-RescaleJobSpec x @basic -Command y -InputFileId abcdef
        (New-RescaleJobTable $spec Run_* -Path $tree.Folder -WarningVariable warned -WarningAction SilentlyContinue).JobName | Should -Be 'x_1'
        "$warned" | Should -Match 'InputFileId'
        (New-RescaleJobTable (Import-Csv -LiteralPath $tree.Template) Run_* -Path $tree.Folder).JobName | Should -Be 'DOE_1'
        (New-RescaleJobTable $spec Run_* -Path $tree.Folder -IterateCommand -WarningVariable warned -WarningAction SilentlyContinue).Command | Should -Be 'y'
        "$warned" | Should -Match 'looks like the number of a run'
    }

    It 'says what is wrong with a template, a pattern, or names' {
        $tree = New-RunTree wrong 'Run_1', 'Run_01'
        $semicolons = Join-Path $tree.Folder 'semicolons.csv'
        Import-Csv -LiteralPath $tree.Template | Export-Csv -LiteralPath $semicolons -Delimiter ';'
        { New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder } | Should -Throw -ErrorId 'JobTableInvalid,*'
        (New-RescaleJobTable $tree.Template Run_* -Path $tree.Folder -AllowDuplicateName).Count | Should -Be 2
        { New-RescaleJobTable $semicolons Run_* -Path $tree.Folder } | Should -Throw '*semicolons*'
        { New-RescaleJobTable (Join-Path $tree.Folder none.csv) Run_* } | Should -Throw -ErrorId 'SourceNotFound,*'
        { New-RescaleJobTable $tree.Template None_* -Path $tree.Folder } | Should -Throw -ErrorId 'SourceNotFound,*'
        { New-RescaleJobTable $tree.Template 'Run_[' -Path $tree.Folder } | Should -Throw -ErrorId 'JobTableInvalid,*'
        { New-RescaleJobTable 42 Run_* -Path $tree.Folder } | Should -Throw -ErrorId 'JobTableInvalid,*'
    }
}

Describe 'Test-RescaleCommandPattern' {
    It 'shows what becomes of a command' {
        $preview = Test-RescaleCommandPattern 'python3 solve.py data_01.inp --port 8080' -Index 5, 100
        $preview[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.CommandPreview'
        $preview.Result | Should -Be 'python3 solve.py data_05.inp --port 8080', 'python3 solve.py data_100.inp --port 8080'
        $preview[0].Match | Should -Be 'data_01.inp'
        $preview[0].Number | Should -Be '01'
        (Test-RescaleCommandPattern '').Count | Should -Be 5
        $preview | Format-Table | Out-String | Should -Match '100 +python3'
    }

    It 'takes rows of a table' {
        ([pscustomobject]@{ Command = 'run_1.sh' }, [pscustomobject]@{ Command = 'run.sh' } | Test-RescaleCommandPattern -Index 2).Result | Should -Be 'run_2.sh', 'run.sh'
    }
}

Describe 'Find-RescaleJobInput' {
    It 'gives jobs their names and files all the way into a specification and its file' {
        $place = (New-Item -ItemType Directory (Join-Path $folder 'scan [x]/inputs')).FullName
        foreach ($name in 'a.inp', 'b.inp', 'c.inp', 'a.mesh', 'c.mesh', '../common.cfg') { Set-Content -LiteralPath (Join-Path $place $name) $name }
        $inputs = Find-RescaleJobInput inputs/*.inp *.mesh, ../common.cfg:optional, *.none:optional -Path (Split-Path $place) -JobName wing -ErrorVariable failed -ErrorAction SilentlyContinue
        $inputs[0].PSTypeNames[0] | Should -Be 'RescaleInterlink.JobInput'
        $inputs.JobName | Should -Be 'wing_1', 'wing_2'
        ($inputs[1].InputFile | Split-Path -Leaf) | Should -Be 'c.inp', 'c.mesh', 'common.cfg'
        ($inputs[1].MissingFile | Split-Path -Leaf) | Should -Be 'c.none'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'SourceNotFound,*'
        "$($failed[0])" | Should -Match 'b\.mesh'
        $inputs | Format-Table | Out-String -Width 300 | Should -Match 'wing_1 .*a\.inp +3 +1'
        $json = Join-Path $folder 'scan.json'
        $inputs | New-RescaleJobSpec @basic -Command 'cat *' | Export-RescaleJobSpec $json
        (Import-RescaleJobSpec $json)[1].InputFile | Should -Be $inputs[1].InputFile
    }

    It 'finds nothing with one error' {
        { Find-RescaleJobInput *.none -Path $folder } | Should -Throw -ErrorId 'SourceNotFound,*'
    }
}
