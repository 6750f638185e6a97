using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>
/// The folder of all checkpoints of this user: 0700, files 0600. Each checkpoint has two generations, <c>&lt;id&gt;.1</c>
/// (flushed to the disk) and <c>&lt;id&gt;.2</c> (newer, perhaps not), and <c>&lt;id&gt;.lock</c> while a process is at it.
/// </summary>
/// <param name="path">Full path; made when the first checkpoint is written.</param>
public sealed class CheckpointFolder(string path)
{
    internal const int Generations = 2;
    private const int IdLength = 32;
    private const string LockExtension = ".lock";
    private const int MoveTries = 5;
    private static readonly TimeSpan BetweenMoves = TimeSpan.FromMilliseconds(10);

    public string Path { get; } = path;

    /// <summary>Everything in the folder, also what is torn or of a newer version.</summary>
    /// <exception cref="RescaleException">TransferStateUnreadable.</exception>
    public IReadOnlyList<StoredTransfer> List()
    {
        try
        {
            return [.. Directory.EnumerateFiles(Path)
                .Select(System.IO.Path.GetFileName)
                .Where(name => IsGeneration(name!))
                .Select(name => name![..IdLength])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(Describe)
                .OfType<StoredTransfer>()];
        }
        // Not asked before: a folder behind a closed one does not exist, as far as can be seen, and that is another matter.
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
        {
            throw CheckpointErrors.Unreadable(Path, failure);
        }
    }

    /// <returns>Null when there is none of this id.</returns>
    /// <exception cref="RescaleException">TransferStateUnreadable.</exception>
    public StoredTransfer? Find(string id) => IsId(id) ? Describe(id) : null;

    /// <summary>Whether an earlier run has left a checkpoint of this transfer, of whatever use.</summary>
    internal bool Contains(TransferDirection direction, ResumeIdentity identity)
    {
        var id = IdOf(direction, identity.LocalPath, identity.RemoteId);
        return Enumerable.Range(1, Generations).Any(generation => File.Exists(PathOf(id, generation)));
    }

    /// <summary>Cleans up both ends of a transfer while nobody else can be at it, then deletes its checkpoint.</summary>
    /// <param name="cleanUp">Given what the checkpoint knows; when it fails, the checkpoint stays.</param>
    /// <returns>False when there is none of this id.</returns>
    /// <exception cref="RescaleException">TransferInUse, TransferStateUnwritable, TransferStateUnreadable.</exception>
    public async Task<bool> RemoveAsync(string id, Func<StoredTransfer, Task> cleanUp, CancellationToken cancellationToken)
    {
        if (Find(id) is not { } found) return false;
        using var own = await TakeAsync(id, found.LocalPath ?? id, cancellationToken);
        // Again, as it may have gone on or ended until the lock was taken.
        if (Find(id) is not { } latest) return true;
        await cleanUp(latest);
        DeleteFiles(id);
        return true;
    }

    /// <summary>The first half of the SHA-256 over what makes a transfer that transfer.</summary>
    internal static string IdOf(TransferDirection direction, string localPath, string remoteId) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{direction}\0{localPath}\0{remoteId}")).AsSpan(0, IdLength / 2)).ToLowerInvariant();

    /// <exception cref="RescaleException">TransferInUse, TransferStateUnwritable.</exception>
    internal async Task<CheckpointLock> TakeAsync(string id, string localPath, CancellationToken cancellationToken)
    {
        try
        {
            Create(Path);
            return await CheckpointLock.TryTakeAsync(System.IO.Path.Combine(Path, id + LockExtension), cancellationToken)
                ?? throw CheckpointErrors.InUse(localPath);
        }
        catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
        {
            throw CheckpointErrors.Unwritable(Path, failure);
        }
    }

    internal string PathOf(string id, int generation) => System.IO.Path.Combine(Path, FormattableString.Invariant($"{id}.{generation}"));

    /// <summary>The newest generation that is whole, or why there is none; neither when there is no file.</summary>
    internal (CheckpointEnvelope? Envelope, string? Problem) Read(string id)
    {
        CheckpointEnvelope? newest = null;
        string? problem = null;
        for (var generation = 1; generation <= Generations; generation++)
        {
            byte[] bytes;
            try
            {
                bytes = ReadShared(PathOf(id, generation));
            }
            catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
            {
                continue;
            }
            catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
            {
                problem = $"it cannot be read: {failure.Message}";
                continue;
            }

            var (envelope, fault) = CheckpointEnvelope.Read(bytes);
            if (envelope is not null && (newest is null || envelope.Sequence > newest.Sequence)) newest = envelope;
            problem = fault ?? problem;
        }

        return (newest, newest is null ? problem : null);
    }

    /// <summary>Reads without being in the way of whoever replaces the file meanwhile, which on Windows a reader can be.</summary>
    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    internal void DeleteFiles(string id)
    {
        try
        {
            for (var generation = 1; generation <= Generations; generation++)
            {
                File.Delete(PathOf(id, generation));
                File.Delete(TemporaryPathOf(id, generation));
            }
        }
        catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
        {
            throw CheckpointErrors.Unwritable(Path, failure);
        }
    }

    /// <summary>
    /// Gives a file its name. On Windows a virus scanner or whoever else looks at either file refuses that for a moment; such
    /// a refusal is not worth a save.
    /// </summary>
    internal static void Replace(string temporary, string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(temporary, path, overwrite: true);
                return;
            }
            catch (Exception refused) when (attempt < MoveTries && OperatingSystem.IsWindows()
                && (refused is UnauthorizedAccessException || refused is IOException held && OwnFile.IsHeld(held)))
            {
                Thread.Sleep(BetweenMoves);
            }
        }
    }

    internal string TemporaryPathOf(string id, int generation) => PathOf(id, generation) + ".tmp";

    private static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Those above it too, which .NET would open to everyone.
        if (System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } parent) Create(parent);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private StoredTransfer? Describe(string id)
    {
        var (envelope, problem) = Read(id);
        if (envelope is null && problem is null) return null;
        var known = new StoredTransfer(id, CheckpointLock.IsTaken(System.IO.Path.Combine(Path, id + LockExtension)),
            envelope?.Saved ?? WrittenAt(id)) { Problem = problem };
        if (envelope is null) return known;
        Checkpoint? checkpoint = envelope.Direction == UploadCheckpoint.Direction.ToString()
            ? envelope.As<UploadCheckpoint>()
            : envelope.As<DownloadCheckpoint>();
        if (checkpoint is null) return known with { Problem = "it is not one of this module's" };
        var direction = checkpoint is UploadCheckpoint ? UploadCheckpoint.Direction : DownloadCheckpoint.Direction;
        if (IdOf(direction, checkpoint.LocalPath, checkpoint.RemoteId) != id) return known with { Problem = "it belongs to another transfer" };
        return checkpoint.Describe(known with
        {
            Direction = direction,
            LocalPath = checkpoint.LocalPath,
            RemoteId = checkpoint.RemoteId,
            Description = checkpoint.Description,
            Begun = checkpoint.Begun,
            BytesDone = checkpoint.BytesDone,
            BytesTotal = checkpoint.BytesTotal,
        });
    }

    private DateTimeOffset WrittenAt(string id) => Enumerable.Range(1, Generations)
        .Select(generation => PathOf(id, generation)).Where(File.Exists)
        .Select(file => new DateTimeOffset(File.GetLastWriteTimeUtc(file))).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Max();

    private static bool IsGeneration(string name) =>
        name.Length == IdLength + 2 && name[IdLength] == '.' && name[^1] is '1' or '2' && IsId(name[..IdLength]);

    private static bool IsId(string id) => id.Length == IdLength && id.All(char.IsAsciiHexDigitLower);
}
