using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Something on the platform that is to be changed, and what is known of it for the question.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsFolder">Else it is a file.</param>
/// <param name="ParentId">The folder that holds it, as far as the caller knows.</param>
/// <param name="Name">Name or path; null when only the id was given.</param>
/// <param name="Size">Bytes; null when they are not known.</param>
/// <param name="Target">What the user gave; the target of its error.</param>
internal sealed record ChosenItem(string Id, bool IsFolder, string? ParentId, string? Name, long? Size, object Target)
{
    public LibraryItem Item => new(Id, IsFolder, ParentId);

    /// <summary>In words that fit a question, as far as they are known without asking.</summary>
    public override string ToString()
        => Name is null ? $"{(IsFolder ? "folder" : "file")} {Id}" : Size is { } size ? $"{Name} ({Id}, {HumanSize.Format(size)})" : $"{Name} ({Id})";
}

/// <summary>
/// A cmdlet that changes many things on the platform. It collects what comes down the pipeline and acts at its end: only then are things of
/// one folder known that go in one call, and what comes from a listing that is still being read must not shift the pages under it.
/// </summary>
public abstract class ChangeCmdlet : RescaleCmdlet
{
    private readonly List<ChosenItem> _chosen = [];
    private FolderPaths? _places;
    private bool _asks;
    private bool _tellsMore;

    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With <c>-WhatIf</c>: then what is said about each thing may cost a call.</summary>
    private protected bool Rehearses { get; private set; }

    protected override void Prepare()
    {
        base.Prepare();
        Rehearses = IsRehearsal;
        bool confirms = MyInvocation.BoundParameters.TryGetValue("Confirm", out object? bound);
        _asks = !Force || Rehearses || confirms;
        _tellsMore = Rehearses || (confirms && bound is SwitchParameter { IsPresent: true });
    }

    /// <summary>Folders by path for what is about to be changed: read afresh, and with names exactly as they are written.</summary>
    private protected FolderPaths Places => _places ??= Session.Library.Listing.Paths.Exactly();

    /// <summary>Runs before the first question, with something chosen; what fails here ends the command.</summary>
    private protected virtual Task BeforeChangeAsync() => Task.CompletedTask;

    private protected void Choose(ChosenItem chosen) => _chosen.Add(chosen);

    /// <summary>What a question calls it.</summary>
    private protected abstract Task<string> DescribeAsync(ChosenItem chosen);

    private protected abstract string Action { get; }

    /// <summary>A file with its name and size. With -WhatIf or -Confirm they are asked for when the id alone is known.</summary>
    private protected async Task<string> DescribeFileAsync(ChosenItem chosen)
    {
        if (chosen.Name is not null || !_tellsMore)
            return chosen.ToString();
        try
        {
            PlatformFile file = await Session.Client.Files.GetAsync(chosen.Id, StopToken);
            return (chosen with { Name = file.Name, Size = file.DecryptedSize }).ToString();
        }
        catch (RescaleException e)
        {
            // Without -WhatIf the change itself says so.
            if (Rehearses)
                await WriteErrorAsync(e, chosen.Target);
            return chosen.ToString();
        }
    }

    /// <summary>Does it to those that were said yes to.</summary>
    private protected abstract Task ChangeAsync(IReadOnlyCollection<ChosenItem> chosen);

    protected override async Task EndProcessingAsync()
    {
        if (_chosen.Count > 0)
            await BeforeChangeAsync();
        var granted = new List<ChosenItem>();
        foreach (ChosenItem chosen in _chosen)
        {
            if (!_asks || await ShouldProcessAsync(await DescribeAsync(chosen), Action))
                granted.Add(chosen);
        }

        if (granted.Count > 0)
            await ChangeAsync(granted);
    }

    /// <summary>Writes an error for each that could not be changed, and says of the others that they are.</summary>
    /// <param name="after">What is done with each that was changed, as soon as it is.</param>
    private protected async Task SettleAsync(IReadOnlyCollection<ChosenItem> chosen, IAsyncEnumerable<SettledItem> settled, string done, Func<ChosenItem, Task>? after = null)
    {
        // The same thing twice is one thing.
        ILookup<string, ChosenItem> byId = chosen.ToLookup(one => one.Id);
        await foreach (SettledItem one in settled)
        {
            ChosenItem first = byId[one.Item.Id].First();
            if (one.Error is not null)
            {
                await WriteErrorAsync(one.Error, first.Target);
                continue;
            }

            PostVerbose($"{first} {done}.");
            if (after is not null)
                await after(first);
        }
    }
}
