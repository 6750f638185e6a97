using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library.Folders;

/// <summary>The local folder that a folder of the platform becomes. It is made when something in it needs it, after those above it. Thread-safe.</summary>
internal sealed class LocalPlace
{
    private readonly string _top;
    private readonly LocalPlace? _above;
    private readonly Lazy<Task<ChangePermission>> _made;

    /// <param name="permit">Asked before it is made.</param>
    public LocalPlace(LocalPlace? above, string path, Func<Task<ChangePermission>> permit)
    {
        (_above, Path) = (above, path);
        _top = above?._top ?? path;
        IsNew = !Directory.Exists(path);
        _made = new Lazy<Task<ChangePermission>>(() => MakeAsync(permit));
    }

    public string Path { get; }

    /// <summary>It was not there when it was looked for.</summary>
    public bool IsNew { get; }

    /// <returns>Declined: nothing goes into it. PlanOnly: it was not made.</returns>
    /// <exception cref="RescaleException">DestinationUnwritable, DestinationInvalid, DestinationExists.</exception>
    public Task<ChangePermission> EnsureAsync() => _made.Value;

    /// <summary>Where a folder goes: a folder that is there is used; a file is in the way.</summary>
    /// <param name="siblings">Names that other entries of the folder above have.</param>
    /// <exception cref="RescaleException">DestinationExists.</exception>
    public static string Choose(string path, FolderConflict conflict, IReadOnlySet<string> siblings)
    {
        if (!File.Exists(path))
            return path;
        if (conflict != FolderConflict.Rename)
            throw InTheWay(path);
        var (folder, name) = (System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileName(path));
        for (var number = NumberedName.First; ; number++)
        {
            var other = NumberedName.OfFolder(name, number);
            var place = System.IO.Path.Combine(folder, other);
            if (!siblings.Contains(other) && !File.Exists(place))
                return place;
        }
    }

    public static RescaleException InTheWay(string path) => new(
        ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{path}' is a file, and a folder is to be there.", "Move the file away, or choose -Conflict Rename.");

    private async Task<ChangePermission> MakeAsync(Func<Task<ChangePermission>> permit)
    {
        var above = _above is null ? ChangePermission.Granted : await _above.EnsureAsync().ConfigureAwait(false);
        if (above == ChangePermission.Declined)
            return above;
        // A link inside the destination must not lead what comes from a server out of it.
        if (_above is not null && SafeFileName.LeadsOut(_top, Path))
            throw new RescaleException(ErrorIds.DestinationInvalid, ErrorKind.InvalidInput, $"'{Path}' is a link that leads out of '{_top}'.", "Replace the link by a folder, or receive into another one.");
        if (Directory.Exists(Path))
            return ChangePermission.Granted;
        var permission = await permit().ConfigureAwait(false);
        if (permission != ChangePermission.Granted || above == ChangePermission.PlanOnly)
            return permission == ChangePermission.Declined ? permission : ChangePermission.PlanOnly;
        try
        {
            Directory.CreateDirectory(Path);
            return permission;
        }
        catch (Exception e) when (LocalFileErrors.FromWriting(e, Path, 0, static () => null) is { } failure)
        {
            throw failure;
        }
    }
}
