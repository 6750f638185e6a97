using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>A request whose route is known.</summary>
/// <param name="http">The exchange.</param>
/// <param name="values">The values of the route's braces, in their order.</param>
internal sealed class ApiRequest(HttpContext http, IReadOnlyList<string> values)
{
    /// <summary>No body of the API comes near it: 16 MiB.</summary>
    private const long LongestBody = 16 << 20;

    /// <summary>Which of two fields of one name counts is nobody's guess.</summary>
    private static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false };

    public HttpContext Http { get; } = http;
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The value of the route's n-th brace, from 0.</summary>
    public string Id(int index = 0) => values[index];

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <exception cref="ApiException">400: no JSON object.</exception>
    public async Task<BodyReader> ReadAsync() => await ReadOptionalAsync() ?? new BodyReader([]);

    /// <summary>Null when the request has no body.</summary>
    /// <exception cref="ApiException">400: no JSON object.</exception>
    public async Task<BodyReader?> ReadOptionalAsync()
    {
        if (Http.Request.ContentLength is 0 || (Http.Request.ContentLength is null && Http.Request.Headers.TransferEncoding.Count == 0))
            return null;
        if (Http.Request.ContentLength > LongestBody)
            throw ApiException.Detail(413, "Request body is too large.");
        if (Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LongestBody;
        JsonNode? node;
        try
        {
            node = await JsonNode.ParseAsync(Http.Request.Body, documentOptions: Reading, cancellationToken: Aborted);
        }
        catch (BadHttpRequestException cut)
        {
            throw ApiException.Detail(cut.StatusCode, cut.Message);
        }
        catch (IOException cut) when (!Aborted.IsCancellationRequested)
        {
            // Kestrel's word for a chunk whose length no number holds.
            throw ApiException.Detail(400, cut.Message);
        }
        catch (JsonException failure)
        {
            throw ApiException.Detail(400, $"JSON parse error - line {failure.LineNumber + 1} byte {failure.BytePositionInLine}");
        }

        return node is JsonObject body
            ? new BodyReader(body)
            : throw new ApiException(400, new JsonObject { ["non_field_errors"] = new JsonArray("Invalid data. Expected a dictionary.") });
    }
}
