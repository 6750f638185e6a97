using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>An answer of the API, read.</summary>
internal sealed record Answer(int Status, JsonNode? Body, HttpResponseMessage Message)
{
    public JsonNode this[string field] => Body![field] ?? throw new InvalidOperationException($"No '{field}' in {Body}");

    public string Id => this["id"].GetValue<string>();
    public string Text(string field) => this[field].GetValue<string>();
    public JsonArray Results => this["results"].AsArray();

    /// <summary>Fails with the body when the status is another.</summary>
    public Answer Expect(int status)
    {
        Assert.True(Status == status, $"{Message.RequestMessage?.Method} {Message.RequestMessage?.RequestUri}: expected {status}, got {Status} {Body}");
        return this;
    }
}
