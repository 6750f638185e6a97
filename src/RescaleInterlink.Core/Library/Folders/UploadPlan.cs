using System.Runtime.CompilerServices;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Folders;

/// <summary>
/// The plan of one folder's upload. A walk writes what it meets into a bounded channel and starts the making of folders, parents first;
/// the reader waits for a file's folder and gets the file. So folders are made several at once, and memory holds what lies in the channel.
/// </summary>
/// <param name="parentId">Of the folder that gets it.</param>
/// <param name="claim">False when this command already sends a folder to that place.</param>
internal sealed class UploadPlan(FoldersClient client, FolderUploadOptions options, Func<string, Task<ChangePermission>> permit, string parentId, Func<string, string, bool> claim)
{
    /// <summary>Entries that the walk is ahead of the reader.</summary>
    public const int LookAhead = 256;

    private readonly Channel<Met> _met = Channel.CreateBounded<Met>(new BoundedChannelOptions(LookAhead) { SingleReader = true, SingleWriter = true });
    // A folder's entry lives as long as the walk or a waiting file still needs the folder.
    private readonly ConditionalWeakTable<LocalFolder, Task<RemoteFolder>> _remote = [];
    private readonly HashSet<Exception> _told = [];

    /// <param name="Folder">Its place on the platform; null for a step that needs none.</param>
    private readonly record struct Met(LocalEntry Entry, Task<RemoteFolder>? Folder);

    public async IAsyncEnumerable<FolderStep> RunAsync(string localFolder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tree = new LocalTree(options.Filter, options.IncludeHidden, options.SymbolicLinks);
        var top = tree.Open(localFolder);
        SafeFileName.RequirePlain(top.Name);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var folders = new RemoteFolders(client, permit);
        var place = await FindTopAsync(folders, top.Name, stop.Token).ConfigureAwait(false);
        // Reading a folder blocks its thread.
        var walk = Task.Run(() => WalkAsync(tree, top, place, folders, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var met in _met.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await StepAsync(met).ConfigureAwait(false) is { } step)
                    yield return step;
            }
        }
        finally
        {
            // Whoever stops reading early ends the walk, and nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await walk.ConfigureAwait(false);
            await folders.WhenIdleAsync().ConfigureAwait(false);
        }
    }

    /// <returns>How to get the top's folder once it is needed.</returns>
    private async Task<Func<Task<RemoteFolder>>> FindTopAsync(RemoteFolders folders, string name, CancellationToken cancellationToken)
    {
        if (!claim(parentId, name))
            throw Exists($"Another folder of this command is already sent to '{name}' there.", "Send them into different folders.");
        if (await folders.FindAsync(parentId, name, cancellationToken).ConfigureAwait(false) is not { } id)
            return () => folders.CreateAsync(parentId, name, "", cancellationToken);
        if (options.Conflict == FolderConflict.Error)
            throw Exists($"The platform already has a folder '{name}' there ({id}).", "Choose with -Conflict what becomes of it: Merge, Skip, Overwrite or Rename.");
        return () => folders.LoadAsync(id, cancellationToken);
    }

    /// <summary>Ends the channel in any case; a failure goes to the reader with it.</summary>
    private async Task WalkAsync(LocalTree tree, LocalFolder top, Func<Task<RemoteFolder>> place, RemoteFolders folders, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var entry in tree.Walk(top))
            {
                cancellationToken.ThrowIfCancellationRequested();
                switch (entry)
                {
                    // Folders that are there for a file only wait for one.
                    case LocalEntry.FolderFound { Folder: var folder }:
                        if (folder.Verdict == TreeVerdict.Taken)
                            await PlaceAsync(folder, place, folders, cancellationToken).ConfigureAwait(false);
                        break;
                    case LocalEntry.FileFound file:
                        var remote = await PlaceAsync(file.Folder, place, folders, cancellationToken).ConfigureAwait(false);
                        await _met.Writer.WriteAsync(new Met(file, remote), cancellationToken).ConfigureAwait(false);
                        break;
                    default:
                        await _met.Writer.WriteAsync(new Met(entry, null), cancellationToken).ConfigureAwait(false);
                        break;
                }
            }

            _met.Writer.Complete();
        }
        catch (Exception e)
        {
            _met.Writer.Complete(e);
        }
    }

    /// <summary>The folder's place on the platform, started at its first use, after those above it.</summary>
    private async Task<Task<RemoteFolder>> PlaceAsync(LocalFolder folder, Func<Task<RemoteFolder>> top, RemoteFolders folders, CancellationToken cancellationToken)
    {
        if (_remote.TryGetValue(folder, out var known))
            return known;
        Task<RemoteFolder> remote;
        if (folder.Parent is null)
        {
            remote = top();
        }
        else
        {
            var above = await PlaceAsync(folder.Parent, top, folders, cancellationToken).ConfigureAwait(false);
            remote = EnsureAsync(folders, above, folder, cancellationToken);
        }

        _remote.Add(folder, remote);
        await _met.Writer.WriteAsync(new Met(new LocalEntry.FolderFound(folder), remote), cancellationToken).ConfigureAwait(false);
        return remote;
    }

    private static async Task<RemoteFolder> EnsureAsync(RemoteFolders folders, Task<RemoteFolder> above, LocalFolder folder, CancellationToken cancellationToken)
        => await folders.EnsureAsync(await above.ConfigureAwait(false), folder.Name, folder.RelativePath, cancellationToken).ConfigureAwait(false);

    /// <returns>Null when there is nothing to say.</returns>
    private async Task<FolderStep?> StepAsync(Met met)
    {
        RemoteFolder? remote = null;
        try
        {
            if (met.Folder is not null)
                remote = await met.Folder.ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            // The same failure comes back from every folder beneath, and is told once.
            return met.Entry is LocalEntry.FileFound lost ? new FolderStep.NotReached(lost.Path)
                : _told.Add(e) ? new FolderStep.Failed(((LocalEntry.FolderFound)met.Entry).Folder.Path, e)
                : null;
        }

        if (ReferenceEquals(remote, RemoteFolder.Declined))
            return null;
        return met.Entry switch
        {
            LocalEntry.FolderFound { Folder: var folder } => new FolderStep.FolderReady(folder.RelativePath, remote!.Id, remote.IsNew),
            LocalEntry.FileFound file => new FileToSend(file.Path, file.Name, file.RelativePath, file.Length, remote!, options.Conflict),
            LocalEntry.Fault fault => new FolderStep.Failed(fault.Path, fault.Error),
            LocalEntry.LeftOut left => new FolderStep.LeftOut(left.Text, left.IsWarning),
            _ => throw new InvalidOperationException($"A walk meets no {met.Entry.GetType().Name}."),
        };
    }

    private static RescaleException Exists(string message, string action) => new(ErrorIds.FolderAlreadyExists, ErrorKind.AlreadyExists, message, action);
}
