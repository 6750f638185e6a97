using System.Text.RegularExpressions;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Pipelines;

/// <summary>The archives of one run: listed, kept when that is asked for, and sent. Jobs of the same folder share them. Thread-safe.</summary>
internal sealed partial class PipelineArchives(SharedUploads uploads, PipelineOptions options)
{
    private readonly Dictionary<string, (SourceIdentity Identity, Task Writing)> _kept = new(StringComparer.Ordinal);

    /// <exception cref="RescaleException">What listing and, if it is kept, writing report.</exception>
    public async Task<FolderArchive> MakeAsync(string folder, string path, CancellationToken cancellationToken)
    {
        var archive = await FolderArchive.CreateAsync(folder, options.Archive, cancellationToken).ConfigureAwait(false);
        if (options.KeepArchives)
            await KeepAsync(archive, path, await archive.Source.GetIdentityAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return archive;
    }

    /// <returns>The id of the file on the platform.</returns>
    public async Task<string> SendAsync(FolderArchive archive, CancellationToken cancellationToken)
    {
        var identity = await archive.Source.GetIdentityAsync(cancellationToken).ConfigureAwait(false);
        return await uploads.SendAsync(new LocalInput(archive.Folder, identity, archive), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a kept archive, if it is one: a file, not a link, of the name that an archive gets (interop files 8).</summary>
    /// <returns>Why it stays, or null.</returns>
    public static RescaleException? Remove(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.LinkTarget is null && ArchiveNames().IsMatch(file.Name))
                file.Delete();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
                $"The archive '{path}' was uploaded, but could not be removed: {exception.Message}", "Remove it by hand.", exception);
        }
    }

    private Task KeepAsync(FolderArchive archive, string path, SourceIdentity identity, CancellationToken cancellationToken)
    {
        lock (_kept)
        {
            _kept.TryGetValue(path, out var earlier);
            if (earlier.Writing is not null && earlier.Identity == identity)
                return earlier.Writing;
            var writing = Task.Run(() => WriteAfterAsync(earlier.Writing, archive, path, cancellationToken), CancellationToken.None);
            _kept[path] = (identity, writing);
            return writing;
        }
    }

    /// <summary>One file is written by one at a time.</summary>
    private static async Task WriteAfterAsync(Task? earlier, FolderArchive archive, string path, CancellationToken cancellationToken)
    {
        if (earlier is not null)
            await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ArchiveFile.WriteAsync(archive, path, cancellationToken).ConfigureAwait(false);
    }

    [GeneratedRegex(@"_[0-9a-f]{8}\.tar(\.gz)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ArchiveNames();
}
