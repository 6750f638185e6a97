using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers.Checkpoints;

internal static class CheckpointTesting
{
    public static ResumeIdentity Identity(CheckpointFolder folder, string localPath = "/data/a.bin", string remoteId = "platform|container|folder|a.bin") =>
        new(folder, localPath, remoteId, new TransferDescription("https://platform.example/", "a.bin", null, "folder"));

    public static UploadCheckpoint Upload(ResumeIdentity identity, int parts) => new()
    {
        LocalPath = identity.LocalPath,
        RemoteId = identity.RemoteId,
        Description = identity.Description,
        Begun = new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero),
        Key = "base/a.bin-suffix",
        EncryptionKey = KeyMaterial.NewKey(),
        Iv = KeyMaterial.NewIv(),
        PartSize = 1600,
        Format = ObjectFormat.Chained,
        SourceLength = 10_000,
        SourceStamp = "stamp",
        UploadId = "upload-1",
        Parts = [.. Enumerable.Range(1, parts).Select(number => new FinishedPart(number, $"\"etag{number}\"", "AAAA", 1600, (uint)number, KeyMaterial.NewIv()))],
    };
}
