using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.TestCmdlets;

/// <summary>Hangs in one phase until it is stopped, and tells when it hangs and when its body has really ended.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Stall")]
public sealed class TestStallCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true)]
    public string Phase { get; set; } = "";

    [Parameter(Mandatory = true)]
    public ManualResetEventSlim Hanging { get; set; } = null!;

    [Parameter(Mandatory = true)]
    public ManualResetEventSlim Ended { get; set; } = null!;

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    protected override Task BeginProcessingAsync() => HangAsync("Begin");

    protected override Task ProcessRecordAsync()
    {
        if (Phase == "Background")
        {
            StartBackground(_ => HangAsync("Background"));
            return Task.CompletedTask;
        }

        return HangAsync("Process");
    }

    protected override Task EndProcessingAsync() => Phase == "Background" ? WhenBackgroundEndsAsync() : HangAsync("End");

    private async Task HangAsync(string phase)
    {
        if (Phase != phase)
            return;
        try
        {
            Hanging.Set();
            await Task.Delay(Timeout.Infinite, StopToken);
        }
        finally
        {
            // A body that still has something to put away when it is stopped is waited for.
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            Ended.Set();
        }
    }
}
