using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Library;

/// <summary>The unfinished transfers as far as this machine knows them: no connection is needed.</summary>
public static class LocalTransfers
{
    /// <summary>The checkpoints of this user, of every platform.</summary>
    /// <exception cref="RescaleException">TransferStateUnreadable.</exception>
    public static IReadOnlyList<UnfinishedTransfer> List() => [.. Folder.List().Select(FileLibrary.Describe)];

    /// <summary>Deletes what lies here of a transfer: a download's partial file, and the checkpoint. What the storage holds of an upload stays.</summary>
    /// <returns>False when this machine does not know it.</returns>
    /// <exception cref="RescaleException">TransferInUse, TransferStateUnwritable, DestinationUnwritable.</exception>
    public static Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) => Folder.RemoveAsync(
        id,
        static stored =>
        {
            DeletePartialFile(stored);
            return Task.CompletedTask;
        },
        cancellationToken);

    internal static CheckpointFolder Folder => new(Path.Combine(StateFolder.Path, "transfers"));

    /// <summary>Deletes what a download has received, if that is known.</summary>
    /// <exception cref="RescaleException">DestinationUnwritable.</exception>
    internal static void DeletePartialFile(StoredTransfer stored)
    {
        if (stored is not { Problem: null, PartialFile: { } partial })
            return;
        try
        {
            File.Delete(partial);
        }
        catch (DirectoryNotFoundException)
        {
            // The folder is gone, and the partial file with it.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(
                ErrorIds.DestinationUnwritable, ErrorKind.LocalFile, $"The partial file '{partial}' cannot be deleted: {e.Message}", "Check your permissions there.", e);
        }
    }
}
