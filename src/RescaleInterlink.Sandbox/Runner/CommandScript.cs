using System.Text;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>The script that a job's command, with its automations, becomes.</summary>
internal static class CommandScript
{
    /// <summary>For <c>/bin/sh</c>. Its exit code is the command's, whatever runs behind it.</summary>
    public static string ForUnix(JobSpecification job, Func<string, RunAutomation?> automations)
    {
        var script = new StringBuilder();
        foreach (var (automation, use) in Find(job, automations, before: true))
            Append(script, automation, use);
        string command = job.Command.ReplaceLineEndings("\n");
        var after = Find(job, automations, before: false).ToList();
        if (after.Count == 0)
            return script.Append(command).Append('\n').ToString();
        // In a shell of its own, so that an 'exit' in it does not skip what follows.
        script.Append("(\n").Append(command).Append("\n)\ncode=$?\n");
        foreach (var (automation, use) in after)
            Append(script, automation, use);
        return script.Append("exit $code\n").ToString();
    }

    /// <summary>For <c>pwsh</c> or <c>cmd</c>; automations are written for <c>sh</c> and are left out.</summary>
    public static string ForWindows(JobSpecification job) => job.Command.ReplaceLineEndings("\r\n") + "\r\n";

    private static IEnumerable<(RunAutomation Automation, JobAutomation Use)> Find(JobSpecification job, Func<string, RunAutomation?> automations, bool before)
        => job.Automations.Select(use => (Automation: automations(use.Id), Use: use)).Where(pair => pair.Automation?.Before == before).Select(pair => (pair.Automation!, pair.Use));

    private static void Append(StringBuilder script, RunAutomation automation, JobAutomation use)
    {
        script.Append("(\n");
        foreach (var (name, value) in use.EnvironmentVariables)
            script.Append(name).Append('=').Append(Quote(value)).Append("; export ").Append(name).Append('\n');
        script.Append(automation.Command).Append("\n)\n");
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
