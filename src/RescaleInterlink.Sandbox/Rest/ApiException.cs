using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Ends a request with a status and a body in the manner of Django REST framework.</summary>
internal sealed class ApiException(int status, JsonNode body) : Exception($"HTTP {status}")
{
    public int Status { get; } = status;
    public JsonNode Body { get; } = body;

    public static ApiException NotFound() => Detail(404, "Not found.");

    /// <summary><c>{"detail": "..."}</c></summary>
    public static ApiException Detail(int status, string detail) => new(status, new JsonObject { ["detail"] = detail });

    /// <summary><c>{"field": ["..."]}</c></summary>
    public static ApiException Field(string field, string message) => new(400, new JsonObject { [field] = new JsonArray(message) });
}
