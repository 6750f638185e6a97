using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>A shell in its own session: the session's leader is the process, and its id is the group's.</summary>
internal sealed partial class UnixCommandProcess : CommandProcess
{
    private const int Terminate = 15;
    private const int Kill = 9;

    /// <summary>Waits for the gate's line; without one (the sandbox was killed before it could write) nothing begins.</summary>
    private const string Gate = "read -r go || exit 125; exec /bin/sh \"$1\" </dev/null >\"$2\" 2>&1";

    private UnixCommandProcess(Process process, string marker)
        : base(process, marker)
    {
    }

    public static UnixCommandProcess Launch(JobRecord job, WorkFolder folder, RunSettings settings)
    {
        string script = Path.Combine(folder.Root, "command.sh");
        Hosting.PrivateFiles.Write(script, Encoding.UTF8.GetBytes(CommandScript.ForUnix(job.Specification, settings.Automations)));
        var (program, arguments) = NewSession();
        var start = new ProcessStartInfo(program, [.. arguments, "/bin/sh", "-c", Gate, "sh", script, folder.Log]) { RedirectStandardInput = true };
        string marker = Guid.NewGuid().ToString("N");
        SetEnvironment(start, job, folder, marker);
        var process = Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
        return new UnixCommandProcess(process, marker);
    }

    public override void Release()
    {
        Process.StandardInput.Write("go\n");
        Process.StandardInput.Close();
    }

    protected override void Ask() => Signal(-Identity.Id, Terminate);

    protected override void Force()
    {
        Signal(-Identity.Id, Kill);
        LeftOverProcesses.KillMarked(Identity.Marker);
    }

    internal static void Signal(int target, int signal) => _ = SendSignal(target, signal);

    internal static void KillGroup(int group) => Signal(-group, Kill);

    internal static void KillOne(int process) => Signal(process, Kill);

    /// <summary>What puts a program into a new session: util-linux's tool, or perl where that is missing (macOS).</summary>
    private static (string Program, string[] Arguments) NewSession()
    {
        if (Programs.Find("setsid") is { } tool)
            return (tool, []);
        return Programs.Find("perl") is { } perl
            ? (perl, ["-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV"])
            : throw new RunFailure("neither 'setsid' nor 'perl' is installed, one of which a job needs");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
