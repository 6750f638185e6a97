# Loads the cmdlets into a private load context (see src/RescaleInterlink.Loader), so that other modules in this
# process may bring any version of any library the cmdlets use.

$ErrorActionPreference = 'Stop'

$loader = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'RescaleInterlink.Loader.dll')
$cmdlets = [System.IO.Path]::Combine($PSScriptRoot, 'bin', 'core', 'RescaleInterlink.PowerShell.dll')

if (-not ('RescaleInterlink.Loader.LoadContext' -as [type])) {
    if (-not [System.IO.File]::Exists($loader)) {
        throw "RescaleInterlink is not built: '$loader' is missing. Run ./build.sh (or ./build.ps1) in the checkout first."
    }

    # LoadFrom rather than Add-Type: the latter loads a whole module first, which costs import time.
    [void][System.Reflection.Assembly]::LoadFrom($loader)
}

$assembly = [RescaleInterlink.Loader.LoadContext]::Load($cmdlets)
$imported = Import-Module -Assembly $assembly -PassThru

# When an assembly was imported before in this process, Import-Module finds it in its cache and does not add its
# cmdlets to the module that is being loaded now (PowerShell/PowerShell#20710). They are added by hand then.
$self = $ExecutionContext.SessionState.Module
if ($self -and $imported) {
    $flags = [System.Reflection.BindingFlags]'Instance, NonPublic'
    $addCmdlet = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', $flags)
    $addAlias = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedAlias', $flags)
    $known = $self.ExportedCmdlets
    foreach ($cmdlet in $imported.ExportedCmdlets.Values) {
        if ($addCmdlet -and -not $known.ContainsKey($cmdlet.Name)) {
            [void]$addCmdlet.Invoke($self, @(, $cmdlet))
        }
    }
    foreach ($alias in $imported.ExportedAliases.Values) {
        if ($addAlias) {
            [void]$addAlias.Invoke($self, @(, $alias))
        }
    }
}
