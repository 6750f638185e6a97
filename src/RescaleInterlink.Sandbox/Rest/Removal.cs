using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Permanent removal: records first, so that nothing points at an object that is gone.</summary>
internal sealed class Removal(Store store, ObjectRepository objects)
{
    /// <summary>The files, and the folders with all that is beneath them.</summary>
    public void Remove(IReadOnlyList<FileRecord> files, IReadOnlyList<FolderRecord> folders)
    {
        var removed = store.Change(transaction => Remove(transaction, files, folders));
        DeleteObjects(removed);
    }

    public void RemoveJob(JobRecord job)
    {
        var removed = store.Change(transaction =>
        {
            transaction.Delete(job);
            return transaction.FindFolder(job.FolderId) is { } folder
                ? Remove(transaction, transaction.FilesOfJob(job.Id), [folder])
                : Remove(transaction, transaction.FilesOfJob(job.Id), []);
        });
        DeleteObjects(removed);
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

    private void DeleteObjects(IEnumerable<FileRecord> files)
    {
        // Another file may have been registered with the same object; it keeps it.
        foreach (var file in files.Where(file => !store.IsNamed(file.Container, file.Path)))
            objects.Delete(file.Container, file.Path);
    }
}
