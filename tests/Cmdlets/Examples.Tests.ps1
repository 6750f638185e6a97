# What the pages show is PowerShell, and names only cmdlets and parameters that there are.

BeforeDiscovery {
    $root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '..' '..'))
    $pages = @('README.md', 'docs', 'examples' | ForEach-Object { Get-ChildItem -LiteralPath (Join-Path $root $_) -Recurse -Filter *.md } |
            ForEach-Object { @{ Page = [IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') } })
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Support.ps1')
    Import-TestedModule
    $known = @{}
    Get-Command -Module RescaleInterlink | ForEach-Object { $known[$_.Name] = $_ }

    # The code of a page: fenced as powershell, or, in the about topics, which are plain text, indented by four columns.
    # Code must parse; a list of commands with what they do beside them need not.
    function Get-Example {
        param([string] $Text, [switch] $Indented)
        if (-not $Indented) {
            return [regex]::Matches($Text, '(?ms)^ *```powershell\r?\n(.*?)^ *```') | ForEach-Object { @{ Code = $_.Groups[1].Value; IsCode = $true } }
        }

        foreach ($block in [regex]::Matches($Text, '(?m)(?:^ {4}.*\r?\n?)+')) {
            # A second column is not code, nor are the brackets of what may be left out.
            $code = $block.Value -replace '(?m)(?<=\S) {2,}.*$' -replace '\[(-\w+)\]', '$1'
            @{ Code = $code; IsCode = $code -ceq $block.Value -and $code -match '^\s*(\$|#|[A-Z]\w+-\w+ )' -and $code -notmatch '(?m)^\s*\S+-\w+,' }
        }
    }

    function Find-Slip {
        param([hashtable] $Example)
        $faults = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseInput($Example.Code, [ref]$null, [ref]$faults)
        if ($Example.IsCode) { foreach ($fault in $faults) { "$($fault.Message) in: $($fault.Extent.StartScriptPosition.Line.Trim())" } }
        $tables = @{}
        foreach ($assignment in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.AssignmentStatementAst] }, $true)) {
            $table = $assignment.Right.Find({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $false)
            if ($table -and $table.Extent.Text -eq $assignment.Right.Extent.Text) { $tables[$assignment.Left.Extent.Text.TrimStart('$')] = @($table.KeyValuePairs.Item1.Extent.Text) }
        }

        foreach ($command in $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $command.GetCommandName()
            if ($name -notmatch '^\w+-Rescale') { continue }
            # A name that is none is told by the other test.
            if (-not ($found = $known[$name])) { continue }
            $names = foreach ($element in $command.CommandElements) {
                if ($element -is [System.Management.Automation.Language.CommandParameterAst]) { $element.ParameterName }
                if ($element -is [System.Management.Automation.Language.VariableExpressionAst] -and $element.Splatted) { $tables[$element.VariablePath.UserPath] }
            }
            foreach ($parameter in $names | Where-Object { $_ }) {
                # By its whole name or an alias: what is cut short today may be ambiguous tomorrow.
                if (-not ($found.Parameters.ContainsKey($parameter) -or $found.Parameters.Values.Aliases -contains $parameter)) { "$name has no parameter -$parameter" }
            }
        }
    }
}

Describe 'The examples' {
    It 'of <Page> parse, and name parameters that there are' -ForEach $pages {
        $text = Get-Content -Raw -LiteralPath (Join-Path $RepositoryRoot $Page)
        $slips = foreach ($example in Get-Example $text -Indented:($Page -like 'docs/about/*')) { Find-Slip $example }
        $slips | Should -BeNullOrEmpty
    }

    It 'and the words of <Page> name cmdlets that there are' -ForEach $pages {
        $text = Get-Content -Raw -LiteralPath (Join-Path $RepositoryRoot $Page)
        [regex]::Matches($text, '\b[A-Z][a-z]+-Rescale[A-Z]\w+').Value | Sort-Object -Unique | Where-Object { -not $known[$_] } | Should -BeNullOrEmpty
    }
}

Describe 'What looks through the examples' {
    It 'finds <Slip>' -ForEach @(
        @{ Text = "``````powershell`nGet-RescaleJob -Nosuch x`n``````"; Slip = 'Get-RescaleJob has no parameter -Nosuch' }
        @{ Text = "``````powershell`n`$o = @{ Command = 'x'; Nosuch = 1 }`nSubmit-RescaleJob @o`n``````"; Slip = 'Submit-RescaleJob has no parameter -Nosuch' }
        @{ Text = "``````powershell`n1 | ForEach-Object { Get-RescaleFile -Sear x }`n``````"; Slip = 'Get-RescaleFile has no parameter -Sear' }
        @{ Text = "``````powershell`nGet-RescaleJob (`n``````"; Slip = '* in: Get-RescaleJob (' }
        @{ Text = "a`n    Get-RescaleFile [-Nosuch]     what it does`nb"; About = $true; Slip = 'Get-RescaleFile has no parameter -Nosuch' }
        @{ Text = "a`n    Get-RescaleFile x |`n        Receive-RescaleFile -Nosuch`n"; About = $true; Slip = 'Receive-RescaleFile has no parameter -Nosuch' }
    ) {
        @(Get-Example $Text -Indented:([bool]$About) | ForEach-Object { Find-Slip $_ })[0] | Should -BeLike $Slip
    }

    It 'takes what is right' {
        Get-Example "``````powershell`n`$o = @{ First = 3 }`nGet-RescaleJob @o -Verbose | Receive-RescaleJob -Destination `$x -WhatIf`n``````" | ForEach-Object { Find-Slip $_ } | Should -BeNullOrEmpty
    }
}
