using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Permanent removal: records first, so that nothing points at an object that is gone.</summary>
internal sealed class Removal(Store store, ObjectStorages objects)
{
    /// <summary>The files, and the folders with all that is beneath them.</summary>
    public Task RemoveAsync(IReadOnlyList<FileRecord> files, IReadOnlyList<FolderRecord> folders)
    {
        var removed = store.Change(transaction => Remove(transaction, files, folders));
        return DeleteObjectsAsync(removed);
    }

    public Task RemoveJobAsync(JobRecord job)
    {
        var removed = store.Change(transaction =>
        {
            transaction.Delete(job);
            return transaction.FindFolder(job.FolderId) is { } folder
                ? Remove(transaction, transaction.FilesOfJob(job.Id), [folder])
                : Remove(transaction, transaction.FilesOfJob(job.Id), []);
        });
        return DeleteObjectsAsync(removed);
    }

    private static HashSet<FileRecord> Remove(Store.Transaction transaction, IReadOnlyList<FileRecord> files, IReadOnlyList<FolderRecord> folders)
    {
        HashSet<FileRecord> gone = [.. files];
        Queue<FolderRecord> left = new(folders);
        while (left.TryDequeue(out var folder))
        {
            transaction.Delete(folder);
            gone.UnionWith(transaction.FilesIn(folder.Id));
            foreach (var inner in transaction.FoldersIn(folder.Id))
                left.Enqueue(inner);
        }

        foreach (var file in gone)
            transaction.Delete(file);
        return gone;
    }

    /// <summary>What no file names any more goes, whether or not the client still waits for it.</summary>
    private async Task DeleteObjectsAsync(IEnumerable<FileRecord> files)
    {
        // Another file may have been registered with the same object; it keeps it.
        foreach (var file in files.Where(file => !store.IsNamed(file)))
            await objects.Of(file).DeleteAsync(file.Container, file.Path, CancellationToken.None);
    }
}
