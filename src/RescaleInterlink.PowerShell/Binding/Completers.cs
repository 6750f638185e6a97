using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Completion that never prompts and never throws: from what is known on this machine, unless a completer says that it
/// asks the platform, which is then waited for a second at most.</summary>
public abstract class LocalCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        try
        {
            return [.. Candidates(parameterName, AsTyped(fakeBoundParameters, commandAst))
                // A text with control characters cannot be typed, and must not reach the terminal.
                .Where(item => item.Text.Length > 0 && !item.Text.Any(ShownText.IsUnsafe))
                .Where(item => item.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase) || item.ListText.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(item => new CompletionResult(Quote(item.Text), Shown(item.ListText, item.Text), CompletionResultType.ParameterValue, Shown(item.Tip, item.Text)))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A completion list that cannot be made is an empty one: the user is in the middle of typing.
            return [];
        }
    }

    /// <param name="parameterName">The parameter that is being completed.</param>
    /// <param name="boundParameters">What the command line gives already, as far as it is known without running it.</param>
    private protected virtual IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters) => Candidates(parameterName);

    private protected virtual IEnumerable<Candidate> Candidates(string parameterName) => [];

    /// <summary>The shell has read a bare <c>8.0</c> as the number 8; for a version it matters what was typed.</summary>
    private static Hashtable AsTyped(IDictionary bound, CommandAst? command)
    {
        Hashtable typed = new(bound, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < command?.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is not CommandParameterAst parameter)
                continue;
            Ast? argument = parameter.Argument ?? command.CommandElements.ElementAtOrDefault(i + 1);
            string? name = typed.Keys.OfType<string>().FirstOrDefault(key => key.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase));
            if (name is not null && argument is ConstantExpressionAst and not StringConstantExpressionAst)
                typed[name] = argument.Extent.Text;
        }

        return typed;
    }

    /// <summary>The shell takes no empty text here.</summary>
    private static string Shown(string text, string fallback) => ShownText.Escape(string.IsNullOrWhiteSpace(text) ? fallback : text);

    private static string Quote(string text)
        => text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ':' or '\\') && text.Length > 0
            ? text
            : "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";

    private protected readonly record struct Candidate(string Text, string ListText, string Tip);
}

/// <summary>The known platforms and the running sandboxes.</summary>
public sealed class PlatformCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => PlatformAddress.KnownPlatforms.Select(url => new Candidate(url, url, url))
            .Concat(SandboxLauncher.Find().Select(sandbox => new Candidate(sandbox.ApiUrl.AbsoluteUri, sandbox.ApiUrl.AbsoluteUri, sandbox.ToString())));
}

/// <summary>Data folders or process ids of the running sandboxes.</summary>
public sealed class SandboxCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => SandboxLauncher.Find().Select(sandbox => parameterName == "ProcessId"
            ? new Candidate($"{sandbox.ProcessId}", $"{sandbox.ProcessId}", sandbox.Path)
            : new Candidate(sandbox.Path, sandbox.Path, sandbox.ToString()));
}

/// <summary>Jobs this runspace has seen lately; a name completes to the id.</summary>
public sealed class JobCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => RunspaceState.Current.Jobs.Snapshot().Select(job => parameterName == "Name"
            ? new Candidate(job.Name, job.Name, job.Id)
            : new Candidate(job.Id, job.Name, $"{job.Name} ({job.Id})"));
}

/// <summary>Files this runspace has seen lately; a name completes to the id.</summary>
public sealed class FileCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => RunspaceState.Current.Files.Snapshot().Select(file => parameterName == "Name"
            ? new Candidate(file.Name, file.Name, file.Id)
            : new Candidate(file.Id, file.Name, $"{file.Name} ({file.Id})"));
}

/// <summary>The unfinished transfers this machine knows; a name completes to the id.</summary>
public sealed class TransferCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => LocalTransfers.List().Select(transfer => new Candidate(
            transfer.Id, transfer.Name ?? transfer.Id, $"{transfer.Direction} {transfer.LocalPath} ({HumanSize.OfWhole(transfer.BytesDone, transfer.BytesTotal)})"));
}

/// <summary>The statuses a job passes through (interop API 6).</summary>
public sealed class JobStatusCompleter : LocalCompleter
{
    private static readonly string[] Statuses =
        ["Pending", "Queued", "Validated", "Started", "Executing", "Completed", "Stopping", "Stopped", "Failed", "Force Stopped", "Terminated"];

    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => Statuses.Select(status => new Candidate(status, status, status));
}

/// <summary>The user of the connection: whose jobs are asked for most.</summary>
public sealed class OwnerCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters)
        => NamedConnection.Of(boundParameters)?.Email is { } email ? [new Candidate(email, email, email)] : [];
}

/// <summary>The words for starting a job or only creating it (interop files 4.5).</summary>
public sealed class SubmitWordCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => [new("yes", "yes", "Create the job and start it"), new("no", "no", "Create the job only")];
}
