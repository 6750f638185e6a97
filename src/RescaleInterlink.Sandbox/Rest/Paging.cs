using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Extensions;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The platform's lists: <c>{"count", "next", "previous", "results"}</c>.</summary>
internal static class Paging
{
    /// <summary>Entries per page when the client asks for no size.</summary>
    public const int DefaultSize = 25;
    public const int LargestSize = 1000;

    /// <summary><c>page</c> and <c>page_size</c>, with <c>limit</c> as another word for the size. A senseless size is the default one.</summary>
    /// <exception cref="ApiException">404: no page number.</exception>
    public static PageRange Range(ApiRequest request)
    {
        int number = 1;
        if (request.Query("page") is { } page && (!int.TryParse(page, CultureInfo.InvariantCulture, out number) || number < 1))
            throw InvalidPage();
        string? asked = request.Query("page_size") ?? request.Query("limit");
        int size = int.TryParse(asked, CultureInfo.InvariantCulture, out int value) && value > 0 ? Math.Min(value, LargestSize) : DefaultSize;
        return new PageRange(number, size);
    }

    /// <param name="request">The request, for its own address.</param>
    /// <param name="range">The page that was asked for.</param>
    /// <param name="page">What it holds.</param>
    /// <param name="view">Makes an entry's JSON.</param>
    /// <param name="nextRepeatsDefault">Folder contents: <c>next</c> carries the server's default size, whatever the client asked for.</param>
    public static ApiAnswer Answer<T>(ApiRequest request, PageRange range, Page<T> page, Func<T, JsonNode?> view, bool nextRepeatsDefault = false)
    {
        if (range.Number > 1 && page.Entries.Count == 0)
            throw InvalidPage();
        bool more = (long)range.Number * range.Size < page.Count;
        return ApiAnswer.Ok(new JsonObject
        {
            ["count"] = page.Count,
            ["next"] = more ? Address(request, range.Number + 1, nextRepeatsDefault) : null,
            ["previous"] = range.Number > 1 ? Address(request, range.Number - 1, nextRepeatsDefault) : null,
            ["results"] = new JsonArray([.. page.Entries.Select(view)]),
        });
    }

    private static string Address(ApiRequest request, int page, bool repeatDefault)
    {
        var http = request.Http.Request;
        var query = new QueryBuilder();
        foreach (var pair in http.Query)
        {
            if (pair.Key is not "page" && !(repeatDefault && pair.Key is "page_size" or "limit"))
                query.Add(pair.Key, (IEnumerable<string>)pair.Value!);
        }

        query.Add("page", page.ToString(CultureInfo.InvariantCulture));
        if (repeatDefault)
            query.Add("page_size", DefaultSize.ToString(CultureInfo.InvariantCulture));
        return UriHelper.BuildAbsolute(http.Scheme, http.Host, http.PathBase, http.Path, query.ToQueryString());
    }

    private static ApiException InvalidPage() => ApiException.Detail(404, "Invalid page.");
}
