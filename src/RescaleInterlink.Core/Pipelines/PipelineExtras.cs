using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Pipelines;

/// <summary>The extra inputs of one run: sent once, when the first job needs them, and noted in the journal, so that a run that goes on
/// does not send them again. Thread-safe.</summary>
/// <param name="takesChanges">Send a file anew that was changed since an earlier run has sent it; else that is an error, as the jobs would get different files.</param>
/// <param name="atOnce">Files that are sent at once.</param>
internal sealed class PipelineExtras(ExtraInputs extras, SharedUploads uploads, PipelineJournal journal, bool takesChanges, int atOnce)
{
    private readonly object _gate = new();
    private Task<IReadOnlyList<JobInputFile>>? _inputs;

    /// <returns>What each job gets.</returns>
    /// <exception cref="RescaleException">SourceChanged, PipelineStateInvalid, and what reading and uploading report.</exception>
    public Task<IReadOnlyList<JobInputFile>> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _inputs ??= Task.Run(() => SendAllAsync(cancellationToken), CancellationToken.None);
    }

    /// <summary>After this nothing is noted any more.</summary>
    public Task WaitForEndAsync()
    {
        lock (_gate)
            _inputs ??= Task.FromResult<IReadOnlyList<JobInputFile>>([]);
        return _inputs;
    }

    private async Task<IReadOnlyList<JobInputFile>> SendAllAsync(CancellationToken cancellationToken)
    {
        var ids = new string[extras.Files.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ids.Length, options, async (i, token) => ids[i] = await SendAsync(extras.Files[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. ids.Concat(extras.FileIds).Distinct(StringComparer.Ordinal).Select(id => new JobInputFile(id, extras.Decompress))];
    }

    private async Task<string> SendAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var sent = journal.EarlierExtras.GetValueOrDefault(path);
            if (await FindUnsentAsync(path, sent, takesChanges, cancellationToken).ConfigureAwait(false) is not { } identity)
                return sent!.FileId;
            var id = await uploads.SendAsync(new LocalInput(path, identity, null), cancellationToken).ConfigureAwait(false);
            journal.Append(new SentExtra(path, identity.Length, identity.Stamp, id));
            return id;
        }
        catch (RescaleException failure) when (failure.ErrorId != ErrorIds.PipelineStateInvalid)
        {
            throw new RescaleException(failure.ErrorId, failure.Kind, $"The extra input file '{path}' of all jobs was not sent: {failure.Message}", failure.RecommendedAction, failure)
            {
                StatusCode = failure.StatusCode,
            };
        }
    }

    /// <summary>The file as it has to be sent; null when what an earlier run has sent will do.</summary>
    /// <exception cref="RescaleException">SourceChanged, and what reading reports.</exception>
    internal static async Task<SourceIdentity?> FindUnsentAsync(string path, SentExtra? sent, bool takesChanges, CancellationToken cancellationToken)
    {
        // What was sent is needed here no more.
        if (sent is not null && !File.Exists(path))
            return null;
        SourceIdentity identity;
        using (var source = new LocalFileSource(path))
            identity = await source.GetIdentityAsync(cancellationToken).ConfigureAwait(false);
        if (sent is null)
            return identity;
        if (identity == new SourceIdentity(sent.Length, sent.Stamp))
            return null;
        return takesChanges
            ? identity
            : throw new RescaleException(ErrorIds.SourceChanged, ErrorKind.SourceChanged, "it was changed since an earlier run has sent it, and other jobs may have it as it was.",
                "Put it back as it was, make the jobs that failed anew with -Retry FailedJob, or run all rows again with -Force.");
    }
}
