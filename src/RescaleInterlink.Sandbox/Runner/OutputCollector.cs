using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Puts a run's outputs into storage, each encrypted in format v0 with its own key and IV, streamed.</summary>
internal sealed class OutputCollector(RunSettings settings, TimeProvider time)
{
    /// <summary>S3's own limit, in bytes of UTF-8; Azure's is as many characters.</summary>
    private const int LongestKey = 1024;

    private readonly IObjectStorage _storage = settings.Objects[settings.OutputStorage];
    private readonly Dictionary<string, (long Size, DateTime Written)> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileRecord> _published = new(StringComparer.Ordinal);

    /// <returns>Records of all outputs: those that were published and are the same still, and the others, still without ids.</returns>
    public async Task<IReadOnlyList<FileRecord>> CollectAsync(JobRecord job, WorkFolder folder, CancellationToken cancellationToken)
    {
        if (_published.Count == 0)
            await RemoveLeftOversAsync(job, cancellationToken);
        List<FileRecord> outputs = [];
        try
        {
            foreach (var file in folder.Changed())
            {
                if (_published.TryGetValue(file.RelativePath, out var same) && _stored[file.RelativePath] == (file.Size, file.Written))
                    outputs.Add(same);
                else if (await StoreAsync(job, file, cancellationToken) is { } output)
                    outputs.Add(output);
            }
        }
        catch (IOException) when (_published.Count == 0)
        {
            // A full disk. What no file will name must not keep it full.
            await RemoveLeftOversAsync(job, cancellationToken);
            throw;
        }

        return outputs;
    }

    /// <summary>Notes that a file is among the outputs now, under its id.</summary>
    public void Keep(FileRecord output) => _published[output.RelativePath!] = output;

    /// <summary>What a sandbox that was killed while it collected has put into storage belongs to no file.</summary>
    private Task RemoveLeftOversAsync(JobRecord job, CancellationToken cancellationToken)
        => _storage.DeleteAllAsync(settings.Container, Prefix(job), cancellationToken);

    private string Prefix(JobRecord job) => $"{settings.PathBase}/output/{job.Id}/run_{RunRecord.OnlyId}/";

    /// <summary>A path that S3 has no room for stays in the record alone.</summary>
    private string Path(JobRecord job, string relativePath)
    {
        string path = $"{Prefix(job)}{relativePath}-{Identifiers.NewSuffix()}";
        return Encoding.UTF8.GetByteCount(path) <= LongestKey ? path : $"{Prefix(job)}{Identifiers.NewSuffix()}";
    }

    private async Task<FileRecord?> StoreAsync(JobRecord job, FoundFile file, CancellationToken cancellationToken)
    {
        if (RegularFile.TryOpen(file.Path) is not { } content)
            return null;
        byte[] key = RandomNumberGenerator.GetBytes(ObjectCipher.KeyBytes);
        byte[] iv = RandomNumberGenerator.GetBytes(ObjectCipher.BlockBytes);
        string path = Path(job, file.RelativePath);
        await using var plaintext = new HashingStream(content);
        await using var ciphertext = ObjectCipher.OpenCiphertext(plaintext, key, iv);
        var metadata = new Dictionary<string, string> { ["iv"] = Convert.ToBase64String(iv) };
        await _storage.PutAsync(settings.Container, path, ciphertext, metadata, cancellationToken);
        _stored[file.RelativePath] = (file.Size, file.Written);
        return new FileRecord
        {
            Id = "",
            SymlinkId = "",
            Name = System.IO.Path.GetFileName(file.RelativePath),
            TypeId = FileRecord.OutputType,
            FolderId = job.FolderId,
            DateUploaded = time.GetUtcNow(),
            DecryptedSize = plaintext.Count,
            EncodedEncryptionKey = Convert.ToBase64String(key),
            Storage = settings.OutputStorage,
            Container = settings.Container,
            Path = path,
            Sha512 = plaintext.Sha512,
            JobId = job.Id,
            RunId = RunRecord.OnlyId,
            RelativePath = file.RelativePath,
        };
    }
}
