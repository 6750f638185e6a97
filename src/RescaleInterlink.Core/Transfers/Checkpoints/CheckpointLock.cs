using System.Collections.Concurrent;
using System.Security.Cryptography;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>
/// Keeps other processes, and other engines of this one, from the same transfer: a file held open without sharing. The
/// operating system lets go of it when the process dies, however it dies.
/// </summary>
internal sealed class CheckpointLock : IDisposable
{
    // Whoever lists transfers looks at the lock too, for a moment.
    private const int Tries = 5;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    /// <summary>By path, the end of those that this process holds only because a slow disk still writes.</summary>
    private static readonly ConcurrentDictionary<string, Task> Lingering = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly FileStream _file;

    private CheckpointLock(string path, FileStream file) => (_path, _file) = (path, file);

    /// <returns>Null when another one holds it.</returns>
    public static async Task<CheckpointLock?> TryTakeAsync(string path, CancellationToken cancellationToken)
    {
        // The command before has ended, and the user is not told to stop it.
        if (Lingering.TryGetValue(path, out var ended)) await ended.WaitAsync(cancellationToken);
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            if (attempt > 1) await Task.Delay(BetweenTries, cancellationToken);
            FileStream file;
            try
            {
                file = OwnFile.Open(path, FileMode.OpenOrCreate);
            }
            catch (IOException refused) when (OwnFile.IsHeld(refused) || File.Exists(path))
            {
                continue;
            }

            if (IsStillAt(path, file)) return new CheckpointLock(path, file);
            await file.DisposeAsync();
        }

        return null;
    }

    /// <summary>On Unix the file may have been deleted between its opening and its locking; then this is a lock on nothing.</summary>
    private static bool IsStillAt(string path, FileStream file)
    {
        if (OperatingSystem.IsWindows()) return true;
        // A time that no other opener chooses, in whole seconds, which every file system keeps.
        var mark = DateTime.UnixEpoch.AddSeconds(RandomNumberGenerator.GetInt32(1, int.MaxValue));
        File.SetLastWriteTimeUtc(file.SafeFileHandle, mark);
        return File.GetLastWriteTimeUtc(path) == mark;
    }

    /// <summary>Whether someone holds it now.</summary>
    public static bool IsTaken(string path)
    {
        try
        {
            // Shared with others who look.
            using var probe = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Lets go when <paramref name="writing"/> has ended; who wants the lock in this process waits for that.</summary>
    public void DisposeAfter(Task writing)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Lingering[_path] = ended.Task;
        _ = writing.ContinueWith(_ =>
        {
            Dispose();
            Lingering.TryRemove(_path, out Task? _);
            ended.SetResult();
        }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Lets go and removes the file.</summary>
    public void Dispose()
    {
        // Where a file can be deleted while it is held, it is, so that nobody locks it in between and loses it.
        if (!OperatingSystem.IsWindows()) Delete();
        _file.Dispose();
        if (OperatingSystem.IsWindows()) Delete();
    }

    private void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
        {
            // Held by the next one already, or left as an empty file that the next one takes.
        }
    }
}
