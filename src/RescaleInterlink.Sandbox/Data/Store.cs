namespace RescaleInterlink.Sandbox.Data;

/// <summary>All that the sandbox remembers but the objects: files, folders, jobs. Thread-safe; every change is durable before it is seen.</summary>
internal sealed class Store : IDisposable
{
    private const int FolderGroup = 0;
    private const int JobGroup = 1;
    private const int TrashGroup = 2;
    private const int ObjectGroup = 3;
    private const string Trash = "trash";

    private readonly Lock _gate = new();
    private readonly Journal _journal;
    private readonly Table<FileRecord> _files = new(file => file.IsTrashed ? null : file.FolderId, file => file.JobId, file => file.IsTrashed ? Trash : null, ObjectKey);
    private readonly Table<FolderRecord> _folders = new(folder => folder.IsTrashed ? null : folder.ParentId, _ => null, folder => folder.IsTrashed ? Trash : null);
    private readonly Table<JobRecord> _jobs = new();
    private long _submissions;

    public Store(string journalPath)
    {
        _journal = Journal.Open(journalPath, line =>
        {
            foreach (var change in line.Changes)
                Apply(change);
        });

        // A long history of changes costs start-up time; what is gone has no use.
        int records = _files.Count + _folders.Count + _jobs.Count;
        if (_journal.Lines > 1000 && _journal.Lines > 2 * records)
            Shorten();
    }

    public FileRecord? FindFile(string id) => Read(() => _files.Find(id));
    public FolderRecord? FindFolder(string id) => Read(() => _folders.Find(id));
    public JobRecord? FindJob(string id) => Read(() => _jobs.Find(id));

    public Page<FileRecord> Files(PageRange range, bool newestFirst) => Read(() => range.Take(_files.All(newestFirst), _files.Count));
    public Page<JobRecord> Jobs(PageRange range, bool newestFirst) => Read(() => range.Take(_jobs.All(newestFirst), _jobs.Count));
    public Page<FileRecord> FilesOfJob(string jobId, PageRange range) => Read(() => range.Take(_files.InGroup(JobGroup, jobId)));
    /// <summary>Whether any file names the object of this one: a client that repeats a registration whose answer was lost makes a second one.</summary>
    public bool IsNamed(FileRecord file) => Read(() => _files.InGroup(ObjectGroup, ObjectKey(file)).Any());
    public IReadOnlyList<JobRecord> AllJobs() => Read(() => _jobs.All(newestFirst: false).ToList());

    /// <summary>What lies in a folder: folders before files, each in the order of insertion.</summary>
    public Page<IRecord> Contents(string folderId, PageRange range)
        => Read(() => range.Take(_folders.InGroup(FolderGroup, folderId).Concat<IRecord>(_files.InGroup(FolderGroup, folderId))));

    public Page<IRecord> TrashContents(PageRange range)
        => Read(() => range.Take(_folders.InGroup(TrashGroup, Trash).Concat<IRecord>(_files.InGroup(TrashGroup, Trash))));

    /// <summary>Runs under the store's lock; what the action puts and deletes becomes durable and visible as one, or not at all when it throws.</summary>
    public T Change<T>(Func<Transaction, T> action)
    {
        lock (_gate)
        {
            var transaction = new Transaction(this);
            T result = action(transaction);
            if (transaction.Changes.Count > 0)
            {
                _journal.Append(new JournalLine(transaction.Changes));
                foreach (var change in transaction.Changes)
                    Apply(change);
            }

            return result;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _journal.Dispose();
    }

    private void Shorten()
    {
        try
        {
            _journal.Rewrite(Everything());
        }
        catch (IOException)
        {
            // A full disk. The long journal is as good as the short one, and only takes longer to read.
        }
    }

    private static string ObjectKey(FileRecord file) => $"{file.Storage}/{file.Container}/{file.Path}";

    private T Read<T>(Func<T> query)
    {
        lock (_gate)
            return query();
    }

    private void Apply(Change change)
    {
        if (change.File is { } file)
            _files.Put(file);
        else if (change.Folder is { } folder)
            _folders.Put(folder);
        else if (change.Job is { } job)
        {
            _jobs.Put(job);
            _submissions = Math.Max(_submissions, job.SubmittedAs ?? 0);
        }
        else
        {
            _files.Remove(change.Id);
            _folders.Remove(change.Id);
            _jobs.Remove(change.Id);
        }
    }

    private IEnumerable<JournalLine> Everything()
        => _folders.All(false).Select(folder => new Change("folder", folder.Id, Folder: folder))
            .Concat(_files.All(false).Select(file => new Change("file", file.Id, File: file)))
            .Concat(_jobs.All(false).Select(job => new Change("job", job.Id, Job: job)))
            .Select(change => new JournalLine([change]));

    /// <summary>Reads see the state before the transaction; puts and deletes are collected.</summary>
    internal sealed class Transaction(Store store)
    {
        private long _submissions = store._submissions;

        internal List<Change> Changes { get; } = [];

        public FileRecord? FindFile(string id) => store._files.Find(id);
        public FolderRecord? FindFolder(string id) => store._folders.Find(id);
        public JobRecord? FindJob(string id) => store._jobs.Find(id);
        public IReadOnlyList<FolderRecord> FoldersIn(string folderId) => [.. store._folders.InGroup(FolderGroup, folderId)];
        public IReadOnlyList<FileRecord> FilesIn(string folderId) => [.. store._files.InGroup(FolderGroup, folderId)];
        public IReadOnlyList<FileRecord> FilesOfJob(string jobId) => [.. store._files.InGroup(JobGroup, jobId)];
        public IReadOnlyList<FileRecord> TrashedFiles() => [.. store._files.InGroup(TrashGroup, Trash)];
        public IReadOnlyList<FolderRecord> TrashedFolders() => [.. store._folders.InGroup(TrashGroup, Trash)];

        public long NextSubmission() => ++_submissions;

        public FileRecord Put(FileRecord file)
        {
            Changes.Add(new Change("file", file.Id, File: file));
            return file;
        }

        public FolderRecord Put(FolderRecord folder)
        {
            Changes.Add(new Change("folder", folder.Id, Folder: folder));
            return folder;
        }

        public JobRecord Put(JobRecord job)
        {
            Changes.Add(new Change("job", job.Id, Job: job));
            return job;
        }

        public void Delete(IRecord record) => Changes.Add(new Change("deleted", record.Id));

        /// <summary>Six letters that no record uses.</summary>
        public string NewId()
        {
            string id;
            do
                id = Identifiers.New();
            while (FindFile(id) is not null || FindFolder(id) is not null || FindJob(id) is not null);
            return id;
        }
    }
}
