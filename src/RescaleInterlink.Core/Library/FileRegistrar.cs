using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library;

/// <summary>Makes the record of one uploaded object, and never a second one.</summary>
internal sealed class FileRegistrar(RescaleClient client, StorageDescription storage, string name, string folderId)
{
    /// <summary>How many of the newest files are looked at: a page of the listing (interop API 4).</summary>
    private const int NewestFiles = 100;

    /// <summary>The record, once there is one.</summary>
    public PlatformFile? Registered { get; private set; }

    /// <summary>An object of an earlier run may have been registered by it; so the newest files are looked at first.</summary>
    public async Task<PlatformFile> RegisterAsync(UploadResult uploaded, CancellationToken cancellationToken)
    {
        var path = ObjectNaming.RegisteredPath(storage, uploaded.Key);
        if (uploaded.ResumedBytes > 0)
            Registered = await FindAsync(client, path, cancellationToken).ConfigureAwait(false);
        return Registered ??= await PostAsync(
            new FileRegistration(
                name,
                folderId,
                Convert.ToBase64String(uploaded.EncryptionKey),
                new PathParts(storage.ConnectionSettings?.Container, path),
                storage,
                uploaded.Length,
                uploaded.Sha512),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A record of an object, among the newest.</summary>
    public static async Task<PlatformFile?> FindAsync(RescaleClient client, string path, CancellationToken cancellationToken)
    {
        var seen = 0;
        await foreach (var file in client.Files.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if ((file.PathParts?.Path ?? file.Path) == path)
                return file;
            if (++seen == NewestFiles)
                break;
        }

        return null;
    }

    /// <summary>The bytes are stored by now. When they cannot be registered, the error tells where they lie.</summary>
    private async Task<PlatformFile> PostAsync(FileRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Files.RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            throw new RescaleException(
                e.ErrorId,
                e.Kind,
                $"'{registration.Name}' was stored but could not be registered: {e.Message} Its object {registration.PathParts.Container}/{registration.PathParts.Path} belongs to no file.",
                e.RecommendedAction,
                e)
            {
                Behavior = e.Behavior,
                RetryAfter = e.RetryAfter,
                StatusCode = e.StatusCode,
            };
        }
    }
}
