using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>
/// Paths of folders on the platform, one level at a time. A level that is not remembered is asked for; the prompt waits a moment for it and
/// no longer. What comes later is there for the next try. It never prompts and never throws.
/// </summary>
public sealed class FolderPathCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What nobody waits for any more is not asked for ever.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string word = wordToComplete.Trim('\'', '"');
            // Somebody who types an id wants no path.
            if (word.Length > 0 && !FolderPath.IsPath(word))
                return [];
            if (NamedConnection.Of(fakeBoundParameters) is not { IsOpen: true } connection)
                return [];
            // A slash that is part of a name has a backslash before it.
            int end = word.Length;
            while (end > 0 && !(word[end - 1] == '/' && (end < 2 || word[end - 2] != '\\')))
                end--;
            string folder = end == 0 ? "/" : word[..end];
            return [.. Children(connection.Session, folder)
                // A name that would not look like what it is cannot be chosen by looking.
                .Where(place => !string.IsNullOrWhiteSpace(place.Name) && place.Path!.StartsWith(word, StringComparison.OrdinalIgnoreCase) && !place.Path.Any(ShownText.IsUnsafe))
                .OrderBy(place => place.Name, StringComparer.OrdinalIgnoreCase)
                .Select(place => new CompletionResult(Quote(place.Path!), place.Name!, CompletionResultType.ParameterValue, $"{place.Path} ({place.Id})"))];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A completion list that cannot be made is an empty one: the user is in the middle of typing.
            return [];
        }
    }

    private static IReadOnlyList<FolderPlace> Children(RescaleSession session, string folder)
    {
        Task<IReadOnlyList<FolderPlace>> asking = Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(Limit);
            return await session.Library.Listing.Paths.GetChildrenAsync(folder, limit.Token);
        });
        // Its failure is no news to somebody who has typed on.
        asking.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return Task.WaitAny([asking], Patience) == 0 && asking.IsCompletedSuccessfully ? asking.Result : [];
    }

    private static string Quote(string text)
        => text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or '/') ? text : "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";
}
