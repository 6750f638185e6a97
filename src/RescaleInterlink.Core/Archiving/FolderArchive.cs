namespace RescaleInterlink.Archiving;

/// <summary>A job's folder as the platform gets it: a tar with the folder itself as its top entry, whose name tells where it was.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Name">As <see cref="ArchiveName"/> makes it.</param>
public sealed record FolderArchive(string Folder, string Name, TarSource Source)
{
    /// <summary>Lists the folder; no file is opened yet.</summary>
    /// <exception cref="Errors.RescaleException">JobSpecInvalid for the root of a file system; SourceNotFound or SourceUnreadable.</exception>
    public static async Task<FolderArchive> CreateAsync(string folder, CancellationToken cancellationToken)
        => new(
            folder,
            ArchiveName.For(folder, gzip: false),
            await TarSource.CreateAsync(folder, Path.GetFileName(folder), cancellationToken).ConfigureAwait(false));
}
