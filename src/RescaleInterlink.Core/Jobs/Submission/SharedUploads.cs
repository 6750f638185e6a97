using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Jobs.Submission;

/// <summary>Uploads the local inputs of one command's jobs: what several of them have in common is uploaded once, and all wait for it. Thread-safe.</summary>
/// <param name="optionsOf">How the input of this path is uploaded. Called from any thread.</param>
internal sealed class SharedUploads(JobService jobs, FileLibrary library, TransferEngine engine, Func<string, UploadOptions> optionsOf)
{
    private readonly Dictionary<string, (SourceIdentity Identity, Task<string> Sending)> _known = new(StringComparer.Ordinal);

    /// <returns>The id of the file on the platform.</returns>
    /// <exception cref="RescaleException">SourceChanged when it is not what it was when the job was prepared; what engine and platform report.</exception>
    public Task<string> SendAsync(LocalInput input, CancellationToken cancellationToken)
    {
        lock (_known)
        {
            _known.TryGetValue(input.Path, out var earlier);
            // A file that was written anew between two jobs is another file.
            if (earlier.Sending is not null && earlier.Identity == input.Identity)
                return earlier.Sending;
            // One path is one transfer: two of them at a time would be in each other's way.
            var sending = Task.Run(() => SendAfterAsync(earlier.Sending, input, cancellationToken), CancellationToken.None);
            _known[input.Path] = (input.Identity, sending);
            return sending;
        }
    }

    private async Task<string> SendAfterAsync(Task? earlier, LocalInput input, CancellationToken cancellationToken)
    {
        if (earlier is not null)
            await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var options = optionsOf(input.Path);
        if (input.Archive is { } archive)
            return (await jobs.UploadFolderAsync(engine, archive, options, cancellationToken).ConfigureAwait(false)).Id;

        using var source = new LocalFileSource(input.Path);
        if (await source.GetIdentityAsync(cancellationToken).ConfigureAwait(false) != input.Identity)
            throw new RescaleException(ErrorIds.SourceChanged, ErrorKind.SourceChanged, $"'{input.Path}' was changed before its turn to be sent came.",
                "Submit the job again, and leave its files alone until it is submitted.");
        return (await library.UploadAsync(engine, source, Path.GetFileName(input.Path), folderId: null, options, cancellationToken).ConfigureAwait(false)).Id;
    }
}
