using System.Collections.Concurrent;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>
/// Temporary files of processes that were ended by force. They are found by one listing of a folder, when something is first
/// received there, and known by two things: a name that only this module gives, and that nobody holds them. Thread-safe.
/// </summary>
internal sealed class Leftovers(TimeProvider time)
{
    // On Windows a whole file is let go of a moment before it has its new name; and locks of other machines are not seen on every share.
    private static readonly TimeSpan AgeWhereUnheldSaysLittle = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    /// <summary>Deletes what lies in the folder of a target, once; what cannot be deleted holds up nothing.</summary>
    public void DeleteBeside(string destination)
    {
        if (Path.GetDirectoryName(destination) is not { } folder || !_seen.TryAdd(folder, true)) return;
        try
        {
            DateTime? before = null;
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + PartialFile.TemporarySuffix))
            {
                if (!PartialFile.IsTemporaryName(file.Name) || file.LinkTarget is not null) continue;
                before ??= LocksAreSeen(folder) ? DateTime.MaxValue : time.GetUtcNow().UtcDateTime - AgeWhereUnheldSaysLittle;
                if (file.LastWriteTimeUtc < before) DeleteIfUnheld(file.FullName);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // There is no such folder yet, or it may be written but not listed.
        }
    }

    private static bool LocksAreSeen(string folder) => !OperatingSystem.IsWindows()
        && new DriveInfo(folder).DriveType is DriveType.Fixed or DriveType.Ram or DriveType.Removable;

    private static void DeleteIfUnheld(string path)
    {
        try
        {
            // Held until it is gone: whoever has just made it and not yet locked it finds that out.
            using var mine = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, PartialFile.ForItselfAlone);
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its process lives, or it is another user's.
        }
    }
}
