using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Pipelines;

// What the stages do with one job, in their order.
internal sealed partial class PipelineRun
{
    private async Task ArchiveAsync(PipelineJob job)
    {
        using (_meter.Hold(_options.KeepArchives && _options.Archive.IsGzip ? PipelineLimit.Compression : PipelineLimit.Disk))
            job.Archive = await _archives.MakeAsync(job.Folder!, job.State.TarPath, _stop.Token).ConfigureAwait(false);
        if (_options.KeepArchives)
            Note(job, job.State with { TarStatus = StageStatus.Success });
        LogStageEnd(job);
        await PassAsync(job, _upload).ConfigureAwait(false);
    }

    private async Task UploadAsync(PipelineJob job)
    {
        var fileId = await _archives.SendAsync(job.Archive!, _stop.Token).ConfigureAwait(false);
        var length = job.Archive!.Source.Length;
        job.Archive = null;
        CountArchive(fileId, length);
        Note(job, job.State with { FileId = fileId, TarStatus = StageStatus.Success, UploadStatus = StageStatus.Success });
        if (_options.RemoveArchives && PipelineArchives.Remove(job.State.TarPath) is { } stays)
            Warn(job, [stays]);
        LogStageEnd(job, length);
        await PassAsync(job, _create).ConfigureAwait(false);
    }

    private async Task CreateAsync(PipelineJob job)
    {
        var spec = job.Row.Spec;
        // An earlier run may have been ended between the creation and its labels.
        var jobId = job.State.JobId ?? await CreateOnceAsync(job).ConfigureAwait(false);
        Warn(job, await _service.LabelAsync(jobId, spec, _stop.Token).ConfigureAwait(false));
        var created = job.State with { Creating = false, Mark = null };
        if (spec.SubmitMode == SubmitMode.CreateOnly)
        {
            End(job, PipelineStage.Done, null, created with { SubmitStatus = StageStatus.Skipped });
            return;
        }

        Note(job, created);
        LogStageEnd(job);
        await PassAsync(job, _submit).ConfigureAwait(false);
    }

    private async Task<string> CreateOnceAsync(PipelineJob job)
    {
        var spec = job.Row.Spec;
        var extras = await _extras.GetAsync(_stop.Token).ConfigureAwait(false);
        JobInputFile[] inputs = job.State.FileId is { } fileId ? [new JobInputFile(fileId, !spec.NoDecompress), .. extras] : [.. extras];
        // Noted before it is sent: whatever happens to this process now, the journal tells by what a job is known that may have been created.
        var mayExist = job.State.Creating;
        var mark = job.State.Mark ?? JobMark.New(_time);
        if (!mayExist)
        {
            var extraIds = spec.ExtraInputFileIds.Concat(extras.Select(static extra => extra.Id)).Distinct(StringComparer.Ordinal);
            Note(job, job.State with { Creating = true, Mark = mark, ExtraFileIds = string.Join(',', extraIds) is { Length: > 0 } ids ? ids : null }, durable: true);
        }


        try
        {
            var created = await _service.CreateOnlyAsync(spec, inputs, mark, askFirst: mayExist, _stop.Token).ConfigureAwait(false);
            Note(job, job.State with { JobId = created.Id }, durable: true);
            return created.Id;
        }
        catch (RescaleException exception) when (exception.ErrorId != ErrorIds.PipelineStateInvalid)
        {
            if (!JobCreation.IsOpen(exception))
                Note(job, job.State with { Creating = false, Mark = null });
            throw PipelineErrors.MayExist(exception);
        }
    }

    private async Task SubmitAsync(PipelineJob job)
    {
        var jobId = job.State.JobId!;
        // An earlier run may have submitted it, and been ended before it could note that.
        await _service.SubmitAsync(jobId, askFirst: job.IsResumed, _stop.Token).ConfigureAwait(false);
        var submitted = job.State with { SubmitStatus = StageStatus.Success };
        if (_folders is null)
        {
            End(job, PipelineStage.Done, null, submitted);
            return;
        }

        Note(job, submitted);
        LogStageEnd(job);
        Watch(job);
    }

    private void Watch(PipelineJob job)
    {
        EnterStage(job, PipelineStage.Wait);
        _meter.OnWatching(1);
        lock (_watched)
            _watched.Add(job.State.JobId!, job);
        _watch.Writer.TryWrite(job.State.JobId!);
    }

    private async Task RouteEndingsAsync()
    {
        await foreach (var ending in _endings.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            PipelineJob? job;
            lock (_watched)
                _watched.Remove(ending.JobId, out job);
            _meter.OnWatching(-1);
            var state = job!.State with { JobStatus = ending.Status, Reason = ending.Reason };
            if (ending.Error is not null)
            {
                End(job, PipelineStage.Wait, ending.Error, state);
                continue;
            }

            job.Succeeded = ending.Succeeded;
            Note(job, state);
            LogStageEnd(job);
            _download.Writer.TryWrite(job);
        }
    }

    /// <summary>A job that failed is collected too: its log is the first thing its owner wants to see.</summary>
    private async Task DownloadAsync(PipelineJob job)
    {
        var spec = job.Row.Spec;
        // What an earlier run has collected lies there whole and verified, and stays. Anything else there is the user's own.
        var keepEqual = job.State.Destination is not null && !_options.Overwrite;
        // Another destination than before is given because the old one is full, or taken.
        var folder = job.State.Destination is { } begun && _folders!.Holds(begun) ? begun : _folders!.For(spec.JobName, job.State.JobId!);
        var failures = new List<RescaleException>();
        try
        {
            OutputFolders.Create(folder);
            Note(job, job.State with { Destination = folder });
            await foreach (var output in _service.DownloadOutputsAsync(_engine, job.State.JobId!, folder, HowToDownload, keepEqual, _stop.Token).ConfigureAwait(false))
                if (output.Download is { } file)
                    job.Files.Add(new DownloadedOutput(output.File.Id, file, output.Kept));
                else
                    failures.Add(output.Error!);
        }
        catch (RescaleException exception)
        {
            failures.Add(exception);
        }

        if (!job.Succeeded)
            End(job, PipelineStage.Wait, PipelineErrors.JobFailed(job, failures));
        else if (failures.Count > 0)
            End(job, PipelineStage.Download, PipelineErrors.OutputsMissing(job, failures));
        else
            End(job, PipelineStage.Done, null);
    }

    private UploadOptions HowToUpload(string archive) => new() { OnNotice = _options.OnNotice, OnContinued = ContinuedOf(archive) };

    private DownloadOptions HowToDownload(string path)
        => new() { Overwrite = _options.Overwrite, OnNotice = _options.OnNotice, OnContinued = ContinuedOf(path) };

    private Action<long, long?>? ContinuedOf(string what)
        => _options.OnContinued is { } told ? (done, total) => told(what, done, total) : null;
}
