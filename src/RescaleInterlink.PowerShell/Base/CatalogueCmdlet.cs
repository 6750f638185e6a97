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

    private protected abstract string CodeOf(T entry);

    private protected abstract IAsyncEnumerable<T> ListAsync();

    /// <summary>What was listed to its end, for completion.</summary>
    private protected abstract void Keep(IReadOnlyList<T> listed);

    private protected abstract RescaleException NotFound(string code);

    /// <param name="codes">Wildcards; a code without any that the catalogue does not have is an error record.</param>
    /// <param name="isWanted">Further conditions.</param>
    /// <param name="write">Writes an entry.</param>
    private protected async Task WriteMatchesAsync(string[] codes, Func<T, bool> isWanted, Func<T, Task> write)
    {
        NameFilter filter = new(codes);
        var missing = codes.Where(code => !WildcardPattern.ContainsWildcardCharacters(code)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        await foreach (T entry in EntriesAsync())
        {
            missing.Remove(CodeOf(entry));
            if (filter.Matches(CodeOf(entry)) && isWanted(entry))
                await write(entry);
        }

        foreach (string code in missing)
            await WriteErrorAsync(NotFound(code), code);
    }

    private protected static bool Contains(string? text, string? search)
        => text?.Contains(search!, StringComparison.CurrentCultureIgnoreCase) == true;

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
