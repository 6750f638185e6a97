using System.Security.Cryptography;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Brings a job's inputs to its work folder: decrypted, unpacked where asked, and checked against size and hash of their registration.</summary>
internal sealed class InputStager(RunSettings settings)
{
    /// <exception cref="RunFailure">An input cannot be used as it is.</exception>
    public async Task StageAsync(FileRecord file, bool decompress, WorkFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            await StageCoreAsync(file, decompress, folder, cancellationToken);
        }
        catch (Exception failure) when (failure is RunFailure or CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new RunFailure($"input file '{file.Name}': {Reason(failure)}", failure);
        }
    }

    private async Task StageCoreAsync(FileRecord file, bool decompress, WorkFolder folder, CancellationToken cancellationToken)
    {
        await using var stored = await settings.Objects.Of(file).OpenAsync(file.Container, file.Path, cancellationToken) ?? throw new RunFailure("its object is not in storage");
        byte[] key = Convert.FromBase64String(file.EncodedEncryptionKey);
        await using var plaintext = new HashingStream(ObjectCipher.OpenPlaintext(stored.Content, key, stored.Metadata));
        if (decompress && ArchiveUnpacker.IsArchive(file.Name))
        {
            await ArchiveUnpacker.UnpackAsync(file.Name, plaintext, folder, cancellationToken);
        }
        else
        {
            string path = folder.Resolve(file.Name);
            await using (var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                await plaintext.CopyToAsync(target, 1 << 17, cancellationToken);
            WorkFolder.DateAsInput(path);
        }

        if (plaintext.Count != file.DecryptedSize)
            throw new RunFailure($"it has {plaintext.Count} bytes and was registered with {file.DecryptedSize}");
        if (file.Sha512 is { } hash && hash != plaintext.Sha512)
            throw new RunFailure("its SHA-512 is not the registered one");
    }

    private static string Reason(Exception failure)
        => failure is CryptographicException ? "it cannot be decrypted with its key" : failure.Message;
}
