using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.TestCmdlets;

/// <summary>An object of the test cmdlets.</summary>
public sealed record Number(int Value, int ThreadId) : IShellObject
{
    static string IShellObject.TypeName => "RescaleInterlink.TestNumber";
}

/// <summary>Uses every stream from a body that runs on other threads than the shell's.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Stream", SupportsShouldProcess = true)]
public sealed class TestStreamCommand : AsyncCmdlet
{
    [Parameter]
    public int Count { get; set; } = 3;

    /// <summary>Name of the exception the body ends with.</summary>
    [Parameter]
    public string Throw { get; set; } = "";

    [Parameter]
    public ManualResetEventSlim? Ended { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        try
        {
            await Task.Yield();
            PostVerbose("verbose");
            PostDebug("debug");
            PostWarning("warning");
            PostInformation("information");
            await WriteErrorAsync(new RescaleException(ErrorIds.FileNotFound, ErrorKind.NotFound, "no such file", "look again"), "target");
            if (await ShouldProcessAsync("thing", "Do"))
            {
                for (int i = 1; i <= Count; i++)
                    await WriteAsync(new Number(i, Environment.CurrentManagedThreadId));
            }

            if (Throw == "Rescale")
                throw new RescaleException(ErrorIds.DiskFull, ErrorKind.DiskFull, "the disk is full", "make room");
            if (Throw == "Unexpected")
                throw new InvalidOperationException("unexpected, with Authorization: Token 0123456789abcdef0123456789abcdef01234567");
        }
        finally
        {
            Ended?.Set();
        }
    }
}
