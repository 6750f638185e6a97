namespace RescaleInterlink.Sandbox.Storage;

/// <summary>An object that is being read.</summary>
/// <param name="Content">Read forward; closed with this.</param>
/// <param name="Metadata">User metadata; names in any case.</param>
internal sealed record OpenedObject(Stream Content, IReadOnlyDictionary<string, string> Metadata) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
