namespace RescaleInterlink.Sandbox.Data;

/// <summary>The two folders that every account has.</summary>
internal static class RootFolders
{
    public const string MyJobs = "MyJobs";
    public const string MyLibrary = "MyLibrary";

    /// <summary>Makes them in a new data folder.</summary>
    public static void Ensure(Store store, TimeProvider time) => store.Change(transaction =>
    {
        foreach (var (id, name) in new[] { (MyJobs, "My Jobs"), (MyLibrary, "My Library") })
        {
            if (transaction.FindFolder(id) is null)
                transaction.Put(new FolderRecord { Id = id, Name = name, DateInserted = time.GetUtcNow() });
        }

        return true;
    });
}
