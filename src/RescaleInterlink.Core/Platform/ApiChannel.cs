using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>What the resource clients share: a request in, a record or an error out, pages one after the other.</summary>
internal sealed class ApiChannel(Uri platform, ApiKey apiKey, HttpMessageInvoker chain, ApiPolicy policy, TimeProvider time)
{
    /// <summary>Most pages of one listing (interop API 1).</summary>
    public const int PageCap = 1000;

    public ApiPolicy Policy => policy;

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

    /// <summary>Streams the entries of all pages. <c>next</c> chooses the page, never the host: only its path and query are used.</summary>
    /// <param name="pageSize">Asked for on every page, because <c>next</c> repeats the server's default; null leaves it alone.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(ApiCall first, int? pageSize, JsonTypeInfo<PageDto<T>> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = first with { Path = PageLink.WithPageSize(first.Path, pageSize) };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            if (!seen.Add(call.Path))
                throw ApiErrors.Protocol(first, "its pages lead back to an earlier page");
            if (seen.Count > PageCap)
                throw ApiErrors.Protocol(first, $"the list did not end after {PageCap} pages");
            var page = await GetAsync(call, type, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Results ?? throw ApiErrors.Protocol(first, "a page has no 'results'"))
            {
                if (item is not null)
                    yield return item;
            }

            if (string.IsNullOrEmpty(page.Next))
                yield break;
            var next = PageLink.PathOf(page.Next) ?? throw ApiErrors.Protocol(first, "the link to the next page does not lead to the API");
            call = call with { Path = PageLink.WithPageSize(next, pageSize) };
        }
    }

    private async Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, new Uri(platform, call.Path));
        request.Options.Set(CallPolicy.Key, call.Policy);
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

    private static async Task<T> ReadAsync<T>(ApiCall call, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw ApiErrors.Protocol(call, "it is null");
        }
        catch (JsonException e)
        {
            var media = response.Content.Headers.ContentType?.MediaType;
            throw ApiErrors.Protocol(call, media is null or "application/json" ? "it is not the JSON that was expected" : $"it is '{media}', not JSON", e);
        }
    }
}
