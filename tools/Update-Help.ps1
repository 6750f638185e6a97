#Requires -Version 7.4
<#
.SYNOPSIS
    Makes the help that Get-Help shows from its source, the markdown in docs/.
.PARAMETER MarkdownPath
    Folder of the cmdlet pages; the about topics are expected in the folder `about` beside it.
.PARAMETER OutputPath
    Folder that gets the MAML and the about topics: module/en-US, which is tracked, so that a build needs no platyPS.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $MarkdownPath,
    [Parameter(Mandatory)] [string] $OutputPath
)

$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS

$null = New-Item -ItemType Directory -Force $OutputPath
$work = Join-Path ([IO.Path]::GetTempPath()) ('rescale-help-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
try {
    $pages = Get-ChildItem -LiteralPath $MarkdownPath -Filter *.md | Sort-Object Name | ForEach-Object FullName
    $null = Import-MarkdownCommandHelp -LiteralPath $pages | Export-MamlCommandHelp -OutputFolder $work
    foreach ($made in Get-ChildItem -LiteralPath $work -Recurse -Filter *-Help.xml) {
        # One kind of line end, whatever the system, so that a difference is a difference.
        $text = [IO.File]::ReadAllText($made.FullName).Replace("`r`n", "`n").TrimEnd() + "`n"
        # platyPS leaves an example's code in its introduction, fences and all; Get-Help has a place for it.
        $text = [regex]::Replace($text, '(?s)<maml:introduction>\s*<maml:para>```powershell\n(.*?)\n```</maml:para>\s*(?:<maml:para>&#x80;</maml:para>\s*)?(.*?)</maml:introduction>\s*<dev:code />\s*<dev:remarks />',
            "<dev:code>`$1</dev:code>`n        <dev:remarks>`n          `$2</dev:remarks>")
        $text = [regex]::Replace($text, '\s*<maml:navigationLink>\s*<maml:linkText>Online Version</maml:linkText>\s*<maml:uri />\s*</maml:navigationLink>', '')
        [IO.File]::WriteAllText((Join-Path $OutputPath $made.Name), $text)
    }
}
finally {
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction Ignore
}

# The about topics are written so that they read well as plain text.
$about = Join-Path (Split-Path ([IO.Path]::GetFullPath($MarkdownPath, $PWD.ProviderPath))) 'about'
foreach ($page in Get-ChildItem -LiteralPath $about -Filter about_*.md) {
    $text = [IO.File]::ReadAllText($page.FullName).Replace("`r`n", "`n")
    [IO.File]::WriteAllText((Join-Path $OutputPath ($page.BaseName + '.help.txt')), $text)
}
