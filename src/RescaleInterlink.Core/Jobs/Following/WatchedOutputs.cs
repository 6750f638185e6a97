using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

/// <summary>The outputs of a watched job: which are new, which are on their way, and which failed. Sweeps are one at a time; downloads run beside them.</summary>
/// <param name="top">Full path of the job's folder.</param>
internal sealed class WatchedOutputs(WatchTools tools, string jobId, string top, WatchRecord record)
{
    private readonly WatchedNames _names = new(top);
    private readonly Dictionary<string, Output> _outputs = new(StringComparer.Ordinal);
    private readonly Patience _patience = new(tools.Time, tools.Options.LongestAbsence);
    private Task _running = Task.CompletedTask;
    private LocalName[] _pending = [];

    private enum State
    {
        Running,
        Received,

        /// <summary>May do better the next time.</summary>
        Failed,

        /// <summary>Was told, and is tried again only in another version.</summary>
        GivenUp,
    }

    /// <summary>Whether a further sweep has something to try again.</summary>
    public bool CanTryAgain
    {
        get
        {
            lock (_outputs)
                return _outputs.Values.Any(static output => output.State == State.Failed);
        }
    }

    /// <summary>Lists the outputs and begins to receive those that are new.</summary>
    /// <returns>True when the listing had something that was not known before, be it a newer version.</returns>
    /// <exception cref="RescaleException">JobNotFound, or the failure of the listing.</exception>
    public async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var names = _names.Assign(await ListAsync(cancellationToken).ConfigureAwait(false));
        var listed = names.Where(name => tools.Options.Filter.Matches(name.File.RelativePath, name.File.Name)).ToArray();
        _pending = [.. listed.Where(static name => name.File.IsPending)];
        var wanted = listed.Except(_pending).ToArray();
        Forget(wanted);
        var (begun, found) = (new List<(LocalName Name, Output Output)>(), false);
        foreach (var name in wanted)
        {
            if (Begin(name) is not { } output)
                continue;
            found |= output.Attempts == 0;
            if (name.Path is null)
                await GiveUpAsync(output, name.Error!, cancellationToken).ConfigureAwait(false);
            else
                begun.Add((name, output));
        }

        if (begun.Count == 0)
            return found;
        await AnnounceAsync(begun, cancellationToken).ConfigureAwait(false);
        var folders = new OutputPlaces(top, names, static _ => Task.FromResult(ChangePermission.Granted));
        var downloads = new List<Task> { _running };
        foreach (var (name, output) in begun)
            downloads.Add(await StartAsync(name, output, folders, cancellationToken).ConfigureAwait(false));
        _running = Task.WhenAll(downloads);
        return found;
    }

    /// <summary>Completes when nothing is on its way; never fails.</summary>
    public Task WhenIdleAsync() => _running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Tells what has failed to the end.</summary>
    /// <returns>True when nothing has.</returns>
    public async Task<bool> TellFailuresAsync(CancellationToken cancellationToken)
    {
        Output[] failed;
        lock (_outputs)
            failed = [.. _outputs.Values.Where(static output => output.State == State.Failed)];
        foreach (var output in failed)
            await GiveUpAsync(output, output.Error!, cancellationToken).ConfigureAwait(false);
        foreach (var name in _pending)
            await GiveUpAsync(new Output(PathOf(name.File), "", 0), NotUploaded(name.File), cancellationToken).ConfigureAwait(false);
        lock (_outputs)
            return _pending.Length == 0 && _outputs.Values.All(static output => output.State == State.Received);
    }

    private async Task<IReadOnlyList<PlatformFile>> ListAsync(CancellationToken cancellationToken)
    {
        await tools.Listings.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await JobOutputs.ListAsync(tools.Jobs, jobId, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            tools.Listings.Release();
        }
    }

    private async Task AnnounceAsync(IReadOnlyList<(LocalName Name, Output Output)> begun, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Library.AnnounceAsync([.. begun.Select(static item => item.Name.File)], cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException failure)
        {
            foreach (var (_, output) in begun)
                Set(output, State.Failed, failure);
            throw;
        }
    }

    /// <summary>What failed and is not listed any more is no output any more.</summary>
    private void Forget(IReadOnlyList<LocalName> wanted)
    {
        var listed = wanted.Select(KeyOf).ToHashSet(StringComparer.Ordinal);
        lock (_outputs)
        {
            foreach (var (key, output) in _outputs.Where(item => item.Value.State == State.Failed && !listed.Contains(item.Key)).ToArray())
            {
                _outputs.Remove(key);
                tools.Tell(new JobWatchStep.Notice(jobId, $"'{output.Path}' is no output of the job {jobId} any more.", IsWarning: false));
            }
        }
    }

    /// <returns>The output, now running; null when there is nothing to do for it.</returns>
    private Output? Begin(LocalName name)
    {
        var (key, version) = (KeyOf(name), VersionOf(name.File));
        lock (_outputs)
        {
            if (_outputs.TryGetValue(key, out var known) && (known.State == State.Running || (known.Version == version && known.State != State.Failed)))
                return null;
            var attempts = known?.Version == version ? known.Attempts : 0;
            return _outputs[key] = new Output(PathOf(name.File), version, attempts);
        }
    }

    private async Task<Task> StartAsync(LocalName name, Output output, OutputPlaces folders, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(name.Path)!;
        try
        {
            await folders.EnsureAsync(folder).ConfigureAwait(false);
        }
        catch (RescaleException failure)
        {
            await GiveUpAsync(output, failure, cancellationToken).ConfigureAwait(false);
            return Task.CompletedTask;
        }

        return ReceiveAsync(name, output, folders.NamesIn(folder), cancellationToken);
    }

    private async Task ReceiveAsync(LocalName name, Output output, IReadOnlySet<string> siblings, CancellationToken cancellationToken)
    {
        // Thousands may be new at once; the engine bounds the work itself, and this what waits for it.
        await tools.Downloads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var conflict = await IsOursAsync(name.Path!, cancellationToken).ConfigureAwait(false) ? FolderConflict.Overwrite : tools.Options.Conflict;
            var step = new FileToReceive(name.File, null, output.Path, name.Path!, isPlanned: false, conflict, siblings);
            var received = await tools.Download.ReceiveAsync(tools.Engine, step, tools.Options.DownloadOf(name.File), cancellationToken).ConfigureAwait(false);
            if (received is { Outcome: FileOutcome.Transferred or FileOutcome.Identical, Sha512: { } sha512 })
                record.Note(new WatchRecord.Entry(received.Path, received.Length, sha512));
            _patience.Succeeded();
            Set(output, State.Received, null);
            await tools.TellAsync(new JobWatchStep.Received(jobId, step, received), cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // What is in the way stays in the way; anything else may have been a bad moment.
            if (failure.Kind is ErrorKind.AlreadyExists or ErrorKind.InvalidInput || IsEnough(output, failure))
                await GiveUpAsync(output, failure, cancellationToken).ConfigureAwait(false);
            else
                Set(output, State.Failed, failure);
        }
        finally
        {
            tools.Downloads.Release();
        }
    }

    private bool IsEnough(Output output, RescaleException failure)
    {
        lock (_outputs)
            output.Attempts++;
        return Patience.IsOfTheNetwork(failure) ? _patience.IsOver(failure) : output.Attempts >= Patience.MostFailures;
    }

    /// <summary>Whether what is there was put there by a watch, and nobody has changed it since.</summary>
    private async Task<bool> IsOursAsync(string path, CancellationToken cancellationToken)
    {
        if (record.Find(path) is not { } entry || LocalLength.Find(path) is not { } length)
            return false;
        return await new ComparedFile(path, length, tools.Comparisons).IsAsync(entry.Length, entry.Sha512, cancellationToken).ConfigureAwait(false);
    }

    private async Task GiveUpAsync(Output output, RescaleException error, CancellationToken cancellationToken)
    {
        Set(output, State.GivenUp, error);
        await tools.TellAsync(new JobWatchStep.Failed(jobId, output.Path, error), cancellationToken).ConfigureAwait(false);
    }

    private void Set(Output output, State state, RescaleException? error)
    {
        lock (_outputs)
            (output.State, output.Error) = (state, error);
    }

    private static string PathOf(PlatformFile file) => OutputFilter.Normalise(string.IsNullOrEmpty(file.RelativePath) ? file.Name : file.RelativePath);

    private static RescaleException NotUploaded(PlatformFile file) => new(
        ErrorIds.ObjectNotFound, ErrorKind.NotFound, $"The content of '{file.Name}' ({file.Id}) was not in the storage when its job had ended.", "Receive it later, with Receive-RescaleJob.");

    private static string KeyOf(LocalName name) => name.Path ?? "\0" + name.File.Id;

    private static string VersionOf(PlatformFile file)
        => string.Join('\0', file.Id, file.DecryptedSize, FileSecrets.Sha512(file), file.PathParts?.Path);

    /// <param name="path">Relative, as it is shown.</param>
    private sealed class Output(string path, string version, int attempts)
    {
        public string Path => path;
        public string Version => version;
        public int Attempts { get; set; } = attempts;
        public State State { get; set; }
        public RescaleException? Error { get; set; }
    }
}
