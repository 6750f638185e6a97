using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Transfers;

/// <summary>What an upload decides at its beginning and keeps to, however often it is continued.</summary>
/// <param name="EncryptionKey">32 bytes. A secret.</param>
/// <param name="Iv">16 bytes.</param>
/// <param name="PartSize">Plaintext bytes of every part but the last.</param>
internal sealed record ObjectPlan(string Key, byte[] EncryptionKey, byte[] Iv, int PartSize, ObjectFormat Format)
{
    public static ObjectPlan New(UploadRequest request, int partSize) =>
        new(request.Key, KeyMaterial.NewKey(), KeyMaterial.NewIv(), partSize, request.Format);

    public static ObjectPlan Of(UploadCheckpoint checkpoint) =>
        new(checkpoint.Key, checkpoint.EncryptionKey, checkpoint.Iv, checkpoint.PartSize, checkpoint.Format);

    /// <summary>What the object carries, and what proves it to be this one.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = (Format == ObjectFormat.Whole
        ? new ObjectEncryption(ObjectFormat.Whole, Iv, null, 0)
        : ObjectEncryption.ForUpload(Iv, PartSize)).ToMetadata();

    public override string ToString() => $"ObjectPlan {{ Key = {Key}, PartSize = {PartSize} }}";
}
