using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>What the resource clients share: a request in, a record or an error out, pages one after the other.</summary>
internal sealed class ApiChannel(Uri platform, ApiKey apiKey, HttpMessageInvoker chain, ApiPolicy policy, TimeProvider time, Func<double> random)
{
    public ApiPolicy Policy => policy;
    public TimeProvider Time => time;

    /// <summary>Uniform in [0, 1); the jitter.</summary>
    public Func<double> Random => random;

    public async Task<T> GetAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(call, response, type, cancellationToken).ConfigureAwait(false);
    }

    public async Task SendOnlyAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An answer whose shape is nobody's promise, as it is.</summary>
    public async Task<JsonElement> GetRawAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        var body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        return Parse(call, response, body, static bytes =>
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        });
    }

    /// <summary>The part of an answer that the call asks for, whatever it is, and how long the whole is, when the server tells.</summary>
    public async Task<(byte[] Bytes, long? Total)> GetPieceAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        return (await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), response.Content.Headers.ContentRange?.Length);
    }

    /// <summary>Streams the entries of all pages. <c>next</c> chooses the page, never the host: only its path and query are used.
    /// An entry that was on this page or the one before already is left out: a list that grows while it is read repeats some.</summary>
    /// <param name="pageSize">Asked for on every page, because <c>next</c> repeats the server's default; null leaves it alone.</param>
    /// <param name="bare">Given where the platform also answers with a bare array, which is then the only page.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(
        ApiCall first, int? pageSize, JsonTypeInfo<PageDto<T>> type, [EnumeratorCancellation] CancellationToken cancellationToken, JsonTypeInfo<List<T?>>? bare = null)
        where T : class
    {
        await foreach (var page in ListPagesAsync(first, pageSize, type, cancellationToken, bare).ConfigureAwait(false))
        {
            foreach (var item in page)
                yield return item;
        }
    }

    /// <summary>The same by pages, for whoever ends the reading by what a whole page holds. The next page is asked for when it is wanted.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async IAsyncEnumerable<IReadOnlyList<T>> ListPagesAsync<T>(
        ApiCall first, int? pageSize, JsonTypeInfo<PageDto<T>> type, [EnumeratorCancellation] CancellationToken cancellationToken, JsonTypeInfo<List<T?>>? bare = null)
        where T : class
    {
        var call = first with { Path = PageLink.WithPageSize(first.Path, pageSize) };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var repeats = new RepeatedEntries();
        var bound = new PageBound();
        while (true)
        {
            if (!seen.Add(Fingerprint(call.Path)))
                throw ApiErrors.Protocol(first, "its pages lead back to an earlier page");
            if (bound.Exceeded is { } pages)
                throw ApiErrors.Protocol(first, $"the list did not end after {pages} pages");
            var page = await GetPageAsync(call, type, bare, cancellationToken).ConfigureAwait(false);
            var items = new List<T>();
            foreach (var item in page.Results ?? throw ApiErrors.Protocol(first, "a page has no 'results'"))
            {
                if (item is null || repeats.IsRepeated(item))
                    continue;
                bound.Entry();
                items.Add(item);
            }

            yield return items;
            if (string.IsNullOrEmpty(page.Next))
                yield break;
            var next = PageLink.PathOf(page.Next) ?? throw ApiErrors.Protocol(first, "the link to the next page does not lead to the API");
            call = call with { Path = PageLink.WithPageSize(next, pageSize) };
            repeats.TurnPage();
            bound.TurnPage();
        }
    }

    /// <summary>Stands for a link that may be kilobytes long, of which a listing has thousands.</summary>
    private static string Fingerprint(string path) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(path)));

    private async Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        if (PageLink.LeadsAstray(call.Path))
            throw ApiErrors.NoIdentifier(call);
        using var request = new HttpRequestMessage(call.Method, new Uri(platform, call.Path));
        request.Options.Set(CallPolicy.Key, call.Policy);
        if (call.Piece is { } piece)
        {
            request.Options.Set(BytePiece.Key, piece);
            request.Headers.Range = piece.Header;
        }

        if (call.Body is not null || call.Method == HttpMethod.Post)
            request.Content = new TrackedContent(call.Body ?? []);
        var response = await chain.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            var said = ErrorBody.Describe(body, response.Content.Headers.ContentType?.MediaType, apiKey);
            throw ApiErrors.FromStatus(call, response.StatusCode, said, RetryAfter.Read(response.Headers, time));
        }
    }

    private async Task<PageDto<T>> GetPageAsync<T>(ApiCall call, JsonTypeInfo<PageDto<T>> type, JsonTypeInfo<List<T?>>? bare, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        var body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        return bare is not null && body.Span.TrimStart(" \t\r\n"u8) is [(byte)'[', ..]
            ? new PageDto<T> { Results = Parse(call, response, body, bytes => JsonSerializer.Deserialize(bytes.Span, bare)) }
            : Parse(call, response, body, bytes => JsonSerializer.Deserialize(bytes.Span, type));
    }

    private static async Task<T> ReadAsync<T>(ApiCall call, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var body = await BodyAsync(response, cancellationToken).ConfigureAwait(false);
        return Parse(call, response, body, bytes => JsonSerializer.Deserialize(bytes.Span, type));
    }

    /// <summary>Without the byte order mark that some servers put before their text.</summary>
    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
    }

    private static T Parse<T>(ApiCall call, HttpResponseMessage response, ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, T?> read)
    {
        if (body.IsEmpty)
            throw ApiErrors.Protocol(call, "it is empty");
        try
        {
            return read(body) ?? throw ApiErrors.Protocol(call, "it is null");
        }
        catch (JsonException e)
        {
            var media = response.Content.Headers.ContentType?.MediaType;
            throw ApiErrors.Protocol(call, media is null or "application/json" ? "it is not the JSON that was expected" : $"it is '{media}', not JSON", e);
        }
    }

    /// <summary>The ids of the last two pages: as much memory for a long list as for a short one.</summary>
    private sealed class RepeatedEntries
    {
        private HashSet<string> _before = new(StringComparer.Ordinal);
        private HashSet<string> _now = new(StringComparer.Ordinal);

        public bool IsRepeated(object item)
            => item is IListEntry { EntryId: { Length: > 0 } id } && (!_now.Add(id) || _before.Contains(id));

        public void TurnPage()
        {
            (_before, _now) = (_now, _before);
            _now.Clear();
        }
    }
}
