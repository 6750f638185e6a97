using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Stops a sandbox of this user, and the jobs it runs. Its data folder stays.</summary>
[Cmdlet(VerbsLifecycle.Stop, "RescaleSandbox", SupportsShouldProcess = true)]
public sealed class StopRescaleSandboxCommand : AsyncCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SandboxCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SandboxCompleter))]
    public int ProcessId { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        string? path = Path is null ? null : await InvokeAsync(() => PathResolver.Literal(this, Path));
        object? target = (object?)path ?? (ProcessId == 0 ? null : ProcessId);
        try
        {
            SandboxInstance sandbox = SandboxSelection.Single(SandboxLauncher.Find(), path, ProcessId == 0 ? null : ProcessId);
            if (await ShouldProcessAsync(sandbox.ToString(), "Stop"))
                await SandboxLauncher.StopAsync(sandbox, StopToken);
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, target);
        }
    }
}
