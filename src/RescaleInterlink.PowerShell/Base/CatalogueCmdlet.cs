using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that shows a part of the platform's catalogue. The part is listed once for the whole command and written
/// while it arrives; further input is answered from memory.</summary>
/// <typeparam name="T">Record of an entry.</typeparam>
public abstract class CatalogueCmdlet<T> : RescaleCmdlet
{
    private List<T>? _listed;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Search { get; set; }

    private protected abstract string CodeOf(T entry);

    /// <summary>What <see cref="Search"/> looks into beside the code.</summary>
    private protected abstract IEnumerable<string?> TextsOf(T entry);

    private protected abstract IAsyncEnumerable<T> ListAsync();

    /// <summary>What was listed to its end, for completion.</summary>
    private protected abstract void Keep(IReadOnlyList<T> listed);

    /// <summary>What is said of a code that is not in the catalogue.</summary>
    private protected abstract (string ErrorId, string Message) Missing(string code);

    /// <param name="codes">Wildcards; a code without any that the catalogue does not have is an error record.</param>
    /// <param name="write">Writes an entry.</param>
    private protected async Task WriteMatchesAsync(string[] codes, Func<T, Task> write)
    {
        NameFilter filter = new(codes);
        var missing = codes.Where(code => !WildcardPattern.ContainsWildcardCharacters(code)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        await foreach (T entry in EntriesAsync())
        {
            missing.Remove(CodeOf(entry));
            if (filter.Matches(CodeOf(entry)) && IsFound(entry))
                await write(entry);
        }

        foreach (string code in missing)
        {
            (string errorId, string message) = Missing(code);
            await WriteErrorAsync(new RescaleException(errorId, ErrorKind.NotFound, message), code);
        }
    }

    private bool IsFound(T entry) => Search is not { } search
        || TextsOf(entry).Append(CodeOf(entry)).Any(text => text?.Contains(search, StringComparison.CurrentCultureIgnoreCase) == true);

    private async IAsyncEnumerable<T> EntriesAsync()
    {
        if (_listed is not null)
        {
            foreach (T entry in _listed)
                yield return entry;
            yield break;
        }

        List<T> listed = [];
        await foreach (T entry in ListAsync())
        {
            listed.Add(entry);
            yield return entry;
        }

        _listed = listed;
        Keep(listed);
    }
}
