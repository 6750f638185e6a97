using RescaleInterlink.Benchmarks.Report;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>Something that moves a set of files to the target and back.</summary>
internal abstract class Contender(string name)
{
    public string Name { get; } = name;

    /// <summary>Whether what it stores is encrypted, or what it fetches decrypted or verified.</summary>
    public virtual bool Protects => false;

    /// <summary>Whether it is worth its time: a process for each of thousands of files is not.</summary>
    public virtual bool Takes(FileSet files, bool objectStore) => true;

    /// <summary>Stores what its download is to find, once.</summary>
    public virtual Task PrepareAsync(Round round) => Task.CompletedTask;

    public abstract Task<Sample> UploadAsync(Round round);

    public abstract Task<Sample> DownloadAsync(Round round);
}

/// <param name="Endpoint">Of the target.</param>
/// <param name="Folder">Empty; downloads go here.</param>
/// <param name="Connections">Most requests at once.</param>
/// <param name="FilesAtOnce">Of a set of many.</param>
internal sealed record Round(Uri Endpoint, FileSet Files, string Folder, int Connections, int FilesAtOnce);
