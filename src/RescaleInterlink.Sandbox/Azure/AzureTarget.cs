using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>What a request line names: <c>/account/container/blob</c>, each part decoded; empty where there is none. A blob's slashes may come as <c>%2F</c>.</summary>
/// <param name="Path">Name of the blob.</param>
internal sealed record AzureTarget(string Account, string Container, string Path)
{
    public static AzureTarget Of(HttpContext http)
    {
        string path = Raw(http);
        int query = path.IndexOf('?', StringComparison.Ordinal);
        string[] parts = (query < 0 ? path : path[..query]).TrimStart('/').Split('/', 3);
        return new AzureTarget(Part(parts, 0), Part(parts, 1), Part(parts, 2));
    }

    /// <summary>The request line's target as the client wrote it, query and all.</summary>
    public static string Raw(HttpContext http)
    {
        string raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A client that believes to speak to a proxy writes the whole address.
        return raw.StartsWith('/') ? raw : http.Request.GetEncodedPathAndQuery();
    }

    private static string Part(string[] parts, int index) => index < parts.Length ? Uri.UnescapeDataString(parts[index]) : "";
}
