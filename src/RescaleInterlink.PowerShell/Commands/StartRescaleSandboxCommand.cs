using System.Management.Automation;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Starts a small Rescale on this machine, or returns the one that already runs on the folder.</summary>
[Cmdlet(VerbsLifecycle.Start, "RescaleSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(SandboxItem))]
public sealed class StartRescaleSandboxCommand : AsyncCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    [Parameter]
    public SandboxStorage StorageType { get; set; }

    [Parameter]
    public SandboxStorage OutputStorage { get; set; }

    [Parameter]
    public SwitchParameter Https { get; set; }

    [Parameter]
    [ValidateRange(1, 1024)]
    public int MaxRunningJobs { get; set; }

    [Parameter]
    [ValidateRange(0.001, 1000000.0)]
    public double RateLimitScale { get; set; }

    [Parameter]
    public SwitchParameter AllowFault { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        string? path = Path is null ? null : await InvokeAsync(() => PathResolver.Literal(this, Path));
        if (!await ShouldProcessAsync(path ?? "the default folder", "Start a Rescale sandbox"))
            return;

        var options = new SandboxOptions
        {
            Path = path,
            Port = IsBound(nameof(Port)) ? Port : null,
            StorageType = IsBound(nameof(StorageType)) ? StorageType : null,
            OutputStorage = IsBound(nameof(OutputStorage)) ? OutputStorage : null,
            Https = Https,
            MaxRunningJobs = IsBound(nameof(MaxRunningJobs)) ? MaxRunningJobs : null,
            RateLimitScale = IsBound(nameof(RateLimitScale)) ? RateLimitScale : null,
            AllowFaults = AllowFault,
        };
        await WriteAsync(new SandboxItem(await SandboxLauncher.StartAsync(ProgramPath(), options, StopToken)));
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    // module/bin/core/RescaleInterlink.PowerShell.dll and module/bin/sandbox/RescaleInterlink.Sandbox.dll
    private static string ProgramPath()
    {
        string core = System.IO.Path.GetDirectoryName(typeof(StartRescaleSandboxCommand).Assembly.Location)!;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(core, "..", "sandbox", "RescaleInterlink.Sandbox.dll"));
    }
}
