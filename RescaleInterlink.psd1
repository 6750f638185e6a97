@{
  RootModule = 'module/RescaleInterlink.psm1'
  ModuleVersion = '0.1.0'
  GUID = '3d0f5b9e-6c1a-4f7d-9a52-8e4b7c21d6f0'
  Author = 'RescaleInterlink contributors'
  CompanyName = 'RescaleInterlink contributors'
  Copyright = 'Copyright (c) RescaleInterlink contributors. MIT licence.'
  Description = 'Moves files to and from the Rescale platform and runs jobs there: concurrent, encrypted, verified transfers, job pipelines, and an embedded sandbox to try it all without an account.'
  PowerShellVersion = '7.4'
  CompatiblePSEditions = @('Core')
  FormatsToProcess = @('module/RescaleInterlink.Format.ps1xml')
  TypesToProcess = @('module/RescaleInterlink.Types.ps1xml')
  CmdletsToExport = @(
    'Add-RescaleFileTag'
    'Add-RescaleJobTag'
    'Connect-Rescale'
    'Disconnect-Rescale'
    'Export-RescaleDiagnostic'
    'Export-RescaleJobScript'
    'Export-RescaleJobSpec'
    'Get-RescaleAutomation'
    'Get-RescaleConfiguration'
    'Get-RescaleConnection'
    'Get-RescaleCoreType'
    'Get-RescaleFile'
    'Get-RescaleFileTag'
    'Get-RescaleFolder'
    'Get-RescaleFolderItem'
    'Get-RescaleJob'
    'Get-RescaleJobFile'
    'Get-RescaleJobTag'
    'Get-RescaleRateLimit'
    'Get-RescaleSoftware'
    'Get-RescaleTransfer'
    'Get-RescaleTrash'
    'Get-RescaleUser'
    'Import-RescaleJobScript'
    'Import-RescaleJobSpec'
    'Initialize-RescaleConfiguration'
    'Invoke-RescalePipeline'
    'Move-RescaleFile'
    'New-RescaleFolder'
    'New-RescaleJobSpec'
    'Receive-RescaleFile'
    'Receive-RescaleFolder'
    'Receive-RescaleJob'
    'Remove-RescaleCredential'
    'Remove-RescaleFile'
    'Remove-RescaleFileTag'
    'Remove-RescaleFolder'
    'Remove-RescaleJobTag'
    'Remove-RescaleTransfer'
    'Remove-RescaleTrashItem'
    'Restore-RescaleTrashItem'
    'Resume-RescaleTransfer'
    'Save-RescaleCredential'
    'Send-RescaleFile'
    'Send-RescaleFolder'
    'Set-RescaleConfiguration'
    'Set-RescaleFileTag'
    'Start-RescaleSandbox'
    'Stop-RescaleSandbox'
    'Submit-RescaleJob'
    'Test-RescaleConnection'
    'Test-RescaleFips'
    'Wait-RescaleJob'
  )
  FunctionsToExport = @()
  VariablesToExport = @()
  AliasesToExport = @()
  PrivateData = @{
    PSData = @{
      Tags = @('Rescale', 'HPC', 'Jobs', 'Transfer', 'Upload', 'Download', 'S3', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
    }
  }
}
