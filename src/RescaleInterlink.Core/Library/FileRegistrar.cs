using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library;

/// <summary>Makes the record of one uploaded object, and never a second one.</summary>
internal sealed class FileRegistrar(RescaleClient client, StorageDescription storage, string name, string folderId)
{
    /// <summary>Fewest of the newest files that are looked at: a page of the listing (interop API 4).</summary>
    private const int NewestFiles = 100;

    /// <summary>By how much the clocks of this machine and of the platform may differ.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>The record, once there is one.</summary>
    public PlatformFile? Registered { get; private set; }

    /// <summary>An object of an earlier run may have been registered by it; so the files since its begin are looked at first.</summary>
    public async Task<PlatformFile> RegisterAsync(UploadResult uploaded, CancellationToken cancellationToken)
    {
        var path = ObjectNaming.RegisteredPath(storage, uploaded.Key);
        if (uploaded.ResumedBytes > 0)
            Registered = await FindAsync(client, path, uploaded.Begun, cancellationToken).ConfigureAwait(false);
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

    /// <summary>A record of an object. The newest files come first, and no record is older than the object: the search ends there.</summary>
    /// <param name="path">As the record has it: <see cref="ObjectNaming.RegisteredPath"/>.</param>
    /// <param name="since">When the object cannot have been there yet, by this machine's clock; null searches all files.</param>
    public static async Task<PlatformFile?> FindAsync(RescaleClient client, string path, DateTimeOffset? since, CancellationToken cancellationToken)
        => (await SearchAsync(client.Files.ListAsync(cancellationToken), path, since).ConfigureAwait(false)).File;

    /// <summary>Whether an object belongs to no file, not even to one in the Trash.</summary>
    /// <param name="path">As the record has it: <see cref="ObjectNaming.RegisteredPath"/>.</param>
    /// <param name="since">When the object cannot have been there yet, by either side's clock; null searches all files.</param>
    /// <returns>Why it must be taken to belong to one, in words that follow the object's name; null when it surely does not.</returns>
    public static async Task<string?> WhyInUseAsync(RescaleClient client, string path, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var (file, isSure) = await SearchAsync(client.Files.ListAllAsync(cancellationToken), path, since).ConfigureAwait(false);
        return file is not null ? $"it belongs to the file '{file.Name}' ({file.Id})"
            : isSure ? null
            : "the platform does not say of every file where it lies";
    }

    /// <returns>The record, if there is one; and whether it would have been known by its path.</returns>
    private static async Task<(PlatformFile? File, bool IsSure)> SearchAsync(IAsyncEnumerable<PlatformFile> newestFirst, string path, DateTimeOffset? since)
    {
        var seen = 0;
        var isSure = true;
        await foreach (var file in newestFirst.ConfigureAwait(false))
        {
            var other = file.PathParts?.Path ?? file.Path;
            if (other == path)
                return (file, true);
            if (++seen >= NewestFiles && file.DateUploaded < since - ClockDifference)
                break;
            isSure &= !string.IsNullOrEmpty(other) || file.DateUploaded < since - ClockDifference;
        }

        return (null, isSure);
    }

    /// <summary>The bytes are stored by now. When they cannot be registered, the error tells where they lie.</summary>
    private async Task<PlatformFile> PostAsync(FileRegistration registration, CancellationToken cancellationToken)
    {
        var start = client.Time.GetTimestamp();
        var since = client.Time.GetUtcNow();
        for (var attempt = 0; ; attempt++)
        {
            RescaleException failure;
            try
            {
                return await client.Files.RegisterAsync(registration, cancellationToken).ConfigureAwait(false);
            }
            catch (RescaleException e)
            {
                failure = e;
            }

            // The platform makes a record for every request that it gets, so none is sent again before it is sure that there is none.
            var wait = failure.RetryAfter ?? client.Policy.WaitBefore(attempt, client.Random());
            var isOpen = failure.ErrorId == ErrorIds.FileRegistrationUncertain || failure.Kind == ErrorKind.ServerFault;
            if (!isOpen || wait > client.Policy.LongestRetryAfter)
                throw Explain(registration, failure);
            await Task.Delay(wait, client.Time, cancellationToken).ConfigureAwait(false);
            if (await FindAgainAsync(registration, since, failure, cancellationToken).ConfigureAwait(false) is { } made)
                return made;
            if (attempt >= client.Policy.MaxRetries || client.Time.GetElapsedTime(start) > client.Policy.TotalTime)
                throw Explain(registration, failure);
        }
    }

    private async Task<PlatformFile?> FindAgainAsync(
        FileRegistration registration, DateTimeOffset since, RescaleException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(client, registration.PathParts.Path!, since, cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException)
        {
            // What became of the request is what the user must know; that asking failed too says no more.
            throw Explain(registration, failure);
        }
    }

    private static RescaleException Explain(FileRegistration registration, RescaleException e) => new(
        e.ErrorId,
        e.Kind,
        $"'{registration.Name}' was stored but could not be registered: {e.Message} Its object {registration.PathParts.Container}/{registration.PathParts.Path} {(e.ErrorId == ErrorIds.FileRegistrationUncertain ? "may belong" : "belongs")} to no file.",
        e.RecommendedAction,
        e)
    {
        Behavior = e.Behavior,
        RetryAfter = e.RetryAfter,
        StatusCode = e.StatusCode,
    };
}
