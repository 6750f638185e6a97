using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library;

/// <summary>Makes the record of one uploaded object, and never a second one.</summary>
internal sealed class FileRegistrar(RescaleClient client, StorageDescription storage, string name, string folderId)
{
    /// <summary>So many files that seem older than the object are looked at, too: a clock may be wrong.</summary>
    private const int OlderFiles = 25;

    /// <summary>By how much the clocks of this machine and of the platform may differ.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>The record, once there is one.</summary>
    public PlatformFile? Registered { get; private set; }

    /// <summary>An object of an earlier run may have been registered by it; so the files since its begin are looked at first.</summary>
    public async Task<PlatformFile> RegisterAsync(UploadResult uploaded, CancellationToken cancellationToken)
    {
        var path = ObjectNaming.RegisteredPath(storage, uploaded.Key);
        if (uploaded.ResumedBytes > 0)
            Registered = await FindAsync(path, uploaded.Begun, cancellationToken).ConfigureAwait(false);
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

    /// <summary>The record of the object. The newest files come first, and no record is older than the object: the search ends there.</summary>
    /// <param name="path">As the record has it: <see cref="ObjectNaming.RegisteredPath"/>. No other object has it.</param>
    /// <param name="since">When the object cannot have been there yet, by this machine's clock; null searches all files.</param>
    /// <exception cref="RescaleException">PlatformProtocol when a file of this name does not say where it lies; what the listing reports.</exception>
    private async Task<PlatformFile?> FindAsync(string path, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var older = 0;
        await foreach (var listed in client.Files.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var file = listed;
            var isOlder = file.DateUploaded < since - ClockDifference;
            // An entry of a listing may say less than the record itself.
            if (PathOf(file) is null && file.Name == name && !isOlder)
            {
                try
                {
                    file = await client.Files.GetAsync(file.Id, cancellationToken).ConfigureAwait(false);
                }
                catch (RescaleException e) when (e.ErrorId == ErrorIds.FileNotFound)
                {
                    // Gone since it was listed.
                    continue;
                }
            }

            if (PathOf(file) == path)
                return file;
            if (PathOf(file) is null && file.Name == name && !isOlder)
                throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform does not say where its file '{file.Name}' ({file.Id}) lies.", UncertainOutcome.Registration.Action);
            if (isOlder && ++older >= OlderFiles)
                break;
        }

        return null;
    }

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
        var older = 0;
        var isSure = true;
        await foreach (var file in newestFirst.ConfigureAwait(false))
        {
            var other = PathOf(file);
            if (other == path)
                return (file, true);
            var isOlder = file.DateUploaded < since - ClockDifference;
            if (isOlder && ++older >= OlderFiles)
                break;
            isSure &= other is not null || isOlder;
        }

        return (null, isSure);
    }

    /// <summary>Null where the platform does not say.</summary>
    private static string? PathOf(PlatformFile file) => (file.PathParts?.Path ?? file.Path) is { Length: > 0 } path ? path : null;

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

            if (!LostAnswer.IsOpen(failure, UncertainOutcome.Registration))
                throw Explain(registration, failure);
            // The platform makes a record for every request that it gets, so none is sent again before it is sure that there is none.
            var lost = client.Time.GetTimestamp();
            if (await FindAgainAsync(registration, since, failure, cancellationToken).ConfigureAwait(false) is { } made)
                return made;
            if (LostAnswer.WasDone(failure) || attempt >= client.Policy.MaxRetries || client.Time.GetElapsedTime(start) > client.Policy.TotalTime
                || !await LostAnswer.WaitAsWishedAsync(client, failure, lost, cancellationToken).ConfigureAwait(false))
                throw Explain(registration, failure);
        }
    }

    private async Task<PlatformFile?> FindAgainAsync(
        FileRegistration registration, DateTimeOffset since, RescaleException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await LostAnswer.FindAsync(
                client, failure, UncertainOutcome.Registration, "the file", token => FindAsync(registration.PathParts.Path!, since, token), cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e)
        {
            throw Explain(registration, e);
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
