using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>
/// pwsh, or cmd where there is none, whose output cmd sends to the log. A job object holds everything the run starts;
/// Windows ends it all when the sandbox is gone, however that came about.
/// </summary>
internal sealed class WindowsCommandProcess : CommandProcess
{
    private readonly WindowsJobObject _job;

    private WindowsCommandProcess(Process process, WindowsJobObject job, string marker)
        : base(process, marker) => _job = job;

    public static WindowsCommandProcess Launch(JobRecord job, WorkFolder folder)
    {
        string? pwsh = Programs.Find("pwsh.exe");
        string script = Path.Combine(folder.Root, pwsh is null ? "command.cmd" : "command.ps1");
        // Without a byte order mark cmd stumbles over nothing, and pwsh reads UTF-8 anyway.
        Hosting.PrivateFiles.Write(script, Encoding.UTF8.GetBytes(CommandScript.ForWindows(job.Specification)));
        string command = pwsh is null ? $"call \"{script}\"" : $"\"{pwsh}\" -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File \"{script}\"";
        string gate = Path.Combine(folder.Root, "gate.cmd");
        Hosting.PrivateFiles.Write(gate, Encoding.UTF8.GetBytes(
            $"@echo off\r\nset RESCALE_GATE=\r\nset /p RESCALE_GATE=\r\nif not defined RESCALE_GATE exit /b 125\r\nset RESCALE_GATE=\r\n{command} <nul >\"{folder.Log}\" 2>&1\r\nexit /b %ERRORLEVEL%\r\n"));
        var start = new ProcessStartInfo("cmd.exe", $"/d /s /c \"\"{gate}\"\"") { RedirectStandardInput = true, CreateNoWindow = true };
        string marker = Guid.NewGuid().ToString("N");
        SetEnvironment(start, job, folder, marker);
        var process = Process.Start(start) ?? throw new InvalidOperationException("cmd did not start.");
        var jobObject = new WindowsJobObject();
        jobObject.Add(process);
        return new WindowsCommandProcess(process, jobObject, marker);
    }

    public override void Release()
    {
        Process.StandardInput.Write("go\r\n");
        Process.StandardInput.Close();
    }

    public override void Dispose()
    {
        _job.Dispose();
        base.Dispose();
    }

    /// <summary>Windows has no way to ask a console program that it would hear.</summary>
    protected override void Ask() => Force();

    protected override void Force()
    {
        try
        {
            _job.Terminate();
        }
        catch (Win32Exception)
        {
            // All of it has ended.
        }
    }
}
