using RescaleInterlink.Transfers;

namespace RescaleInterlink.Archiving;

/// <summary>A job's folder as the platform gets it: a tar with the folder itself as its top entry, whose name tells where it was.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Name">As <see cref="ArchiveName"/> makes it.</param>
/// <param name="Source">The archive before any compression.</param>
public sealed record FolderArchive(string Folder, string Name, TarSource Source)
{
    /// <summary>What is sent: the archive itself, or what it becomes when it is compressed, whose length is then unknown.</summary>
    public required IByteSource Bytes { get; init; }

    /// <inheritdoc cref="CreateAsync(string, ArchiveOptions, CancellationToken)"/>
    public static Task<FolderArchive> CreateAsync(string folder, CancellationToken cancellationToken)
        => CreateAsync(folder, ArchiveOptions.Everything, cancellationToken);

    /// <summary>Lists the folder; no file is opened yet.</summary>
    /// <exception cref="Errors.RescaleException">JobSpecInvalid for the root of a file system; PatternInvalid; ArchiveNameTaken;
    /// SourceNotFound or SourceUnreadable.</exception>
    public static async Task<FolderArchive> CreateAsync(string folder, ArchiveOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var name = ArchiveName.For(folder, options.IsGzip);
        var tar = await TarSource.CreateAsync(folder, Path.GetFileName(folder), options, cancellationToken).ConfigureAwait(false);
        return new FolderArchive(folder, name, tar) { Bytes = options.IsGzip ? new GzipSource(tar) : tar };
    }
}
