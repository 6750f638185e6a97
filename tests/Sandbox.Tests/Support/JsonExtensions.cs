using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Tests.Support;

internal static class JsonExtensions
{
    /// <summary>The same body after a change.</summary>
    public static JsonObject With(this JsonObject body, Action<JsonObject> change)
    {
        change(body);
        return body;
    }
}
