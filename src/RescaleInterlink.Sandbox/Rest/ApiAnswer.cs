using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Rest;

/// <param name="Body">Null for an answer without a body.</param>
internal sealed record ApiAnswer(int Status, JsonNode? Body)
{
    public static readonly ApiAnswer NoContent = new(204, null);

    /// <summary>Writes headers and body itself; null for JSON.</summary>
    public Func<HttpContext, Task>? Write { get; init; }

    public static ApiAnswer Ok(JsonNode body) => new(200, body);
    public static ApiAnswer Created(JsonNode body) => new(201, body);
    public static ApiAnswer Accepted(JsonNode body) => new(202, body);
}
