using System.Runtime.CompilerServices;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

// What belongs to a job beside its record, its statuses and its outputs: tags, custom fields, runs, the cluster.
public sealed partial class JobsClient
{
    /// <summary>The tags of a job (J13), a bare array.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async Task<IReadOnlyList<Tag>> GetTagsAsync(string jobId, CancellationToken cancellationToken)
    {
        var tags = new List<Tag>();
        var call = Call(HttpMethod.Get, jobId, "tags/", _channel.Policy.Ordinary);
        await foreach (var entry in _channel.ListAsync(call, LargestPage, PlatformJson.Default.PageDtoTagDto, cancellationToken, PlatformJson.Default.ListTagDto!).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } tag)
                tags.Add(tag);
        }

        return tags;
    }

    /// <summary>Adds one tag (J13); those in the body of creation are ignored by the platform.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public Task AddTagAsync(string jobId, string tag, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(Call(HttpMethod.Post, jobId, "tags/", _channel.Policy.JobChange) with { Body = TagBody(tag) }, cancellationToken);

    /// <summary>Takes one tag away, as it is done for files (F9): a DELETE with a body.</summary>
    /// <remarks>For jobs this call is not evidenced (interop API 6.2 names GET and POST).</remarks>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public Task RemoveTagAsync(string jobId, string tag, CancellationToken cancellationToken)
        => _channel.SendOnlyAsync(Call(HttpMethod.Delete, jobId, "tags/", _channel.Policy.Ordinary) with { Body = TagBody(tag) }, cancellationToken);

    /// <summary>The runs of a job (J9).</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async IAsyncEnumerable<JobRun> ListRunsAsync(string jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Get, jobId, "runs/", _channel.Policy.Listing, "v2");
        await foreach (var entry in _channel.ListAsync(call, LargestPage, PlatformJson.Default.PageDtoJobRunDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } run)
                yield return run;
        }
    }

    /// <summary>What lies in the work folder of a run (J10).</summary>
    /// <exception cref="RescaleException">JobNotFound (the job or the run), ...</exception>
    public async IAsyncEnumerable<LiveFile> ListRunFilesAsync(string jobId, string runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Get, jobId, $"runs/{Uri.EscapeDataString(runId)}/files/", _channel.Policy.Listing, "v2") with { Subject = $"the run '{runId}' of the job '{jobId}'" };
        await foreach (var entry in _channel.ListAsync(call, LargestPage, PlatformJson.Default.PageDtoLiveFileDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } file)
                yield return file;
        }
    }

    /// <summary>How to reach the cluster of a job (J11); its shape is not known.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public Task<JsonElement> GetConnectionDetailsAsync(string jobId, CancellationToken cancellationToken)
        => _channel.GetRawAsync(Call(HttpMethod.Get, jobId, "connection_details/", _channel.Policy.Ordinary, "v2"), cancellationToken);

    /// <summary>The load of a job's cluster (J12); its shape is not known.</summary>
    /// <param name="hours">How far back.</param>
    /// <returns>Null where the platform does not offer it: 404 and 405 (interop API 2.1).</returns>
    /// <exception cref="RescaleException">What any call reports, but not JobNotFound.</exception>
    public async Task<JsonElement?> GetLoadAsync(string jobId, int hours, CancellationToken cancellationToken)
    {
        try
        {
            return await _channel.GetRawAsync(Call(HttpMethod.Get, jobId, $"cluster-load-measurements/?hours={hours}", _channel.Policy.Ordinary, "v2"), cancellationToken).ConfigureAwait(false);
        }
        catch (RescaleException e) when (e.StatusCode is 404 or 405)
        {
            return null;
        }
    }

    /// <summary>The custom fields of a job (J14, interop API 8.2), by name; null is a field that is not set. Booleans and numbers are as they are written,
    /// lists are JSON.</summary>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public async Task<IReadOnlyDictionary<string, string?>> GetCustomFieldsAsync(string jobId, CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Get, jobId, "custom-fields/", _channel.Policy.Ordinary);
        var said = await _channel.GetRawAsync(call, cancellationToken).ConfigureAwait(false);
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (said is { ValueKind: JsonValueKind.Array } && said.GetArrayLength() == 0)
            return fields;
        if (said.ValueKind != JsonValueKind.Object)
            throw ApiErrors.Protocol(call, "it is no object of fields");
        foreach (var field in said.EnumerateObject())
        {
            // One field that cannot be read is no reason to lose the others.
            if (RawJson.NameOf(field) is { } name)
                fields[name] = RawJson.Text(field.Value.ValueKind == JsonValueKind.Object ? RawJson.Member(field.Value, "value") ?? default : field.Value);
        }

        return fields;
    }

    private static byte[] TagBody(string tag) => JsonSerializer.SerializeToUtf8Bytes(new NameDto { Name = tag }, PlatformJson.Default.NameDto);
}
