using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Storage;

/// <summary>The storages of a sandbox by their kind.</summary>
/// <param name="s3">Always there.</param>
/// <param name="azure">Null in a sandbox that never had an Azure account.</param>
internal sealed class ObjectStorages(IObjectStorage s3, IObjectStorage? azure)
{
    public IObjectStorage this[StorageKind kind] => kind switch
    {
        StorageKind.S3 => s3,
        StorageKind.Azure => azure ?? throw new InvalidOperationException("This sandbox has no Azure account."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public IObjectStorage Of(FileRecord file) => this[file.Storage];
}
